"""The coordinator's board: how everybody's week stands, worst first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from attendance.enums import WeekState
from attendance.models import TreatmentWeek
from attendance.queries.weeks import touching
from people.domain.names import name_patterns
from people.domain.weeks import Weekday, week_start
from people.errors import InvalidInput
from people.models import Program, User

TREND_WEEKS = 8
A_WEEK = timedelta(days=7)

ORDERINGS: dict[str, tuple[Any, ...]] = {
    "shortfall_minutes": ("shortfall_minutes", "pk"),
    "-shortfall_minutes": ("-shortfall_minutes", "pk"),
    "credited_minutes": ("credited_minutes", "pk"),
    "-credited_minutes": ("-credited_minutes", "pk"),
    "projected_minutes": (F("credited_minutes") + F("booked_minutes"), "pk"),
    "-projected_minutes": ((F("credited_minutes") + F("booked_minutes")).desc(), "pk"),
    "patient_name": ("patient__name", "pk"),
    "-patient_name": ("-patient__name", "pk"),
}
"""What a board can be sorted by, beside its own order ("status", or nothing)."""


@dataclass(frozen=True)
class Board:
    """A board's weeks as a queryset, for its reader to cut into pages, and how many there are of each status."""

    weeks: QuerySet[TreatmentWeek]
    of_any_status: QuerySet[TreatmentWeek]

    def counts(self) -> dict[str, int]:
        """How many weeks have each status, those filtered out by status included; one query."""
        found = dict(self.of_any_status.order_by().values_list("status").annotate(number=Count("pk")))
        return {status: found.get(status, 0) for status in WeekState.values}


@dataclass(frozen=True)
class TrendPoint:
    """One week of a person's last eight."""

    week: date
    status: str
    min_minutes: int
    credited_minutes: int
    projected_minutes: int


def board(
    user: User,
    *,
    week: date,
    status: str | None = None,
    program_id: int | None = None,
    counselor_id: int | None = None,
    site_id: int | None = None,
    search: str = "",
    ordering: str = "",
) -> Board:
    """Each program's week that holds the date, of the people that one answers for, worst first.

    `search` looks in names, for each of its words. Raises InvalidInput for a status or an ordering that does not exist.
    """
    if status and status not in WeekState.values:
        raise InvalidInput({"status": _("There is no such status.")})
    if ordering and ordering != "status" and ordering not in ORDERINGS:
        raise InvalidInput({"ordering": _("The board cannot be sorted by this.")})
    weeks = TreatmentWeek.objects.on_board_of(user).filter(week__in=_week_dates(week))
    if program_id is not None:
        weeks = weeks.filter(program_id=program_id)
    if site_id is not None:
        weeks = weeks.filter(site_id=site_id)
    if counselor_id is not None:
        weeks = weeks.filter(admission__primary_counselor_id=counselor_id)
    for pattern in name_patterns(search):
        weeks = weeks.filter(patient__name__iregex=pattern)
    shown = weeks.filter(status=status) if status else weeks
    shown = shown.order_by(*ORDERINGS[ordering]) if ordering in ORDERINGS else shown.in_board_order()
    return Board(shown.select_related("patient", "admission__primary_counselor", "program", "site"), weeks)


def trends(weeks: Iterable[TreatmentWeek]) -> dict[int, list[TrendPoint | None]]:
    """For each week, by its id, the eight that end with it, oldest first; None where there was none. One query."""
    listed = list(weeks)
    if not listed:
        return {}
    first = min(week.week for week in listed) - (TREND_WEEKS - 1) * A_WEEK
    rows = TreatmentWeek.objects.filter(
        admission_id__in={week.admission_id for week in listed},
        week__range=(first, max(week.week for week in listed)),
    ).values_list("admission_id", "week", "status", "min_minutes", "credited_minutes", "booked_minutes")
    known: dict[int, dict[date, TrendPoint]] = defaultdict(dict)
    for admission_id, on, status, minimum, credited, booked in rows:
        known[admission_id][on] = TrendPoint(on, status, minimum, credited, credited + booked)
    back = [offset * A_WEEK for offset in range(TREND_WEEKS - 1, -1, -1)]
    return {week.pk: [known[week.admission_id].get(week.week - ago) for ago in back] for week in listed}


def week_summary(user: User, *, first: date, last: date) -> dict[date, dict[str, int]]:
    """How many of the people that one answers for had each status, by week, oldest first; one query."""
    rows = (
        TreatmentWeek.objects.on_board_of(user)
        .filter(touching(first, last))
        .order_by("week")
        .values_list("week", "status")
        .annotate(number=Count("pk"))
    )
    summary: dict[date, dict[str, int]] = {}
    for week, status, number in rows:
        summary.setdefault(week, dict.fromkeys(WeekState.values, 0))[status] = number
    return summary


def _week_dates(on: date) -> list[date]:
    """The first dates of the weeks that hold the day; one, unless programs begin their weeks on different days."""
    weekdays = Program.objects.order_by().values_list("first_weekday", flat=True).distinct()
    return sorted({week_start(on, Weekday.named(name)) for name in weekdays})
