"""Answering an offered seat, and taking it back when nobody answers; giving it out is the waitlist's."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from people.models import User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import BookingStatus, SessionState, WaitlistEvent
from scheduling.errors import BookingCancelled, NotOffered, OfferExpired, SessionCancelled
from scheduling.models import Booking, Session
from scheduling.services.booking import release
from scheduling.services.booking_facts import facts
from scheduling.services.locks import lock_patient, lock_sessions, read_booking
from scheduling.signals import bookings_changed, waitlist_moved

logger = logging.getLogger(__name__)

DECLINED, EXPIRED = "declined", "offer expired"
BY_LINK = "by link"
"""The reason in the trail where somebody answered by the link of a message, without signing in."""


@retrying_deadlocks
def accept(booking: Booking, *, actor: User | None, now: datetime) -> Booking:
    """The offered seat is theirs; accepting twice changes nothing.

    Raises OfferExpired once the time is over, swept or not, BookingCancelled for one that was declined or cancelled,
    and NotOffered where there was no offer.
    """
    with transaction.atomic():
        current, session = _locked(booking)
        if current.status == BookingStatus.BOOKED and current.offer_expires_at is not None:
            return current
        if current.status == BookingStatus.CANCELLED:
            raise _why_gone(current, session)
        if current.status != BookingStatus.OFFERED:
            raise NotOffered(booking=str(current.pk))
        if _is_over(current, now=now):
            raise OfferExpired(booking=str(current.pk), expired_at=_as_text(current.offer_expires_at))
        before = facts(current)
        current.status = BookingStatus.BOOKED
        current.sequence += 1
        current.changed_at = now
        current.save(update_fields=["status", "sequence", "changed_at"])
        _record("accepted", current, actor=actor, now=now, before=before)
        bookings_changed.send(Booking, booking_ids=[current.pk], answered=[current.pk], now=now)
    return current


@retrying_deadlocks
def decline(booking: Booking, *, actor: User | None, now: datetime) -> Booking:
    """Give the offered seat, and with it the place in line, to the next; never late, and twice changes nothing.

    Raises NotOffered where there is no offer: what is booked is cancelled, not declined.
    """
    with transaction.atomic():
        current, session = _locked(booking)
        if current.status == BookingStatus.CANCELLED:
            return current
        if current.status != BookingStatus.OFFERED:
            raise NotOffered(booking=str(current.pk))
        before = facts(current)
        release(current, session, actor=actor, now=now, reason=DECLINED, answered=True)
        _record("declined", current, actor=actor, now=now, before=before)
    return current


def expire_offers(*, now: datetime) -> int:
    """Take back every offer whose time is over, and let the next be asked; the number taken back. Safe to repeat."""
    over = Booking.objects.filter(_over(now), status=BookingStatus.OFFERED).order_by("offer_expires_at", "pk")
    taken = 0
    for booking in list(over.only("pk", "patient_id", "session_id")):
        try:
            taken += expire(booking, now=now)
        except Exception:  # one that cannot be taken back holds up nobody else's
            logger.exception("the offer of booking %s could not be taken back", booking.pk)
    return taken


@retrying_deadlocks
def expire(booking: Booking, *, now: datetime) -> bool:
    """Take one offer back if its time is over; False where it was answered meanwhile, or somebody else took it.

    The claim is one conditional UPDATE, so that two sweeps, or a sweep and an answer, have exactly one result.
    """
    with transaction.atomic():
        current, session = _locked(booking)
        before = facts(current)
        mine = Booking.objects.filter(_over(now), pk=current.pk, status=BookingStatus.OFFERED)
        if not mine.update(status=BookingStatus.CANCELLED, live=False, counted_minutes=0):
            return False
        release(current, session, actor=None, now=now, reason=EXPIRED, answered=True)
        _record("offer_expired", current, actor=None, now=now, before=before)
        waitlist_moved.send(Booking, booking_id=current.pk, what=WaitlistEvent.EXPIRED, now=now)
    return True


def _locked(booking: Booking) -> tuple[Booking, Session]:
    lock_patient(booking.patient_id)
    session = lock_sessions(booking.session_id)[booking.session_id]
    return read_booking(booking.pk), session


def _over(now: datetime) -> Q:
    """An offer is over at its end, or where the session was brought forward, at its start."""
    return Q(offer_expires_at__lte=now) | Q(starts_at__lte=now)


def _is_over(booking: Booking, *, now: datetime) -> bool:
    return booking.starts_at <= now or (booking.offer_expires_at is not None and booking.offer_expires_at <= now)


def _why_gone(booking: Booking, session: Session) -> BookingCancelled | OfferExpired | SessionCancelled:
    if session.state == SessionState.CANCELLED:
        return SessionCancelled(session=str(session.pk))
    if booking.cancel_reason == EXPIRED:
        return OfferExpired(booking=str(booking.pk), expired_at=_as_text(booking.offer_expires_at))
    return BookingCancelled(booking=str(booking.pk))


def _as_text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _record(action: str, booking: Booking, *, actor: User | None, now: datetime, before: dict[str, object]) -> None:
    record(
        action,
        booking,
        actor=actor,
        now=now,
        patient_id=booking.patient_id,
        before=before,
        after=facts(booking),
        reason=BY_LINK if actor is None and action in ("accepted", "declined") else "",
    )
