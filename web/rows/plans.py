"""A plan in words: what is asked now, its phases, what a change would do, and which standing bookings no longer fit."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import TreatmentWeek
from people.domain.targets import Phase
from people.models import PlanPhase
from people.services.plan_changes import PlannedWeek, PlanPreview
from scheduling.domain.track_yield import TrackWarning
from scheduling.services.plan_fits import PhaseFit
from web import format as figures
from web.components.step_down import PlanWeek
from web.rows.tracks import when_of

A_DAY = dt.timedelta(days=1)
A_WEEK = dt.timedelta(weeks=1)
MOST_AHEAD = 26
"""How many weeks ahead are drawn at most."""


@dataclass(frozen=True)
class PhaseRow:
    """A phase as a line of a list. `state` is over, now or ahead; `mark` what a change does to it: new, ends, gone."""

    pk: int | None
    days: str
    asked: str
    more: str
    state: str
    mark: str = ""
    mark_words: str = ""
    tone: str = ""


@dataclass(frozen=True)
class WeekRow:
    """A week of a change: what it asks for now, and what it would ask for."""

    range: str
    before: str
    after: str
    is_changed: bool


@dataclass(frozen=True)
class FitRow:
    """Standing bookings that do not fit a phase: from when, what they come to, and what could be done."""

    when: str
    why: Sequence[str]
    advice: str
    held: str


def plan_answer(phases: Sequence[Phase], *, today: dt.date, discharged_on: dt.date | None = None) -> str:
    """ "9 h a week on 3 days until 12 Dec, then 6 h"; after the last day of a stay nothing is asked."""
    if discharged_on is not None:
        if discharged_on < today:
            return _("The stay ended %(day)s: nothing is asked") % {"day": _day(discharged_on)}
        phases = [
            replace(one, ends_on=min(one.ends_on or discharged_on, discharged_on))
            for one in phases
            if one.starts_on <= discharged_on
        ]
    current = next((one for one in phases if one.contains(today)), None)
    ahead = [one for one in phases if one.starts_on > today]
    if current is None:
        if not ahead:
            return _("Nothing is planned")
        return _("From %(day)s: %(asked)s") % {"day": _day(ahead[0].starts_on), "asked": _weekly(ahead[0])}
    if current.ends_on is None:
        return _("%(asked)s until discharge") % {"asked": _weekly(current)}
    said = {"asked": _weekly(current), "day": _day(current.ends_on)}
    follows = bool(ahead) and ahead[0].starts_on == current.ends_on + A_DAY
    if not follows and current.ends_on == discharged_on:
        return _("%(asked)s until %(day)s, the last day") % said
    if not follows:
        return _("%(asked)s until %(day)s, then nothing is planned") % said
    after = figures.minutes(ahead[0].min_minutes)
    if ahead[0].min_minutes == current.min_minutes:
        after = figures.target_in_words(ahead[0].min_minutes, ahead[0].days_per_week)
    return _("%(asked)s until %(day)s, then %(after)s") % {**said, "after": after}


def phase_rows(rows: Iterable[PlanPhase], *, today: dt.date, discharged_on: dt.date | None) -> list[PhaseRow]:
    """The phases as they are; once the stay has ended all of them are over."""
    shown = [_row(row.value, today=today, pk=row.pk) for row in rows]
    if discharged_on is None or discharged_on >= today:
        return shown
    return [replace(row, state="over") for row in shown]


def preview_rows(found: PlanPreview, *, today: dt.date) -> list[PhaseRow]:
    """The phases as they would be, with those that would go, each with what happens to it."""
    changed = {new.starts_on: old for old, new in found.changed}
    added = {one.starts_on for one in found.added}
    rows = []
    for phase in sorted([*found.after, *found.gone], key=lambda one: one.starts_on):
        if phase in found.gone:
            rows.append(_row(phase, today=today, mark="gone", mark_words=_("goes"), tone="clay"))
        elif phase.starts_on in added:
            rows.append(_row(phase, today=today, mark="new", mark_words=_("new"), tone="pine"))
        elif phase.starts_on in changed:
            rows.append(_row(phase, today=today, mark="ends", mark_words=_how(changed[phase.starts_on], phase)))
        else:
            rows.append(_row(phase, today=today))
    return rows


def _how(old: Phase, new: Phase) -> str:
    if old.ends_on == new.ends_on:
        return _("changes")
    if new.ends_on is None:
        return _("until discharge, instead of %(day)s") % {"day": _day(old.ends_on)} if old.ends_on else ""
    if old.ends_on is None:
        return _("ends %(day)s") % {"day": _day(new.ends_on)}
    return _("ends %(day)s, instead of %(before)s") % {"day": _day(new.ends_on), "before": _day(old.ends_on)}


def _row(
    phase: Phase, *, today: dt.date, pk: int | None = None, mark: str = "", mark_words: str = "", tone: str = "slate"
) -> PhaseRow:
    state = "now" if phase.contains(today) else "ahead" if phase.starts_on > today else "over"
    more = [_("at most %(most)s") % {"most": figures.minutes(phase.max_minutes)}]
    if phase.transition:
        more.append(_("transition: %(reason)s") % {"reason": phase.transition_reason})
    return PhaseRow(
        pk=pk,
        days=_days(phase),
        asked=figures.target_in_words(phase.min_minutes, phase.days_per_week),
        more=" · ".join(more),
        state=state,
        mark=mark,
        mark_words=mark_words,
        tone=tone,
    )


def week_rows(weeks: Iterable[PlannedWeek]) -> list[WeekRow]:
    """What each week asks for, before and after."""
    return [
        WeekRow(
            range=figures.day_range(week.starts_on, week.starts_on + 6 * A_DAY),
            before=_goal(week.before.min_minutes, exempt=week.before.exempt),
            after=_goal(week.after.min_minutes, exempt=week.after.exempt),
            is_changed=week.before != week.after,
        )
        for week in weeks
    ]


def drawn_weeks(
    past: Iterable[TreatmentWeek], ahead: Sequence[PlannedWeek], *, today: dt.date, preview: bool = False
) -> list[PlanWeek]:
    """The weeks of the drawing: those that were, with what was attended, then those that are planned."""
    begins = ahead[0].starts_on if ahead else today + A_DAY
    counted = {week.week: week for week in past}
    drawn = [
        PlanWeek(
            starts_on=on,
            goal=week.min_minutes,
            attended=week.credited_minutes,
            transition=week.transition,
            exempt=week.exempt,
            is_current=on <= today < on + A_WEEK,
        )
        for on, week in sorted(counted.items())
        if on < begins
    ]
    for planned in ahead[:MOST_AHEAD]:
        on, known = planned.starts_on, counted.get(planned.starts_on)
        current = on <= today < on + A_WEEK
        drawn.append(
            PlanWeek(
                starts_on=on,
                goal=planned.after.min_minutes,
                attended=known.credited_minutes if known and current else None,
                before=planned.before.min_minutes if preview else None,
                transition=planned.after.transition,
                exempt=planned.after.exempt,
                is_current=current,
            )
        )
    return drawn


def fit_rows(fits: Iterable[PhaseFit], *, today: dt.date) -> list[FitRow]:
    """The phases whose standing bookings are too much or leave the week short."""
    return [_fit_row(fit, today=today) for fit in fits if not fit.fits]


def _fit_row(fit: PhaseFit, *, today: dt.date) -> FitRow:
    found, phase = fit.found, fit.phase
    begun = phase.starts_on <= today
    when = _("Now") if begun else _("From %(day)s") % {"day": _day(phase.starts_on)}
    comes_to = figures.target_in_words(found.least_minutes, found.most_days)
    why = [_why(one, fit) for one in found.warnings]
    held = " · ".join(when_of(row.series) for row in fit.held)
    return FitRow(
        when=_("%(when)s: %(sum)s a week standing, the plan asks for %(asked)s")
        % {"when": when, "sum": comes_to, "asked": figures.target_in_words(phase.min_minutes, phase.days_per_week)},
        why=why,
        advice=_advice(fit),
        held=held,
    )


def _why(warning: TrackWarning, fit: PhaseFit) -> str:
    found, phase = fit.found, fit.phase
    if warning == TrackWarning.BELOW_MINIMUM:
        return _("Leaves the week %(short)s short.") % {"short": figures.minutes(-found.spare_minutes)}
    if warning == TrackWarning.OVER_MAXIMUM:
        over = figures.minutes(found.most_minutes - phase.max_minutes)
        return _("%(over)s more than the week may hold.") % {"over": over}
    many = found.most_days - phase.days_per_week
    return ngettext("%(count)d day too many.", "%(count)d days too many.", many) % {"count": many}


def _advice(fit: PhaseFit) -> str:
    if not fit.give_up:
        return ""
    named = [when_of(row.series) for row in fit.give_up]
    if len(named) == 1:
        return _("Without %(one)s it fits.") % {"one": named[0]}
    return _("Without any one of these it fits: %(names)s.") % {"names": ", ".join(named)}


def _weekly(phase: Phase) -> str:
    words = ngettext("%(hours)s a week on %(days)d day", "%(hours)s a week on %(days)d days", phase.days_per_week)
    return words % {"hours": figures.minutes(phase.min_minutes), "days": phase.days_per_week}


def _days(phase: Phase) -> str:
    if phase.ends_on is None:
        return _("from %(day)s on") % {"day": _day(phase.starts_on)}
    return figures.day_range(phase.starts_on, phase.ends_on)


def _goal(minutes: int, *, exempt: bool) -> str:
    return _("no goal") if exempt else figures.minutes(minutes)


def _day(on: dt.date) -> str:
    return figures.day_range(on, on)
