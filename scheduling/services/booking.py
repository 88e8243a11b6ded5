"""Booking, cancelling and moving: the rules that never bend (design: rules 1, 2 and 10)."""

from datetime import datetime, timedelta

from django.db import transaction

from people.constraints import refusing
from people.models import Patient, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import HOLDS_SEAT, BookingStatus, Kind
from scheduling.errors import FREE_TO_STAFF, BookingCancelled, SessionFull
from scheduling.models import Booking, Session
from scheduling.services.booking_facts import MOVED, OWN_WORDS, facts
from scheduling.services.booking_rows import CONSTRAINTS, new_row
from scheduling.services.booking_rules import lifted_codes, permit_booking, refuse_to_cancel
from scheduling.services.evenings import close_gap, evening_held
from scheduling.services.invitations import withdraw_of
from scheduling.services.locks import lock_patient, lock_sessions, read_booking
from scheduling.services.make_ups import absence_to_make_up, booked_again, take_over
from scheduling.services.seats import free_seat, take_seat
from scheduling.services.waitlist import promote_after_commit
from scheduling.signals import bookings_changed, seats_changed


@retrying_deadlocks
def book(
    patient: Patient,
    session: Session,
    *,
    actor: User | None,
    now: datetime,
    waitlist: bool = False,
    accept_work_overlap: bool = False,
    override_reason: str = "",
    makes_up_for: int | None = None,
) -> Booking:
    """Book the patient on the session, or put them on its waitlist where it is full and they asked for that.

    1. Lock the patient, then the session, and read both again.
    2. Ask every rule; what staff or the patient may lift is lifted.
    3. Take a seat by the conditional update, and write the booking, its trail and the signal.

    Raises the refusal of the first rule that stands (`data["codes"]` names them all), and NothingToMakeUp unless
    `makes_up_for` is the id of an absence that this session may make up for; nothing is written then.
    """
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_patient(patient.pk)
        locked = lock_sessions(session.pk)[session.pk]
        lifted = lifted_codes(accept_work_overlap=accept_work_overlap, override_reason=override_reason)
        booking = place(
            patient.pk,
            locked,
            actor=actor,
            now=now,
            lifted=lifted,
            waitlist=waitlist,
            override_reason=override_reason,
            makes_up_for=makes_up_for,
        )
        record(
            "booked", booking, actor=actor, now=now, patient_id=patient.pk, after=facts(booking), reason=override_reason
        )
    return booking


@retrying_deadlocks
def cancel(booking: Booking, *, actor: User | None, now: datetime, reason: str = "") -> Booking:
    """Give the seat back. Past the program's cut-off it counts as late; cancelling twice changes nothing.

    Raises SessionStarted once the session has begun, unless staff give a reason, and RosterSigned once it is marked.
    """
    with transaction.atomic():
        lock_patient(booking.patient_id)
        session = lock_sessions(booking.session_id)[booking.session_id]
        current = read_booking(booking.pk)
        if current.status == BookingStatus.CANCELLED:
            return current
        refuse_to_cancel(current, session, actor=actor, now=now, reason=reason)
        before = facts(current)
        said = "" if reason in OWN_WORDS else reason
        release(current, session, actor=actor, now=now, reason=said)
        record(
            "cancelled",
            current,
            actor=actor,
            now=now,
            patient_id=current.patient_id,
            before=before,
            after=facts(current),
            reason=reason,
        )
    return current


@retrying_deadlocks
def move(
    booking: Booking,
    session: Session,
    *,
    actor: User | None,
    now: datetime,
    accept_work_overlap: bool = False,
    override_reason: str = "",
) -> Booking:
    """Exchange a booking for one of another session, all or nothing: refused, the old seat stays.

    The old row is cancelled with the reason "moved"; the answer is the new row. Of a standing booking it stays the
    standing booking's, and stands for the evening that it came from. It makes up for what the old one did, where it is
    near enough. Asked once more by the same actor, the answer is that row again, and nothing is written.
    """
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_patient(booking.patient_id)
        sessions = lock_sessions(booking.session_id, session.pk)
        current = read_booking(booking.pk)
        if current.status == BookingStatus.CANCELLED:
            return _moved_before(current, session, actor=actor)
        if current.session_id == session.pk:
            return current
        refuse_to_cancel(current, sessions[current.session_id], actor=actor, now=now, reason=override_reason)
        before = facts(current)
        release(current, sessions[current.session_id], actor=actor, now=now, reason=MOVED)
        lifted = lifted_codes(accept_work_overlap=accept_work_overlap, override_reason=override_reason)
        moved = place(
            current.patient_id,
            sessions[session.pk],
            actor=actor,
            now=now,
            lifted=lifted,
            override_reason=override_reason,
            instead_of=current,
        )
        take_over(moved, current, now=now)
        record("moved", moved, actor=actor, now=now, patient_id=moved.patient_id, before=before, after=facts(moved))
    return moved


