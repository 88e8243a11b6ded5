"""The program summary: week by week, how many reached their minimum, what was delivered, who came, and seats used."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from attendance.domain.credit import AttendanceStatus
from attendance.domain.reports import Report, ReportAsked, ReportTable, Row, Told
from attendance.enums import WeekState
from attendance.models import AttendanceRecord
from attendance.queries.reports.foot import Foot, once, partial_weeks_foot, policies_foot
from attendance.queries.reports.people import weeks_asked
from people.domain.time import local_date
from people.domain.weeks import Weekday, week_start
from people.models import User
from scheduling.enums import Kind
from scheduling.models import Session

SIX_DAYS = timedelta(days=6)
Key = tuple[date, int]
"""A week and a program."""


@dataclass
class WeekSummary:
    """All people of a program's week, and the sessions that took place in it. Minutes are those credited."""

    week: date
    program: str
    people: int = 0
    asked: int = 0
    reached: int = 0
    minutes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Kind.values, 0))
    marks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AttendanceStatus, 0))
    late: int = 0
    seats: int = 0
    taken: int = 0

    @property
    def share(self) -> int | None:
        """Percent of those with a target who reached it."""
        return percent(self.reached, self.asked)

    @property
    def no_show_rate(self) -> int | None:
        """Percent of the marked bookings to which nobody came."""
        return percent(self.marks[AttendanceStatus.NO_SHOW], sum(self.marks.values()))

    @property
    def late_rate(self) -> int | None:
        """Percent of those who came that came late."""
        return percent(self.late, self.marks[AttendanceStatus.PRESENT])

    @property
    def seat_use(self) -> int | None:
        """Percent of the seats that were booked."""
        return percent(self.taken, self.seats)


def summary_report(user: User, asked: ReportAsked, now: datetime, told: Told) -> Report:
    """A row for each week and program, the oldest first; three queries; it names nobody, so `told` is silent."""
    kinds = {kind.value: str(kind.label) for kind in Kind}
    columns = (
        _("Week"),
        _("Program"),
        _("People"),
        _("With a target"),
        _("Reached it"),
        _("Share, percent"),
        *(_("%(kind)s, minutes") % {"kind": label} for label in kinds.values()),
        _("Marked bookings"),
        _("No-show, percent"),
        _("Late, percent"),
        _("Seats"),
        _("Seats booked"),
        _("Seat use, percent"),
    )
    table = ReportTable(_("Summary"), columns, _rows(user, asked, now))
    return Report(
        asked,
        (table,),
        lambda: once(summary_foot(), partial_weeks_foot(user, asked), policies_foot(user, asked, now=now)),
    )


def _rows(user: User, asked: ReportAsked, now: datetime) -> Iterator[Row]:
    for one in summaries(user, asked, now=now):
        yield (
            one.week,
            one.program,
            one.people,
            one.asked,
            one.reached,
            one.share,
            *one.minutes.values(),
            sum(one.marks.values()),
            one.no_show_rate,
            one.late_rate,
            one.seats,
            one.taken,
            one.seat_use,
        )


def summaries(user: User, asked: ReportAsked, *, now: datetime) -> list[WeekSummary]:
    """The programs' weeks that hold one of the dates, named by their first date, oldest first.

    Sessions count where they have begun.
    """
    found: dict[Key, WeekSummary] = {}
    reached = Count("pk", filter=Q(credited_minutes__gte=F("min_minutes")) & ~Q(status=WeekState.EXEMPT))
    with_target = Count("pk", filter=~Q(status=WeekState.EXEMPT))
    people = weeks_asked(user, asked).values_list("week", "program_id", "program__name")
    for week, program_id, name, *counts in people.annotate(people=Count("pk"), asked=with_target, reached=reached):
        found[week, program_id] = WeekSummary(week, name, *counts)
    for week, program_id, kind, status, number, credited, late in _records(user, asked):
        if (week, program_id) in found:
            one = found[week, program_id]
            one.minutes[kind] += credited or 0
            one.marks[AttendanceStatus(status)] += number
            one.late += late
    for key, (seats, taken) in _seats(user, asked, now).items():
        if key in found:
            found[key].seats, found[key].taken = seats, taken
    return sorted(found.values(), key=lambda one: (one.week, one.program))


def _records(user: User, asked: ReportAsked) -> QuerySet[AttendanceRecord, tuple[date, int, str, str, int, int, int]]:
    weeks = weeks_asked(user, asked)
    late = Q(status=AttendanceStatus.PRESENT, late_minutes__gt=0)
    return (
        AttendanceRecord.objects.filter(
            booking__admission_id__in=weeks.values("admission_id"),
            booking__week__gte=asked.first - SIX_DAYS,
            booking__week__lte=asked.last,
        )
        .order_by()
        .values_list("booking__week", "booking__admission__program_id", "session__kind", "status")
        .annotate(number=Count("pk"), credited=Sum("credited_minutes"), late=Count("pk", filter=late))
    )


def _seats(user: User, asked: ReportAsked, now: datetime) -> dict[Key, tuple[int, int]]:
    """Seats and those booked of the sessions that have begun, by their program's week."""
    scope = user.scope
    mine = Q(site_id__in=scope.site_ids)
    if scope.counselor_id is not None:
        mine |= Q(leads__counselor_id=scope.counselor_id)
    sessions = Session.objects.live().filter(
        Q(pk__in=Session.objects.filter(mine).order_by().values("pk")),
        starts_at__gte=datetime.combine(asked.first - SIX_DAYS, time.min, UTC),
        starts_at__lt=min(now, datetime.combine(asked.last + 8 * timedelta(days=1), time.min, UTC)),
    )
    if asked.program_id is not None:
        sessions = sessions.filter(program_id=asked.program_id)
    if asked.site_id is not None:
        sessions = sessions.filter(site_id=asked.site_id)
    rows = sessions.order_by().values_list(
        "starts_at", "program_id", "site__time_zone", "program__first_weekday", "capacity", "seats_taken"
    )
    found: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for starts_at, program_id, zone, first_weekday, capacity, taken in rows.iterator(2_000):
        week = week_start(local_date(starts_at, ZoneInfo(zone)), Weekday.named(first_weekday))
        seats, booked = found[week, program_id]
        found[week, program_id] = (seats + capacity, booked + taken)
    return found


def percent(part: int, whole: int) -> int | None:
    """Rounded to the nearest; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def summary_foot() -> Foot:
    """What the summary's words mean."""
    return [
        (_("Reached it"), _("Weeks with a target whose attended minutes reached it.")),
        (_("With a target"), _("Weeks that asked for something; those without a target count as people only.")),
        (_("Minutes"), _("Credited minutes by the kind of session in which they were attended.")),
        (_("No-show"), _("Of all marked bookings, those to which nobody came; excused ones are not among them.")),
        (_("Late"), _("Of those who came, those who came after the start, forgiven or not.")),
        (_("Seat use"), _("Of the seats of sessions that have begun, those that were booked.")),
    ]
