"""The waitlist: freed seats are held in the cancelling transaction, and given out in one of their own (rule 2).

A sweep also gives seats that are free to whoever waits: they were passed over when the seat came free and it fits now,
or the session has grown.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from people.constraints import refusing
from people.enums import WaitlistPolicy
from people.errors import Refusal
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.fit import why_not
from scheduling.domain.offers import offer_expires_at
from scheduling.enums import BookingStatus, SessionState, WaitlistEvent
from scheduling.errors import FREE_TO_STAFF, OverlapsBooking
from scheduling.models import Booking, Session
from scheduling.queries import calendar_of, option_of
from scheduling.services.evenings import close_gap
from scheduling.services.locks import lock_patient, lock_sessions
from scheduling.services.make_ups import booked_again
from scheduling.services.seats import release_held, take_held_seat, take_seat
from scheduling.signals import bookings_changed, seats_changed, waitlist_moved

logger = logging.getLogger(__name__)


def promote_after_commit(session_id: int) -> None:
    """Give held seats out as soon as the current transaction is in; the sweep finds whatever a crash leaves."""
    transaction.on_commit(lambda: promote(session_id, now=timezone.now()) and None, robust=True)


def promote_all(*, now: datetime) -> int:
    """Give out every held seat, and free ones for which somebody waits; the number of people who have one now, or are
    asked. Safe to repeat."""
    in_line = Booking.objects.filter(status=BookingStatus.WAITLISTED, starts_at__gt=now).values("session")
    free = Q(seats_taken__lt=F("capacity") - F("seats_held"), pk__in=in_line)
    rows = Session.objects.filter(Q(seats_held__gt=0) | free, state=SessionState.SCHEDULED)
    ids = list(rows.order_by("starts_at", "pk").values_list("pk", flat=True))
    given = 0
    for session_id in ids:
        try:
            given += len(promote(session_id, now=now))
        except Exception:  # a session that cannot be given out holds up nobody else's line
            logger.exception("the free seats of session %s could not be given out", session_id)
    return given


def promote(session_id: int, *, now: datetime) -> list[Booking]:
    """Book, or by the program's policy ask, the first in line for whom a seat still fits; the others keep their place.

    Each promotion is a transaction of its own, patient before session. What nobody can use becomes free again.
    """
    promoted = []
    line = Booking.objects.filter(session_id=session_id, status=BookingStatus.WAITLISTED).order_by("created_at", "id")
    for booking_id, patient_id in list(line.values_list("pk", "patient_id")):
        booking = _promote_one(booking_id, patient_id, session_id, now=now)
        if booking is not None:
            promoted.append(booking)
    _release_unwanted(session_id, now=now)
    return promoted


def place_in_line(booking: Booking) -> int | None:
    """1 for the first in line; None for one who does not wait."""
    if booking.status != BookingStatus.WAITLISTED:
        return None
    ahead = Booking.objects.filter(session_id=booking.session_id, status=BookingStatus.WAITLISTED)
    return (
        ahead.filter(created_at__lt=booking.created_at).count()
        + ahead.filter(created_at=booking.created_at, pk__lte=booking.pk).count()
    )


@retrying_deadlocks
def _promote_one(booking_id: int, patient_id: int, session_id: int, *, now: datetime) -> Booking | None:
    try:
        with refusing({"booking_no_overlap": OverlapsBooking}), transaction.atomic():
            lock_patient(patient_id)
            session = lock_sessions(session_id)[session_id]
            booking = Booking.objects.select_related("admission__program", "admission__site").get(pk=booking_id)
            if booking.status != BookingStatus.WAITLISTED or not (session.seats_held or session.seats_left):
                return None
            if not _fits(booking, session, now=now) or not (take_held_seat(session) or _take_free_seat(session, now)):
                return None
            _give(booking, session, now=now)
            return booking
    except Refusal:
        return None


def _take_free_seat(session: Session, now: datetime) -> bool:
    if not take_seat(session):
        return False
    if session.seats_left == 1:
        seats_changed.send(Session, session_ids=[session.pk], now=now)
    return True


def _give(booking: Booking, session: Session, *, now: datetime) -> None:
    """The seat is booked, or held until they answer; either way it counts, and whoever waited is told."""
    expires_at = _answer_by(booking, session, now=now) if _asks_first(session) else None
    booking.status = BookingStatus.OFFERED if expires_at else BookingStatus.BOOKED
    booking.offer_expires_at = expires_at
    booking.live = True
    booking.counted_minutes = session.clinical_minutes
    booking.sequence += 1
    booking.changed_at = now
    booking.save()
    close_gap(booking, now=now)
    booked_again([booking], now=now)
    what = WaitlistEvent.OFFERED if expires_at else WaitlistEvent.PROMOTED
    after: dict[str, object] = {"session": session.pk, "status": booking.status}
    if expires_at:
        after["offer_expires_at"] = expires_at.isoformat()
    record(what.value, booking, actor=None, now=now, patient_id=booking.patient_id, after=after)
    bookings_changed.send(Booking, booking_ids=[booking.pk], now=now)
    waitlist_moved.send(Booking, booking_id=booking.pk, what=what, now=now)


def _asks_first(session: Session) -> bool:
    return session.program.waitlist_policy == WaitlistPolicy.OFFER


def _answer_by(booking: Booking, session: Session, *, now: datetime) -> datetime | None:
    return offer_expires_at(
        now,
        held=timedelta(minutes=session.program.offer_minutes),
        last_at=_last_notice(session),
        zone=booking.admission.zone,
    )


def _last_notice(session: Session) -> datetime:
    """Until when a seat is given out at all."""
    return session.starts_at - timedelta(minutes=session.program.waitlist_notice_minutes)


def _fits(booking: Booking, session: Session, *, now: datetime) -> bool:
    too_soon = now >= _last_notice(session) if _asks_first(session) else now > _last_notice(session)
    if session.state != SessionState.SCHEDULED or too_soon:
        return False
    calendar = calendar_of(booking.patient_id, session, without_booking=booking.pk)
    codes = set(why_not(option_of(session, zone=calendar.zone), calendar.value, now=now))
    standing = codes - {"session_full"} - FREE_TO_STAFF
    if booking.work_overlap_accepted:
        standing.discard("overlaps_work")
    return not standing


def _release_unwanted(session_id: int, *, now: datetime) -> None:
    with transaction.atomic():
        session = lock_sessions(session_id)[session_id]
        if session.seats_held and release_held(session_id):
            seats_changed.send(Session, session_ids=[session_id], now=now)