def _moved_before(booking: Booking, session: Session, *, actor: User | None) -> Booking:
    """What the same actor moved it to, where that is this session and still stands. Raises BookingCancelled."""
    at = booking.cancelled_at
    by_them = booking.cancel_reason == MOVED and actor is not None and booking.cancelled_by_id == actor.pk
    if by_them and at is not None:
        there = Booking.objects.filter(patient_id=booking.patient_id, session=session, live=True)
        moved = there.filter(created_by=actor, created_at=at).first()
        if moved is not None:
            return moved
    raise BookingCancelled(booking=str(booking.pk))


def leave_line(patient_id: int, session: Session, *, actor: User | None, now: datetime) -> None:
    """End the wait of somebody who is about to be booked after all; whoever does not wait is left alone.

    Call it in the booking's transaction, under the locks of patient and session.
    """
    waiting = Booking.objects.filter(patient_id=patient_id, session=session, status=BookingStatus.WAITLISTED).first()
    if waiting is not None:
        before = facts(waiting)
        release(waiting, session, actor=actor, now=now, reason="")
        after = facts(waiting)
        record("cancelled", waiting, actor=actor, now=now, patient_id=patient_id, before=before, after=after)


def place(
    patient_id: int,
    session: Session,
    *,
    actor: User | None,
    now: datetime,
    lifted: frozenset[str],
    waitlist: bool = False,
    override_reason: str = "",
    instead_of: Booking | None = None,
    makes_up_for: int | None = None,
) -> Booking:
    """Write one booking under the locks of its patient and session. Raises the first refusal that is not lifted."""
    earlier = Booking.objects.filter(patient_id=patient_id, session=session).order_by("-id").first()
    if actor is None or actor.is_clinic_staff or earlier is not None:
        lifted |= FREE_TO_STAFF
    permit = permit_booking(patient_id, session, now=now, lifted=lifted, waitlist=waitlist)
    waits = permit.waits or not _seat_taken(session, waitlist=waitlist)
    if makes_up_for is not None:
        makes_up_for = absence_to_make_up(makes_up_for, patient_id, session, permit.admission, now=now)
    standing_id, stands_for_id = evening_held(patient_id, session, instead_of)
    booking = new_row(
        permit.admission,
        session,
        status=BookingStatus.WAITLISTED if waits else BookingStatus.BOOKED,
        earlier=(earlier.uid, earlier.sequence) if earlier else None,
        actor=actor,
        now=now,
        standing_booking_id=standing_id,
        stands_for_id=stands_for_id,
        work_overlap_accepted="overlaps_work" in permit.codes,
        override_reason=override_reason,
        makes_up_for_id=makes_up_for,
    )
    booking.save(force_insert=True)
    if booking.live:
        close_gap(booking, now=now)
        if earlier is not None:
            booked_again([booking], now=now)
    _tell(booking, session, now=now)
    return booking


def release(
    booking: Booking,
    session: Session,
    *,
    actor: User | None,
    now: datetime,
    reason: str,
    leave_id: int | None = None,
    by_the_plan: bool = False,
    answered: bool = False,
) -> None:
    """Cancel one booking under the locks of its patient and session, and let the waitlist know.

    One that the plan takes (`by_the_plan`: a discharge, a leave, a standing booking that ends) is never late, and
    neither is an offer. One that was `answered` with no, or not in time, needs no telling.
    """
    held_seat = booking.status in HOLDS_SEAT
    promised = booking.status == BookingStatus.BOOKED
    was_coming = held_seat and not answered
    cutoff = timedelta(minutes=session.program.cancel_cutoff_minutes)
    booking.status = BookingStatus.CANCELLED
    booking.live = False
    booking.counted_minutes = 0
    booking.late = promised and session.is_live and not by_the_plan and now > session.starts_at - cutoff
    booking.cancelled_for_leave_id = leave_id
    booking.cancelled_at = booking.changed_at = now
    booking.cancelled_by = actor
    booking.cancel_reason = reason[:300]
    booking.sequence += 1
    booking.save()
    if session.kind == Kind.FAMILY:
        withdraw_of(booking, actor=actor, now=now)
    if held_seat and free_seat(session):
        promote_after_commit(session.pk)
    _tell(booking, session, now=now, gave_up=was_coming, offered=was_coming and not promised)


def _seat_taken(session: Session, *, waitlist: bool) -> bool:
    """Take a seat. Raises SessionFull where the last one went meanwhile, unless they would wait in line."""
    taken = take_seat(session)
    if not taken and not waitlist:
        raise SessionFull(codes=["session_full"], session=str(session.pk))
    return taken


def _tell(booking: Booking, session: Session, *, now: datetime, gave_up: bool = False, offered: bool = False) -> None:
    bookings_changed.send(
        Booking,
        booking_ids=[booking.pk],
        now=now,
        gave_up=[booking.pk] if gave_up else [],
        offered=[booking.pk] if offered else [],
    )
    was_left = session.seats_left
    session.refresh_from_db(fields=["seats_taken", "seats_held"])
    if (was_left == 0) != (session.seats_left == 0):
        seats_changed.send(Session, session_ids=[session.pk], now=now)
