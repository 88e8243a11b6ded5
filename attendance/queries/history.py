"""The board over the weeks: each person's, the counts of all, and how the hours are spread."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from attendance.enums import WeekState
from attendance.models import TreatmentWeek

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
AN_HOUR = 60


@dataclass(frozen=True)
class WeekTotals:
    """All the people of one week: how many had each status, and the minutes credited."""

    week: date
    counts: dict[str, int]
    credited_minutes: int

    @property
    def asked(self) -> int:
        """How many had a goal."""
        return sum(count for status, count in self.counts.items() if status != WeekState.EXEMPT)

    @property
    def reached(self) -> int:
        """How many attended their minimum, or more than their maximum."""
        return self.counts[WeekState.MET] + self.counts[WeekState.OVER]


def totals_by_week(weeks: QuerySet[TreatmentWeek], *, last: date, count: int) -> list[WeekTotals]:
    """The so many weeks that end on the date, oldest first; one that begins on another weekday counts with the week in
    which it begins. Weeks in which nobody was are left out. One query.
    """
    rows = (
        weeks.filter(week__gt=last - count * A_WEEK, week__lte=last)
        .order_by("week")
        .values_list("week", "status")
        .annotate(number=Count("pk"), credited=Sum("credited_minutes"))
    )
    found: dict[date, WeekTotals] = {}
    for begins, status, number, credited in rows:
        week = begins - timedelta(days=(begins - last - A_DAY).days % 7)
        known = found.setdefault(week, WeekTotals(week, dict.fromkeys(WeekState.values, 0), 0))
        known.counts[status] += number
        found[week] = WeekTotals(week, known.counts, known.credited_minutes + (credited or 0))
    return list(found.values())


def hours_spread(weeks: QuerySet[TreatmentWeek]) -> dict[int, int]:
    """How many of these weeks come to so many whole hours, done and booked together, from the least to the most with
    none left out; one query."""
    hours = Cast((F("credited_minutes") + F("booked_minutes")) / AN_HOUR, IntegerField())
    rows = weeks.filter(~Q(status=WeekState.EXEMPT)).order_by().annotate(hours=hours).values_list("hours")
    found = dict(rows.annotate(number=Count("pk")))
    return {number: found.get(number, 0) for number in range(min(found), max(found) + 1)} if found else {}


def weeks_of(admission_ids: Iterable[int], *, last: date, count: int) -> dict[int, dict[date, TreatmentWeek]]:
    """The so many weeks up to the date of each admission, by its id and their first dates; one query."""
    rows = TreatmentWeek.objects.filter(
        admission_id__in=set(admission_ids), week__gt=last - count * A_WEEK, week__lte=last
    ).only("admission_id", "patient_id", "week", "status", "min_minutes", "credited_minutes", "booked_minutes")
    found: dict[int, dict[date, TreatmentWeek]] = defaultdict(dict)
    for row in rows:
        found[row.admission_id][row.week] = row
    return found
