"""The evidence beneath a patient's weeks: every attendance, and how its minutes came about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q

from attendance.models import AttendanceRecord, TreatmentWeek
from attendance.queries.weeks import patient_weeks
from scheduling.models import Booking

MADE_UP = Prefetch("make_ups", Booking.objects.live())
"""What makes up for each absence, if anything does; whoever waits in line does not yet."""


@dataclass(frozen=True)
class LedgerWeek:
    """One week with its records, in the order of their sessions, and what is booked in it without a mark; each booking
    with what it makes up for, and what makes up for it.
    """

    week: TreatmentWeek
    records: Sequence[AttendanceRecord]
    unmarked: Sequence[Booking] = ()


def ledger(patient_id: int, *, first: date, last: date) -> list[LedgerWeek]:
    """The patient's weeks that hold the dates, oldest first, with what was marked in each. Constant queries.

    `recount_patient` first, so that the weeks are up to date.
    """
    weeks = list(patient_weeks(patient_id, first=first, last=last).order_by("week", "pk"))
    bookings = (
        Booking.objects.filter(
            Q(live=True) | Q(attendance__isnull=False),
            admission__in={week.admission_id for week in weeks},
            week__in={week.week for week in weeks},
        )
        .select_related("makes_up_for", "session__site", "attendance__recorded_by")
        .prefetch_related("session__counselors", "attendance__amendments__by", MADE_UP)
        .order_by("starts_at", "pk")
    )
    records: dict[tuple[int, date], list[AttendanceRecord]] = defaultdict(list)
    unmarked: dict[tuple[int, date], list[Booking]] = defaultdict(list)
    for booking in bookings:
        record: AttendanceRecord | None = getattr(booking, "attendance", None)
        if record is None:
            unmarked[booking.admission_id, booking.week].append(booking)
            continue
        record.session = booking.session
        records[booking.admission_id, booking.week].append(record)
    keys = [(week, (week.admission_id, week.week)) for week in weeks]
    return [LedgerWeek(week, records.get(key, ()), unmarked.get(key, ())) for week, key in keys]


def make_ups_of(week: TreatmentWeek) -> list[Booking]:
    """The week's bookings that make up for something, or that something makes up for, in order of time. Two queries."""
    made_up = Q(makes_up_for__isnull=False, live=True)
    rows = Booking.objects.filter(admission_id=week.admission_id, week=week.week).filter(
        made_up | Exists(Booking.objects.live().filter(makes_up_for=OuterRef("pk")))
    )
    return list(rows.select_related("makes_up_for").prefetch_related(MADE_UP))
