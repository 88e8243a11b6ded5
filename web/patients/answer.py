"""The first line of a patient's week, and what stands beside it: a sentence with a number, never a page's name."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import TreatmentWeek
from web import format as figures
from web.components.hours_bar import HoursBar, build_hours_bar


@dataclass(frozen=True)
class Answer:
    """`headline` and `lead` in words, the bar, and how the week stands.

    `status` is a code of the status chip, or nothing where the remedy says more; `aside` is what is read beside it.
    `remedy` names what would help: `book`, `give_back`, `ask`, or nothing. `legend`: the bar's figures are spelled out.
    """

    headline: str
    lead: str
    bar: HoursBar
    status: str = ""
    aside: str = ""
    remedy: str = ""
    legend: bool = False


def answer_of(
    week: TreatmentWeek, *, now: datetime, is_current: bool, streak: int = 0, planned_until: date | None = None
) -> Answer:
    """The answer of one week. `streak` counts the weeks reached in a row, this one included; `planned_until` is the
    last day of a stretch that is planned to ask for less.
    """
    bar = build_hours_bar(
        done=week.credited_minutes,
        booked=week.booked_minutes,
        minimum=week.min_minutes,
        maximum=max(week.max_minutes, 1),
    )
    if week.closed_at is not None or now >= week.ends_at:
        return _past(week, bar)
    if week.projected_minutes > week.max_minutes:
        headline = _("%(hours)s too much") % {"hours": figures.minutes(bar.over_minutes)}
        lead = _("A week holds %(most)s at most.") % {"most": figures.minutes(week.max_minutes)}
        return Answer(headline, lead, bar, remedy="give_back")
    if week.exempt:
        return _exempt(week, bar)
    if week.transition and week.shortfall_minutes == 0:
        headline = _("%(hours)s this week, as planned") % {"hours": figures.minutes(week.min_minutes)}
        aside = _("until %(day)s") % {"day": figures.day_range(planned_until, planned_until)} if planned_until else ""
        return Answer(headline, _("Your plan asks for less now."), bar, status="planned", aside=aside)
    if week.shortfall_minutes == 0:
        return _reached(week, bar, streak=streak)
    return _short(week, bar, is_current=is_current)


def _short(week: TreatmentWeek, bar: HoursBar, *, is_current: bool) -> Answer:
    short = figures.minutes(week.shortfall_minutes)
    goal = figures.hours_in_words(week.min_minutes)
    if week.bookable_minutes >= week.shortfall_minutes:
        lead = _("Then you reach your %(goal)s this week.") if is_current else _("Then you reach your %(goal)s.")
        headline = _("%(hours)s still to book") % {"hours": short}
        return Answer(headline, lead % {"goal": goal}, bar, remedy="book", legend=True)
    headline = _("%(hours)s short") % {"hours": short}
    if week.bookable_minutes:
        most = figures.minutes(week.projected_minutes + week.bookable_minutes)
        lead = _("%(most)s is the most that still fits.") % {"most": most}
        return Answer(headline, lead, bar, remedy="book", legend=True)
    lead = _("Nothing free fits this week.") if is_current else _("Nothing free fits that week.")
    return Answer(headline, lead, bar, remedy="ask")


def _reached(week: TreatmentWeek, bar: HoursBar, *, streak: int) -> Answer:
    if week.credited_minutes >= week.min_minutes:
        lead = _("Your week is complete.")
        if streak > 1:
            lead += " " + ngettext("%(count)d in a row.", "%(count)d in a row.", streak) % {"count": streak}
        headline = _("%(hours)s done") % {"hours": figures.minutes(week.credited_minutes)}
        return Answer(headline, lead, bar, status="met", aside=_to_come(week))
    headline = _("All booked: %(hours)s") % {"hours": figures.minutes(week.projected_minutes)}
    return Answer(headline, _("Come to these and your week is complete."), bar, status="on_track", aside=_to_come(week))


def _exempt(week: TreatmentWeek, bar: HoursBar) -> Answer:
    booked = week.projected_minutes
    headline = _("%(hours)s booked") % {"hours": figures.minutes(booked)} if booked else _("Nothing to book")
    return Answer(headline, _("No hours are asked of you this week."), bar, status="exempt", aside=_to_come(week))


def _past(week: TreatmentWeek, bar: HoursBar) -> Answer:
    """A week that is over: what was done; what nobody has counted yet is named apart."""
    headline = _("%(hours)s done") % {"hours": figures.minutes(week.credited_minutes)}
    waiting = week.booked_minutes if week.closed_at is None else 0
    aside = _("%(hours)s not counted yet") % {"hours": figures.minutes(waiting)} if waiting else ""
    missing = week.min_minutes - week.credited_minutes
    if week.exempt:
        return Answer(headline, _("No hours were asked of you that week."), bar, status="exempt", aside=aside)
    if missing <= 0:
        return Answer(headline, _("That week was complete."), bar, status="met", aside=aside)
    goal = figures.hours_in_words(week.min_minutes)
    lead = _("%(hours)s short of your %(goal)s.") % {"hours": figures.minutes(missing), "goal": goal}
    return Answer(headline, lead, bar, aside=aside)


def _to_come(week: TreatmentWeek) -> str:
    if not week.booked_minutes:
        return ""
    done, booked = figures.minutes(week.credited_minutes), figures.minutes(week.booked_minutes)
    if not week.credited_minutes:
        return _("%(booked)s to come") % {"booked": booked}
    return _("%(done)s done, %(booked)s to come") % {"done": done, "booked": booked}
