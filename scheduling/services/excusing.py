"""A cancellation that counts as late may be excused by staff, for a reason from the program's list; and not, again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.errors import InvalidInput
from people.models import User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import BookingStatus
from scheduling.errors import NotLate
from scheduling.models import Booking
from scheduling.services.locks import lock_patient, lock_sessions, read_booking
from scheduling.signals import bookings_changed


@retrying_deadlocks
def excuse(booking: Booking, *, reason: str, actor: User | None, now: datetime) -> Booking:
    """It stays late, and is excused; for the same reason twice changes nothing.

    Raises NotLate for what was not cancelled late, and InvalidInput for a reason that the program does not know.
    """
    with transaction.atomic():
        lock_patient(booking.patient_id)
        session = lock_sessions(booking.session_id)[booking.session_id]
        current = read_booking(booking.pk)
        if current.status != BookingStatus.CANCELLED or not current.late:
            raise NotLate(booking=str(current.pk))
        if reason not in session.program.reasons_to_excuse:
            raise InvalidInput({"reason": _("Choose one of the program’s reasons.")})
        if current.late_excused_at is not None and current.late_excuse_reason == reason:
            return current
        _write(current, "late_excused", reason=reason, actor=actor, at=now, now=now)
    return current


@retrying_deadlocks
def take_excuse_back(booking: Booking, *, actor: User | None, now: datetime) -> Booking:
    """It counts as late again; twice changes nothing."""
    with transaction.atomic():
        lock_patient(booking.patient_id)
        current = read_booking(booking.pk)
        if current.late_excused_at is not None:
            _write(current, "late_excuse_taken_back", reason="", actor=actor, at=None, now=now)
    return current


def _write(
    booking: Booking, action: str, *, reason: str, actor: User | None, at: datetime | None, now: datetime
) -> None:
    before = _facts(booking)
    booking.late_excused_at, booking.late_excuse_reason = at, reason
    booking.late_excused_by = actor if at else None
    booking.changed_at = now
    booking.save(update_fields=["late_excused_at", "late_excused_by", "late_excuse_reason", "changed_at"])
    record(
        action,
        booking,
        actor=actor,
        now=now,
        patient_id=booking.patient_id,
        before=before,
        after=_facts(booking),
        reason=reason,
    )
    bookings_changed.send(Booking, booking_ids=[booking.pk], now=now)


def _facts(booking: Booking) -> dict[str, object]:
    return {"late": booking.late, "excused": booking.late_excused_at is not None, "reason": booking.late_excuse_reason}
