"""One patient's weeks, and the evidence that they still wait for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from attendance.models import TreatmentWeek
from scheduling.enums import SessionState
from scheduling.models import Booking

SIX_DAYS = timedelta(days=6)


def touching(first: date | None, last: date | None) -> Q:
    """The weeks that hold one of the dates: a range widens to whole weeks. Without an end it goes on."""
    condition = Q()
    if first is not None:
        condition &= Q(week__gte=first - SIX_DAYS)
    if last is not None:
        condition &= Q(week__lte=last)
    return condition


def patient_weeks(patient_id: int, *, first: date | None = None, last: date | None = None) -> QuerySet[TreatmentWeek]:
    """The patient's weeks that hold the dates, newest first. `recount_patient` first, so that they are up to date."""
    return (
        TreatmentWeek.objects.filter(touching(first, last), patient_id=patient_id)
        .select_related("patient", "admission__primary_counselor", "site", "program")
        .order_by("-week", "pk")
    )


def unsigned_when_closed(weeks: QuerySet[TreatmentWeek], *, now: datetime) -> dict[date, int]:
    """How many rosters of the closed ones among these weeks nobody has signed yet, by the week's date; one query."""
    closed = weeks.filter(admission=OuterRef("admission"), week=OuterRef("week"), closed_at__isnull=False)
    rows = _unsigned(now).filter(Exists(closed)).order_by("week").values_list("week")
    return dict(rows.annotate(count=Count("session_id", distinct=True)))


def unsigned_sessions(weeks: Iterable[TreatmentWeek], *, now: datetime) -> dict[int, list[int]]:
    """The sessions of each week, by its id, that are over, and whose roster nobody has signed; one query."""
    listed = list(weeks)
    bookings = (
        _unsigned(now)
        .filter(admission_id__in={week.admission_id for week in listed}, week__in={week.week for week in listed})
        .order_by("starts_at", "pk")
        .values_list("admission_id", "week", "session_id")
    )
    by_week: dict[tuple[int, date], list[int]] = defaultdict(list)
    for admission_id, week, session_id in bookings:
        by_week[admission_id, week].append(session_id)
    return {week.pk: by_week.get((week.admission_id, week.week), []) for week in listed}


def _unsigned(now: datetime) -> QuerySet[Booking]:
    return Booking.objects.live().filter(ends_at__lte=now, session__state=SessionState.SCHEDULED)
