"""Series, standing bookings and the dates of a track, as rows."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.domain.time import parse_wall
from scheduling.domain.recurrence import parse_rule
from scheduling.domain.rules import Frequency, RuleError
from scheduling.domain.track_yield import TrackWarning, TrackYield
from scheduling.enums import Kind
from scheduling.errors import BY_CODE
from scheduling.models import Session, SessionSeries, StandingBooking, StandingGap
from scheduling.services.evenings import ChangedEvening
from scheduling.services.track_preview import Outcome, TrackDate, TrackPreview
from web import format as figures
from web.components.hours_bar import HoursBar, build_hours_bar
from web.rows.sessions import KIND_ICONS, day_of, times_of


@dataclass(frozen=True)
class SeriesChoice:
    """A series as something to tick: "Mon, Wed 6–9 pm", what it is, and its minutes a meeting."""

    pk: int
    when: str
    described: str
    icon: str
    minutes: int
    is_chosen: bool


@dataclass(frozen=True)
class YieldView:
    """What a track comes to: a sentence, a bar, what speaks against it, and which requirements it meets."""

    answer: str
    detail: str
    bar: HoursBar
    warnings: Sequence[str]
    meets: str


@dataclass(frozen=True)
class DateRow:
    """One date of a track: what becomes of it, and why not."""

    session_id: int
    day: str
    times: str
    is_refused: bool
    is_left_out: bool
    note: str


@dataclass(frozen=True)
class GapRow:
    """A date that a standing booking lacks."""

    when: str
    why: str


@dataclass(frozen=True)
class ChangeRow:
    """An evening that was moved, with the way back where there is one, or skipped."""

    when: str
    what: str
    session_id: int
    back_url: str = ""


@dataclass(frozen=True)
class StandingRow:
    """A standing booking with its days, what it lacks, and its evenings that were changed."""

    pk: int
    when: str
    described: str
    icon: str
    days: str
    note: str
    gaps: Sequence[GapRow]
    changed: Sequence[ChangeRow]
    leave_url: str

    @property
    def changed_text(self) -> str:
        """How many evenings were changed."""
        count = len(self.changed)
        return ngettext("%(count)d evening changed", "%(count)d evenings changed", count) % {"count": count}


def when_of(series: SessionSeries) -> str:
    """ "Mon, Wed 6–9 pm"; a rule that is not weekly is told by its first day."""
    starts = parse_wall(series.starts_at_local)
    ends = starts + dt.timedelta(minutes=series.duration_minutes)
    times = figures.time_range(starts, ends)
    try:
        rule = parse_rule(series.rrule, zone=series.site.zone)
    except RuleError:
        return times
    if rule.frequency == Frequency.DAILY and not rule.by_day:
        return _("Every day %(times)s") % {"times": times}
    days = sorted({day.weekday for day in rule.by_day}) or [starts.weekday()]
    named = ", ".join(str(WEEKDAYS_ABBR[day]) for day in days)
    if rule.frequency != Frequency.WEEKLY and rule.frequency != Frequency.DAILY:
        return _("%(days)s once in a while, %(times)s") % {"days": named, "times": times}
    if rule.interval == 2 and rule.frequency == Frequency.WEEKLY:
        return _("%(days)s every second week, %(times)s") % {"days": named, "times": times}
    return f"{named} {times}"


def track_of(series: Iterable[SessionSeries]) -> str:
    """Several at once: "Mon, Wed, Thu 6–9 pm · Sat 9 am–noon"."""
    days: dict[str, list[str]] = {}
    for row in sorted(series, key=_in_the_week):
        when = when_of(row)
        day, _space, times = when.partition(" ")
        plain = len(when.split(", ")) == 1 and times
        days.setdefault(times if plain else when, []).append(day if plain else "")
    return " · ".join(f"{', '.join(named)} {times}" if named[0] else times for times, named in days.items())


def described_of(series: SessionSeries) -> str:
    """ "Coping skills · Room 4 · 12 seats"."""
    seats = ngettext("%(count)d seat", "%(count)d seats", series.capacity) % {"count": series.capacity}
    place = series.room.name if series.room is not None else ""
    return " · ".join(part for part in (series.title, place, seats) if part)


def series_choices(rows: Iterable[SessionSeries], chosen: Iterable[int]) -> list[SeriesChoice]:
    """The series to choose from, the earliest in the week first."""
    ticked = set(chosen)
    return [
        SeriesChoice(
            pk=row.pk,
            when=when_of(row),
            described=described_of(row),
            icon=KIND_ICONS[Kind(row.kind)],
            minutes=row.duration_minutes - sum(pause["minutes"] for pause in row.breaks),
            is_chosen=row.pk in ticked,
        )
        for row in sorted(rows, key=_in_the_week)
    ]


def _in_the_week(series: SessionSeries) -> tuple[int, str, int]:
    starts = parse_wall(series.starts_at_local)
    try:
        days = [day.weekday for day in parse_rule(series.rrule, zone=series.site.zone).by_day]
    except RuleError:
        days = []
    return min(days, default=starts.weekday()), series.starts_at_local[11:], series.pk


def yield_view(found: TrackYield) -> YieldView:
    """ "8 h 15 a week on 3 days", and the warnings in words."""
    wanted = found.wanted
    days = ngettext("%(count)d day", "%(count)d days", found.least_days) % {"count": found.least_days}
    sum_of = figures.minutes(found.least_minutes)
    detail = _("for somebody who misses nothing; goal %(minimum)s, at most %(maximum)s on %(days)d days") % {
        "minimum": figures.minutes(wanted.min_minutes),
        "maximum": figures.minutes(wanted.max_minutes),
        "days": wanted.days_per_week,
    }
    if found.most_minutes != found.least_minutes:
        detail = _("%(most)s in the fullest week; %(detail)s") % {
            "most": figures.minutes(found.most_minutes),
            "detail": detail,
        }
    bar = build_hours_bar(done=0, booked=found.least_minutes, minimum=wanted.min_minutes, maximum=wanted.max_minutes)
    answer = _("%(sum)s a week on %(days)s") % {"sum": sum_of, "days": days}
    names = ", ".join(one.rule.name for one in found.rules if one.met)
    meets = _("It meets: %(names)s.") % {"names": names} if names else ""
    return YieldView(answer, detail, bar, [_warning(one, found) for one in found.warnings], meets)


def _warning(warning: TrackWarning, found: TrackYield) -> str:
    wanted = found.wanted
    if warning == TrackWarning.BELOW_MINIMUM:
        return _("%(short)s short of the goal, even for somebody who misses nothing.") % {
            "short": figures.minutes(-found.spare_minutes)
        }
    if warning == TrackWarning.NO_SLACK:
        return _("Only %(spare)s to spare: one late bus breaks the week. Plan for %(slack)s or more.") % {
            "spare": figures.minutes(found.spare_minutes),
            "slack": figures.minutes(found.slack_needed_minutes),
        }
    if warning == TrackWarning.OVER_MAXIMUM:
        return _("%(over)s over the most that a week may hold.") % {
            "over": figures.minutes(found.most_minutes - wanted.max_minutes)
        }
    if warning == TrackWarning.OVER_DAYS:
        return _("%(days)d days in a week; the plan has %(most)d.") % {
            "days": found.most_days,
            "most": wanted.days_per_week,
        }
    missed = ", ".join(one.rule.name for one in found.rules if not one.met)
    return _("It does not meet: %(names)s.") % {"names": missed}


def date_rows(preview: TrackPreview) -> list[DateRow]:
    """Every date in the horizon, in order."""
    return [_date_row(one) for one in preview.dates]


def _date_row(one: TrackDate) -> DateRow:
    notes = {
        Outcome.KEPT: _("Booked already, and kept"),
        Outcome.LEFT_OUT: _("Left out"),
        Outcome.OFF: _("Does not take place"),
    }
    lifted = why_of(one.codes) if one.outcome == Outcome.FREE else ""
    return DateRow(
        session_id=one.session.pk,
        day=figures.short_day(day_of(one.session)),
        times=times_of(one.session),
        is_refused=one.outcome == Outcome.REFUSED,
        is_left_out=one.outcome in (Outcome.LEFT_OUT, Outcome.OFF),
        note=why_of(one.codes) if one.outcome == Outcome.REFUSED else notes.get(one.outcome, lifted),
    )


def why_of(codes: Iterable[str]) -> str:
    """The reasons in words."""
    return "; ".join(str(BY_CODE[code].title) for code in codes if code in BY_CODE)


def standing_row(
    row: StandingBooking, changed: Sequence[ChangedEvening], *, today: dt.date, now: dt.datetime, may_change: bool
) -> StandingRow:
    """A standing booking with series, site and gaps read, and its evenings that were changed."""
    ended = row.withdrawn_at is not None or (row.ends_on is not None and row.ends_on < today)
    return StandingRow(
        pk=row.pk,
        when=when_of(row.series),
        described=described_of(row.series),
        icon=KIND_ICONS[Kind(row.series.kind)],
        days=days_of(row),
        note=row.leave_reason,
        gaps=[gap_row(gap) for gap in row.gaps.all() if gap.closed_at is None],
        changed=[change_row(one, now=now, may_change=may_change) for one in changed],
        leave_url="" if ended or not may_change else reverse("patient-leave-series", args=[row.patient_id, row.pk]),
    )


def days_of(row: StandingBooking) -> str:
    """ "since 5 Oct", "5 Oct – 30 Nov", or that it never began."""
    if row.withdrawn_at is not None:
        return _("never began")
    if row.ends_on is None:
        return _("from %(day)s on") % {"day": figures.short_day(row.starts_on)}
    return figures.day_range(row.starts_on, row.ends_on)


def change_row(one: ChangedEvening, *, now: dt.datetime, may_change: bool) -> ChangeRow:
    """Where the evening went; back, while both times are ahead."""
    when = moment_of(one.session)
    if one.moved is None:
        return ChangeRow(when, _("skipped"), one.session.pk)
    there = moment_of(one.moved.session)
    if not one.moved.live:
        return ChangeRow(when, _("moved to %(when)s, then given up") % {"when": there}, one.session.pk)
    ahead = min(one.session.starts_at, one.moved.starts_at) > now and may_change
    back = reverse("patient-move", args=[one.moved.patient_id, one.moved.pk]) if ahead else ""
    return ChangeRow(when, _("moved to %(when)s") % {"when": there}, one.session.pk, back)


def moment_of(session: Session) -> str:
    """ "Mon 23 Nov, 6–9 pm"."""
    return f"{figures.short_day(day_of(session))}, {times_of(session)}"


def gap_row(gap: StandingGap) -> GapRow:
    """Which date, and what is in the way."""
    return GapRow(moment_of(gap.session), why_of(gap.codes) or _("Not booked"))
