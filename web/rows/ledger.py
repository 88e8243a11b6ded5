"""The hours ledger in rows: each week with its four figures, each attendance with every deduction, and the foot."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.models import Amendment, AttendanceRecord, TreatmentWeek
from attendance.queries.ledger import LedgerWeek
from attendance.queries.reports.foot import unsigned_words
from attendance.queries.roster import LATE_ENTRY
from attendance.queries.week_actions import WeekActions
from people.domain.time import local_date
from people.models import SiteClosure
from scheduling.models import Booking
from web import format as figures
from web.components.hours_bar import HoursBar
from web.rows.amendments import AmendmentView, amendment_view
from web.rows.board import bar_of, result_of
from web.rows.contacts import when_said
from web.rows.deductions import deduction_words
from web.rows.excuses import excuse_note, excuse_word
from web.rows.four_figures import NamedFigure, four_figures
from web.rows.make_ups import make_up_notes
from web.rows.people import week_note
from web.rows.requirements import StandingLine, standing_line
from web.rows.sessions import counselors_of, kind_of
from web.rows.week_actions import DoneLine, done_lines

A_DAY = dt.timedelta(days=1)
OWN_COLUMNS = ("break", "late", "early")
MODE_ICONS = {AttendanceMode.IN_PERSON: "building", AttendanceMode.TELEHEALTH: "camera-video"}


@dataclass(frozen=True)
class LedgerRow:
    """One attendance: `planned` less break, late, early and what `others` list is `counted`.

    `counted_before` are the values that amendments replaced, the oldest first. `status` is empty for who was there, and
    for who was excused: the `notes` say so.
    """

    day: str
    times: str
    planned: int
    taken: Sequence[tuple[str, str]]
    others: Sequence[tuple[int, str]]
    counted: int
    counted_before: Sequence[int]
    session: str
    status: str
    notes: Sequence[str]
    is_absent: bool
    counselors: str
    mode: str
    mode_icon: str
    entered: str
    is_late_entry: bool
    amendments: Sequence[AmendmentView]


@dataclass(frozen=True)
class LedgerWeekView:
    """A week of the ledger."""

    key: int
    range: str
    note: str
    status: str
    result: str
    bar: HoursBar
    figures: Sequence[NamedFigure]
    rows: Sequence[LedgerRow]
    is_open: bool
    unsigned: str
    unmarked: Sequence[str] = ()
    requirements: Sequence[StandingLine] = ()
    causes: Sequence[str] = ()
    done: Sequence[DoneLine] = ()
    asks_what_was_done: bool = False


@dataclass(frozen=True)
class Box:
    """One week or month on a requirement's card; `met` is None where there is no verdict yet."""

    met: bool | None
    label: str


@dataclass(frozen=True)
class RequirementCard:
    """A rule, who asks for it, how it stands, and a box for each stretch over which it is judged."""

    asked_by: str
    rule: str
    result: str
    boxes: Sequence[Box] = field(default_factory=tuple)


def answer(weeks: Sequence[TreatmentWeek], *, now: dt.datetime) -> str:
    """The first line: how many of the weeks that are over reached their target."""
    judged = judged_weeks(weeks, now=now)
    if not judged:
        return _("No week with a target is over in these dates")
    words = ngettext(
        "%(reached)d of %(count)d week reached its target",
        "%(reached)d of %(count)d weeks reached their target",
        len(judged),
    )
    return words % {"reached": sum(map(reached, judged)), "count": len(judged)}


def judged_weeks(weeks: Iterable[TreatmentWeek], *, now: dt.datetime) -> list[TreatmentWeek]:
    """The weeks that are over and asked for something."""
    return [week for week in weeks if week.ends_at <= now and not week.exempt]


def reached(week: TreatmentWeek) -> bool:
    """Whether the attended minutes reach the week's minimum."""
    return week.credited_minutes >= week.min_minutes


def plan_card(weeks: Sequence[TreatmentWeek], *, now: dt.datetime) -> RequirementCard:
    """The plan's own target, as the first of the cards; the weeks oldest first."""
    judged = sorted(judged_weeks(weeks, now=now), key=lambda week: (week.week, week.pk))
    latest = judged[-1] if judged else weeks[0] if weeks else None
    rule = _("No target")
    if latest is not None and not latest.exempt:
        targets = Counter((week.min_minutes, week.max_minutes) for week in judged or [latest])
        least, most = targets.most_common(1)[0][0]
        span = {"least": figures.minutes(least), "most": figures.minutes(most)}
        rule = _("%(least)s to %(most)s a week") % span
        if len(targets) > 1:
            rule = _("%(rule)s, by the week's own target") % {"rule": rule}
    result = _("No week is over") if not judged else ""
    if judged:
        count = ngettext("%(met)d of %(count)d week", "%(met)d of %(count)d weeks", len(judged))
        result = count % {"met": sum(map(reached, judged)), "count": len(judged)}
    boxes = [Box(reached(week), figures.day_range(week.week, week.week + 6 * A_DAY)) for week in judged]
    return RequirementCard(_("Plan"), rule, result, boxes)


