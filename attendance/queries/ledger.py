"""The evidence beneath a patient's weeks: every attendance, and how its minutes came about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from attendance.models import AttendanceRecord, TreatmentWeek
from attendance.queries.weeks import patient_weeks


@dataclass(frozen=True)
class LedgerWeek:
    """One week with its records, in the order of their sessions."""

    week: TreatmentWeek
    records: Sequence[AttendanceRecord]


def ledger(patient_id: int, *, first: date, last: date) -> list[LedgerWeek]:
    """The patient's weeks that hold the dates, oldest first, with what was marked in each. Constant queries.

    `recount_patient` first, so that the weeks are up to date.
    """
    weeks = list(patient_weeks(patient_id, first=first, last=last).order_by("week", "pk"))
    records = (
        AttendanceRecord.objects.filter(
            booking__admission__in={week.admission_id for week in weeks},
            booking__week__in={week.week for week in weeks},
        )
        .select_related("booking", "session__site", "recorded_by")
        .prefetch_related("session__counselors", "amendments__by")
        .order_by("starts_at", "pk")
    )
    by_week: dict[tuple[int, date], list[AttendanceRecord]] = defaultdict(list)
    for record in records:
        by_week[record.booking.admission_id, record.booking.week].append(record)
    return [LedgerWeek(week, by_week.get((week.admission_id, week.week), [])) for week in weeks]
