"""Who touched one week of somebody's: every look and change that the trail holds of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from attendance.models import AttendanceRecord, TreatmentWeek
from people.models import TrailEntry, User
from scheduling.models import Booking

MOST = 200


@dataclass(frozen=True)
class Touch:
    """One entry of the trail, with the name of who did it; without one, the system."""

    entry: TrailEntry
    by: str

    @property
    def at(self) -> datetime:
        """When."""
        return self.entry.at


def touches_of(week: TreatmentWeek) -> list[Touch]:
    """What was done to the week, its bookings, marks and rosters, and who opened the record since it began; the latest
    first, at most 200. Constant queries.
    """
    bookings = Booking.objects.filter(admission_id=week.admission_id, week=week.week)
    booking_ids = list(bookings.values_list("pk", flat=True))
    session_ids = list(bookings.order_by().values_list("session_id", flat=True).distinct())
    record_ids = list(AttendanceRecord.objects.filter(booking__in=booking_ids).values_list("pk", flat=True))
    about = (
        Q(subject_type="treatmentweek", subject_id=week.pk)
        | Q(subject_type="booking", subject_id__in=booking_ids)
        | Q(subject_type="attendancerecord", subject_id__in=record_ids)
        | Q(subject_type="session", subject_id__in=session_ids, action="roster_signed")
        | Q(subject_type="patient", subject_id=week.patient_id, at__gte=week.starts_at)
    )
    entries = list(TrailEntry.objects.filter(about).order_by("-at", "-pk")[:MOST])
    names = dict(User.objects.filter(pk__in={entry.actor_id for entry in entries}).values_list("pk", "name"))
    return [Touch(entry, names.get(entry.actor_id, "") if entry.actor_id else "") for entry in entries]
