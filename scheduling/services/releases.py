"""Cancelling many bookings of one patient at once, because their plan changed."""

from collections.abc import Sequence
from datetime import datetime

from people.models import User
from people.services.trail import record_many
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.services.booking import release
from scheduling.services.booking_facts import facts
from scheduling.services.locks import lock_sessions


def release_all(
    bookings: Sequence[Booking], *, actor: User | None, now: datetime, reason: str, leave_id: int | None = None
) -> list[Booking]:
    """Cancel them all, none of them late; freed seats go to whoever waits. Call it under the patient's lock."""
    sessions = lock_sessions(*(row.session_id for row in bookings))
    fresh = list(
        Booking.objects.filter(pk__in=[row.pk for row in bookings], marked_at=None)
        .exclude(status=BookingStatus.CANCELLED)
        .select_related("admission__program", "admission__site")
        .order_by("session_id")
    )
    for row in fresh:
        session = sessions[row.session_id]
        release(row, session, actor=actor, now=now, reason=reason, leave_id=leave_id, by_the_plan=True)
    record_many(
        "cancelled",
        [(row, facts(row)) for row in fresh],
        actor=actor,
        now=now,
        patient_id=lambda row: row.patient_id,
        reason=reason,
    )
    return fresh
