"""What the apps below tell, turned into recount marks in the same transaction. Nothing is counted here."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef
from django.dispatch import receiver

from attendance.errors import WeekClosed
from attendance.models import TreatmentWeek
from attendance.services.flags import evaluate_after_commit
from attendance.services.marking import Span, mark_patients, mark_programs
from people.signals import plan_changed, policy_changed
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session
from scheduling.signals import apart_changed, bookings_changed, seats_changed, session_changed, work_hours_changed

YEARS_AHEAD = timedelta(days=2 * 366)


@receiver(plan_changed, dispatch_uid="attendance.plan_changed")
def on_plan_changed(*, patient_id: int, now: datetime, **_: Any) -> None:
    """A new target may touch any week."""
    mark_patients([(patient_id, None)], now=now)


@receiver(policy_changed, dispatch_uid="attendance.policy_changed")
def on_policy_changed(*, program_id: int, now: datetime, **_: Any) -> None:
    """Partial weeks to come may ask for something else."""
    mark_programs([(program_id, (now, now + YEARS_AHEAD))], now=now)


@receiver(work_hours_changed, dispatch_uid="attendance.work_hours_changed")
def on_work_hours_changed(*, patient_id: int, now: datetime, **_: Any) -> None:
    """Recurring hours reach into every week that is still to come."""
    mark_patients([(patient_id, (now, now + YEARS_AHEAD))], now=now)


@receiver(apart_changed, dispatch_uid="attendance.apart_changed")
def on_apart_changed(*, patient_ids: list[int], now: datetime, **_: Any) -> None:
    """What can be booked changed in every week that is still to come."""
    mark_patients([(patient_id, (now, now + YEARS_AHEAD)) for patient_id in sorted(patient_ids)], now=now)


@receiver(bookings_changed, dispatch_uid="attendance.bookings_changed")
def on_bookings_changed(*, booking_ids: list[int], now: datetime, **_: Any) -> None:
    """The weeks that the bookings lie in; flags of those whose booking was cancelled follow at once.

    Raises WeekClosed where a booking that is over would vanish from a closed week: there only an amendment speaks.
    """
    rows = list(
        Booking.objects.filter(pk__in=booking_ids)
        .order_by("pk")
        .values_list("patient_id", "starts_at", "ends_at", "status")
    )
    if any(status == BookingStatus.CANCELLED and starts_at <= now for _, starts_at, _, status in rows):
        _refuse_closed(booking_ids, now=now)
    mark_patients([(patient_id, (starts_at, ends_at)) for patient_id, starts_at, ends_at, _ in rows], now=now)
    evaluate_after_commit({patient_id for patient_id, *_, status in rows if status == BookingStatus.CANCELLED})


@receiver(session_changed, dispatch_uid="attendance.session_changed")
def on_session_changed(*, session_id: int, before: dict[str, Any], now: datetime, **_: Any) -> None:
    """Everybody's choice changed where the session is, and where it was.

    Raises WeekClosed where a booking would leave a closed week along with its session.
    """
    session = Session.objects.only("program_id", "starts_at", "ends_at").get(pk=session_id)
    _refuse_leaving_closed(session, _instant(before["starts_at"]), now=now)
    spans: set[Span] = {
        (session.starts_at, session.ends_at),
        (_instant(before["starts_at"]), _instant(before["ends_at"])),
    }
    mark_programs([(session.program_id, span) for span in sorted(spans)], now=now)
    moved = Booking.objects.filter(session_id=session_id).order_by("patient_id").values_list("patient_id", flat=True)
    mark_patients([(patient_id, span) for patient_id in moved.distinct() for span in sorted(spans)], now=now)


@receiver(seats_changed, dispatch_uid="attendance.seats_changed")
def on_seats_changed(*, session_ids: list[int], now: datetime, **_: Any) -> None:
    """What can still be booked changed for everybody in the sessions' programs."""
    spans = (
        Session.objects.filter(pk__in=session_ids)
        .order_by("program_id")
        .values_list("program_id")
        .annotate(first=Min("starts_at"), last=Max("starts_at"))
    )
    # A session belongs to where it starts; a moment makes the span one that a week can meet.
    moment = timedelta(seconds=1)
    mark_programs([(program_id, (first, last + moment)) for program_id, first, last in spans], now=now)


def _refuse_closed(booking_ids: list[int], *, now: datetime) -> None:
    closed = TreatmentWeek.objects.filter(
        admission=OuterRef("admission"), week=OuterRef("week"), closed_at__isnull=False
    )
    # Cancelled just now: what was given up ahead of time, and is excused or not since, left the week before it closed.
    over = Booking.objects.filter(
        pk__in=booking_ids, status=BookingStatus.CANCELLED, starts_at__lte=now, cancelled_at=now
    )
    week = over.filter(Exists(closed)).order_by("week").values_list("week", flat=True).first()
    if week is not None:
        raise WeekClosed(week=week.isoformat())


def _refuse_leaving_closed(session: Session, was_at: datetime, *, now: datetime) -> None:
    """What is over and stays at its time leaves no week: nothing is asked then."""
    if was_at > now or was_at == session.starts_at:
        return
    elsewhere = (
        Booking.objects.live()
        .filter(session_id=session.pk, admission_id=OuterRef("admission_id"))
        .exclude(week=OuterRef("week"))
    )
    left = TreatmentWeek.objects.filter(
        Exists(elsewhere), closed_at__isnull=False, starts_at__lte=was_at, ends_at__gt=was_at
    )
    week = left.order_by("week").values_list("week", flat=True).first()
    if week is not None:
        raise WeekClosed(week=week.isoformat())


def _instant(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
