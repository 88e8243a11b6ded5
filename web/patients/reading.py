"""What a patient's pages read of one week: its figures counted at once, its outlook, and its appointments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from attendance.models import TreatmentWeek
from attendance.queries import patient_weeks
from attendance.services.weeks import recount_patient
from people.models import Patient, PlanPhase
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.queries import bookings_for_display
from scheduling.services.outlook import WeekOutlook, week_outlook
from web.patients.answer import Answer, answer_of
from web.patients.visit import PatientWeek, Visit

LONGEST_STREAK = 104


@dataclass(frozen=True)
class WeekReading:
    """All that is shown of one week. `bookings` hold a seat, `waiting` do not; both in order of time."""

    one: PatientWeek
    figures: TreatmentWeek
    answer: Answer
    outlook: WeekOutlook
    bookings: tuple[Booking, ...]
    waiting: tuple[Booking, ...]


def read_week(visit: Visit, one: PatientWeek, *, without_booking: int | None = None) -> WeekReading:
    """The week as it stands now, its outlook as if one booking were given up. A constant number of queries."""
    week = counted_week(visit, one)
    rows = own_bookings(visit.patient).filter(admission=one.admission, week=one.week.starts_on)
    listed = list(rows.exclude(status=BookingStatus.CANCELLED).order_by("starts_at", "pk"))
    answer = answer_of(
        week,
        now=visit.now,
        is_current=one.is_current,
        streak=_streak(week) if week.status == "met" else 0,
        planned_until=_planned_until(week) if week.transition else None,
    )
    return WeekReading(
        one=one,
        figures=week,
        answer=answer,
        outlook=week_outlook(one.admission, one.week, now=visit.now, without_booking=without_booking),
        bookings=tuple(row for row in listed if row.live),
        waiting=tuple(row for row in listed if row.status == BookingStatus.WAITLISTED and row.starts_at > visit.now),
    )


def counted_week(visit: Visit, one: PatientWeek) -> TreatmentWeek:
    """The week's figures, counted again at this moment."""
    days = {"first": one.week.starts_on, "last": one.week.ends_on}
    recount_patient(visit.patient.pk, now=visit.now, **days)
    return patient_weeks(visit.patient.pk, **days).get(admission=one.admission)


def own_bookings(patient: Patient) -> QuerySet[Booking]:
    """The patient's bookings with what their pages show of them."""
    rows = bookings_for_display(Booking.objects.filter(patient=patient))
    return rows.select_related("session__site", "session__room", "session__program").prefetch_related(
        "session__counselors"
    )


def next_appointment(patient: Patient, *, now: datetime) -> Booking | None:
    """The one that runs or comes next, and has not been marked."""
    ahead = own_bookings(patient).filter(status=BookingStatus.BOOKED, live=True, marked_at=None, ends_at__gt=now)
    return ahead.order_by("starts_at", "pk").first()


def is_first_visit(visit: Visit) -> bool:
    """Whether neither work hours nor any appointment is known yet."""
    patient = visit.patient
    return not patient.work_hours.exists() and not patient.bookings.exists()


def is_late(booking: Booking, *, now: datetime) -> bool:
    """Whether giving it up now counts as late; the booking with its session's program."""
    cutoff = timedelta(minutes=booking.session.program.cancel_cutoff_minutes)
    return booking.status == BookingStatus.BOOKED and now > booking.starts_at - cutoff


def missed(bookings: Iterable[Booking]) -> list[Booking]:
    """Those that were marked and count nothing."""
    return [row for row in bookings if row.marked_at is not None and not row.counted_minutes]


def _streak(week: TreatmentWeek) -> int:
    """The weeks in a row, up to this one, whose goal was reached; weeks that asked for nothing do not break it."""
    earlier = (
        TreatmentWeek.objects.filter(admission_id=week.admission_id, week__lt=week.week, exempt=False)
        .order_by("-week")
        .values_list("credited_minutes", "min_minutes")[:LONGEST_STREAK]
    )
    count = 1
    for credited, minimum in earlier:
        if credited < minimum:
            break
        count += 1
    return count


def _planned_until(week: TreatmentWeek) -> date | None:
    phase = (
        PlanPhase.objects.filter(admission_id=week.admission_id, transition=True, starts_on__lte=week.week)
        .order_by("-starts_on")
        .first()
    )
    return phase.ends_on if phase else None