def ledger_week(
    entry: LedgerWeek,
    *,
    zone: ZoneInfo,
    now: dt.datetime,
    actions: WeekActions,
    unsigned: int,
    causes: Sequence[str] = (),
    kind: str = "",
    is_open: bool = False,
) -> LedgerWeekView:
    """A week with its records, or those of one kind; what was done where it was short; what was closed meanwhile."""
    week = entry.week
    last = week.week + 6 * A_DAY
    of_this_year = last.year == local_date(now, zone).year
    short = week.ends_at <= now and not week.exempt and not reached(week)
    return LedgerWeekView(
        key=week.pk,
        range=figures.day_range(week.week, last) if of_this_year else figures.dated_range(week.week, last),
        note=week_note(week, zone, local_date(now, zone)),
        status="planned" if week.transition and not short else week.status,
        result=result_of(week),
        bar=bar_of(week),
        figures=four_figures(week),
        rows=[ledger_row(record) for record in entry.records if kind in ("", record.session.kind)],
        is_open=is_open or short,
        unsigned=unsigned_words(unsigned, is_closed=week.closed_at is not None) if unsigned else "",
        unmarked=[_unmarked(one, now) for one in entry.unmarked if kind in ("", one.session.kind)],
        requirements=[standing_line(one) for one in week.requirements],
        causes=causes,
        done=done_lines(actions, zone) if short else (),
        asks_what_was_done=short,
    )


def _unmarked(booking: Booking, now: dt.datetime) -> str:
    """ "Sat 21 Nov, 9 am–noon: booked, not marked, 2 h 45"; one that is not over is booked alone."""
    session = booking.session
    said = {
        "day": figures.short_day(booking.starts_at.astimezone(session.site.zone)),
        "times": figures.time_range(booking.starts_at, booking.ends_at, zone=session.site.zone),
        "minutes": figures.minutes(session.clinical_minutes),
    }
    if booking.ends_at > now:
        return _("%(day)s, %(times)s: booked, %(minutes)s") % said
    return _("%(day)s, %(times)s: booked, not marked, %(minutes)s") % said


def closure_words(closure: SiteClosure) -> str:
    """ "Closed 26–27 Nov: Thanksgiving"."""
    said = {"days": figures.day_range(closure.starts_on, closure.ends_on), "reason": closure.reason}
    if closure.starts_at is not None and closure.ends_at is not None:
        hours = figures.time_range(closure.starts_at, closure.ends_at)
        return _("Closed %(days)s, %(hours)s: %(reason)s") % {**said, "hours": hours}
    return _("Closed %(days)s: %(reason)s") % said


def ledger_row(record: AttendanceRecord) -> LedgerRow:
    """One attendance, with its session, site, counselors, amendments and whoever entered it read."""
    session, zone = record.session, record.session.site.zone
    words = deduction_words()
    by_why = {str(one["why"]): int(one["minutes"]) for one in record.deductions}
    here = record.status == AttendanceStatus.PRESENT
    amendments: list[Amendment] = list(record.amendments.all())
    return LedgerRow(
        day=figures.short_day(record.starts_at.astimezone(zone)),
        times=figures.time_range(record.starts_at, record.ends_at, zone=zone),
        planned=record.planned_minutes,
        taken=[(why, str(by_why.get(why, ""))) for why in OWN_COLUMNS],
        others=[(minutes, words.get(why, why)) for why, minutes in by_why.items() if why not in OWN_COLUMNS],
        counted=record.credited_minutes,
        counted_before=_replaced(amendments, record),
        session=f"{kind_of(session)}{f' · {spelled(session.focus)}' if session.focus else ''}",
        status="" if here or record.status == AttendanceStatus.EXCUSED else str(AttendanceStatus(record.status).label),
        notes=_notes(record, zone),
        is_absent=record.status in (AttendanceStatus.NO_SHOW, AttendanceStatus.TURNED_AWAY),
        counselors=counselors_of(session),
        mode=str(record.get_mode_display()) if here else "",
        mode_icon=MODE_ICONS[AttendanceMode(record.mode)] if here else "",
        entered=_by_and_when(record.recorded_by.name if record.recorded_by else "", record.recorded_at, zone),
        is_late_entry=record.recorded_at - record.ends_at > LATE_ENTRY,
        amendments=[amendment_view(one, zone) for one in amendments],
    )


def spelled(focus: str) -> str:
    """A focus as one reads it."""
    return focus.replace("-", " ").replace("_", " ")


def _notes(record: AttendanceRecord, zone: ZoneInfo) -> list[str]:
    """What is said of an excuse, the reason given for coming late or leaving early, what makes up for what, and the
    remark.
    """
    notes = []
    if record.status == AttendanceStatus.EXCUSED:
        notes = excuse_note(record, zone)
    elif record.excuse_reason:
        notes = [_("reason: %(reason)s") % {"reason": excuse_word(record.excuse_reason)}]
    notes += make_up_notes(record.booking, zone)
    return [*notes, record.remark] if record.remark else notes


def _replaced(amendments: Sequence[Amendment], record: AttendanceRecord) -> list[int]:
    """The credited minutes that amendments replaced by others."""
    values = [*(int(one.before.get("credited_minutes", 0)) for one in amendments), record.credited_minutes]
    return [value for value, following in pairwise(values) if value != following]


def _by_and_when(name: str, at: dt.datetime, zone: ZoneInfo) -> str:
    """ "Dana, Mon 9 Nov, 9:04 pm"."""
    when = when_said(at, zone)
    return f"{name.split(' ')[0]}, {when}" if name else when
