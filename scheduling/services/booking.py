"""Booking, cancelling and moving: the rules that never bend (design: rules 1, 2 and 10)."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from people.constraints import refusing
from people.errors import NotThere
from people.models import Patient, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.fit import Obstacle, why_not
from scheduling.enums import HOLDS_SEAT, BookingStatus, Kind, SessionState
from scheduling.errors import (
    BY_CODE,
    FREE_TO_STAFF,
    LIFTED_BY_STAFF,
    AlreadyBooked,
    BookingCancelled,
    NotEnrolled,
    NothingToMakeUp,
    OverlapsBooking,
    RosterSigned,
    SessionFull,
    SessionStarted,
)
from scheduling.make_up_guard import REFUSES
from scheduling.models import Booking, Session
from scheduling.queries import AdmissionCalendar, calendar_of, option_of
from scheduling.services.booking_facts import MOVED, OWN_WORDS, facts
from scheduling.services.conflicts import What, conflicts_with
from scheduling.services.evenings import close_gap, evening_held
from scheduling.services.invitations import withdraw_of
from scheduling.services.locks import lock_patient, lock_sessions, read_booking
from scheduling.services.make_ups import absence_to_make_up, booked_again, take_over
from scheduling.services.seats import free_seat, take_seat
from scheduling.services.waitlist import promote_after_commit
from scheduling.signals import bookings_changed, seats_changed

CONSTRAINTS = {
    "session_never_overbooked": SessionFull,
    "booking_once": AlreadyBooked,
    "scheduling_booking.patient_id, scheduling_booking.session_id": AlreadyBooked,
    "booking_no_overlap": OverlapsBooking,
    "booking_makes_up_once": NothingToMakeUp,
    "scheduling_booking.makes_up_for_id": NothingToMakeUp,
    REFUSES: NothingToMakeUp,
}
"""What the database's own word means, where it speaks first."""


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
        lifted = _lifted(accept_work_overlap=accept_work_overlap, override_reason=override_reason)
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
        _refuse_to_cancel(current, session, actor=actor, now=now, reason=reason)
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
    near enough.
    """
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_patient(booking.patient_id)
        sessions = lock_sessions(booking.session_id, session.pk)
        current = read_booking(booking.pk)
        if current.status == BookingStatus.CANCELLED:
            raise BookingCancelled(booking=str(current.pk))
        if current.session_id == session.pk:
            return current
        _refuse_to_cancel(current, sessions[current.session_id], actor=actor, now=now, reason=override_reason)
        before = facts(current)
        release(current, sessions[current.session_id], actor=actor, now=now, reason=MOVED)
        lifted = _lifted(accept_work_overlap=accept_work_overlap, override_reason=override_reason)
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
    calendar = calendar_of(patient_id, session, now=now)
    codes = why_not(option_of(session, zone=calendar.zone), calendar.value, now=now)
    if Obstacle.NOT_FOUND in codes:
        raise NotThere
    earlier = Booking.objects.filter(patient_id=patient_id, session=session).order_by("-id").first()
    if actor is None or actor.is_clinic_staff or earlier is not None:
        lifted |= FREE_TO_STAFF
    standing = [code for code in codes if code not in lifted]
    if standing == ["session_full"] and session.state == SessionState.SIGNED:
        raise RosterSigned(session=str(session.pk))
    to_waitlist = waitlist and standing == ["session_full"]
    if (standing and not to_waitlist) or calendar.admission is None:
        refusal = BY_CODE[standing[0]] if standing else NotEnrolled
        clash = {"overlaps_booking", "travel_too_short"} & set(standing)
        conflicts = _in_the_way(session, calendar) if clash else []
        raise refusal(codes=list(codes), session=str(session.pk), **({"conflicts": conflicts} if conflicts else {}))
    if not to_waitlist and not take_seat(session):
        if not waitlist:
            raise SessionFull(codes=["session_full"], session=str(session.pk))
        to_waitlist = True
    if makes_up_for is not None:
        makes_up_for = absence_to_make_up(makes_up_for, patient_id, session, calendar.admission, now=now)
    standing_id, stands_for_id = evening_held(patient_id, session, instead_of)
    booking = Booking.objects.create(
        patient_id=patient_id,
        admission=calendar.admission,
        session=session,
        standing_booking_id=standing_id,
        stands_for_id=stands_for_id,
        status=BookingStatus.WAITLISTED if to_waitlist else BookingStatus.BOOKED,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        live=not to_waitlist,
        week=calendar.admission.week_of(session.starts_at).starts_on,
        counted_minutes=0 if to_waitlist else session.clinical_minutes,
        uid=earlier.uid if earlier else f"{uuid.uuid4().hex}@appointments",
        sequence=earlier.sequence + 1 if earlier else 0,
        work_overlap_accepted="overlaps_work" in codes,
        override_reason=override_reason,
        makes_up_for_id=makes_up_for,
        created_at=now,
        created_by=actor,
        changed_at=now,
    )
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


def _in_the_way(session: Session, calendar: AdmissionCalendar) -> list[dict[str, Any]]:
    """The patient's other appointments at that time, and those at other sites from or to which the way is too long."""
    option = option_of(session, zone=calendar.zone)
    found: list[tuple[What, int]] = []
    for row in calendar.bookings:
        if row.session_id == session.pk:
            continue
        if row.interval.overlaps(session.interval):
            found.append(("patient", row.session_id))
        elif not option.leaves_time_for(row.interval, row.site_id, row.mode):
            found.append(("travel", row.session_id))
    return conflicts_with(found)


def _lifted(*, accept_work_overlap: bool, override_reason: str) -> frozenset[str]:
    lifted = LIFTED_BY_STAFF if override_reason.strip() else frozenset()
    return lifted | {"overlaps_work"} if accept_work_overlap else lifted


def _refuse_to_cancel(booking: Booking, session: Session, *, actor: User | None, now: datetime, reason: str) -> None:
    if booking.marked_at is not None or session.state == "signed":
        raise RosterSigned(session=str(session.pk))
    by_staff = actor is not None and actor.is_clinic_staff
    if now >= session.starts_at and not (by_staff and reason.strip()):
        raise SessionStarted(session=str(session.pk))


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
