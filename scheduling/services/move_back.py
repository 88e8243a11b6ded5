"""Undoing a move: the same exchange, the other way round."""

from datetime import datetime

from django.db import transaction

from people.errors import NotThere
from people.models import User
from people.retries import retrying_deadlocks
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.services.book_all import UNDONE_WITHIN
from scheduling.services.booking import move
from scheduling.services.booking_facts import MOVED
from scheduling.services.locks import lock_patient, lock_sessions


@retrying_deadlocks
def move_back(booking: Booking, *, actor: User | None, now: datetime, override_reason: str = "") -> Booking:
    """Give the moved booking up for the session that it came from, by the rules of a move; refused, it stays.

    Undone within minutes, neither of the two counts as given up late. Raises NotThere for one that was never moved.
    """
    origin = moved_from(booking)
    if origin is None:
        raise NotThere
    with transaction.atomic():
        lock_patient(booking.patient_id)
        lock_sessions(booking.session_id, origin.session_id)
        back = move(
            booking,
            origin.session,
            actor=actor,
            now=now,
            accept_work_overlap=origin.work_overlap_accepted,
            override_reason=override_reason,
        )
        if now - booking.created_at <= UNDONE_WITHIN:
            undone = Booking.objects.filter(pk__in=[origin.pk, booking.pk], status=BookingStatus.CANCELLED)
            undone.filter(late_excused_at=None).update(late=False)
    return back


def moved_from(booking: Booking) -> Booking | None:
    """The row that this one was exchanged for: given up in the same moment, as a move says."""
    rows = Booking.objects.filter(
        patient_id=booking.patient_id, cancel_reason=MOVED, cancelled_at=booking.created_at
    ).exclude(session_id=booking.session_id)
    return rows.select_related("session__program", "session__site").order_by("-pk").first()
