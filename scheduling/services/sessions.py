"""Making, moving and cancelling sessions."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from people.constraints import refusing
from people.domain.time import Interval, local_date
from people.models import Counselor, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.staffing import Duty
from scheduling.enums import BookingStatus, SessionState
from scheduling.errors import (
    CounselorBusy,
    OverlapsBooking,
    RoomBusy,
    RosterSigned,
    SeatsTaken,
    SessionCancelled,
    SessionFull,
    TravelTooShort,
)
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.booking import release
from scheduling.services.booking_facts import CALLED_OFF
from scheduling.services.conflicts import conflicts_with
from scheduling.services.invitations import withdraw_all
from scheduling.services.locks import lock_counselors, lock_patients, lock_sessions
from scheduling.services.session_rules import (
    SessionFields,
    asked_of,
    check_fields,
    refuse_clashes,
    refuse_crowded,
    refuse_unused,
    stored_breaks,
)
from scheduling.services.site_times import refuse_shut
from scheduling.services.staffing import Demands, lifted_by, refuse_unfit
from scheduling.services.uninviting import chairs_freed, changed_invitations, uninvited_by
from scheduling.services.waitlist import promote_after_commit
from scheduling.services.ways import booked_too_near
from scheduling.signals import bookings_changed, seats_changed, session_changed, sessions_planned

CONSTRAINTS = {
    "lead_no_overlap": CounselorBusy,
    "session_room_no_overlap": RoomBusy,
    "booking_no_overlap": OverlapsBooking,
    "session_never_overbooked": SessionFull,
}


@retrying_deadlocks
def create_session(fields: SessionFields, *, actor: User | None, now: datetime, override_reason: str = "") -> Session:
    """A new session. Raises InvalidInput by field, CounselorBusy and RoomBusy naming what is in the way, or what else
    of STAFFING stands against a counselor; a reason lifts what it lifts.
    """
    clinical = check_fields(fields)
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_counselors(one.pk for one in fields.counselors)
        refuse_unused(fields.room)
        refuse_shut(fields.site, [asked_of(fields)])
        refuse_clashes(fields)
        _refuse_unfit(fields, {one.pk for one in fields.counselors}, override_reason)
        session = Session.objects.create(**_columns(fields), clinical_minutes=clinical, changed_at=now)
        _set_leads(session, fields.counselors)
        record("session_created", session, actor=actor, now=now, after=facts(session), reason=override_reason)
        seats_changed.send(Session, session_ids=[session.pk], now=now)
        sessions_planned.send(Session, session_ids=[session.pk], actor=actor, now=now)
    return session


@retrying_deadlocks
def change_session(
    session: Session, fields: SessionFields, *, actor: User | None, now: datetime, override_reason: str = ""
) -> Session:
    """The session with new fields; its bookings follow in time, and family that cannot come then is asked no more.

    Raises OverlapsBooking, listing the bookings, where a booked patient has another appointment at the new time,
    SessionFull where the new capacity is below the seats taken, what of STAFFING stands against whoever is newly put
    on it (at a new time: against all), and RosterSigned or SessionCancelled for one that is over.
    """
    clinical = check_fields(fields)
    with refusing(CONSTRAINTS), transaction.atomic():
        patient_ids = list(_standing(session.pk).values_list("patient_id", flat=True))
        lock_patients(patient_ids)
        locked = lock_sessions(session.pk)[session.pk]
        _refuse_finished(locked)
        lock_counselors(one.pk for one in fields.counselors)
        if _takes_place_anew(locked, fields):
            refuse_shut(fields.site, [asked_of(fields)])
        refuse_clashes(fields, without=locked.pk)
        _refuse_unfit(fields, _newly_asked(locked, fields), override_reason, session_id=locked.pk)
        if fields.capacity < locked.seats_taken + locked.seats_held:
            raise SeatsTaken(seats_taken=locked.seats_taken)
        changed = changed_invitations(locked, kind=fields.kind, starts_at=fields.starts_at)
        guests = uninvited_by(changed, now=now)
        staying = locked.guests_expected - chairs_freed(guests)[locked.pk]
        refuse_crowded(fields.room, capacity=fields.capacity, guests=staying)
        withdraw_all([one.invitation.pk for one in guests], actor=actor, now=now)
        locked.guests_expected = staying
        before, moved = facts(locked), (locked.starts_at, locked.ends_at) != (fields.starts_at, fields.ends_at)
        recounted = moved or clinical != locked.clinical_minutes
        for name, value in _columns(fields).items():
            setattr(locked, name, value)
        locked.clinical_minutes = clinical
        locked.changed_at = now
        locked.save()
        _set_leads(locked, fields.counselors)
        if recounted or before["room"] != locked.room_id:
            _carry_bookings(locked, now=now)
        record(
            "session_changed",
            locked,
            actor=actor,
            now=now,
            before=before,
            after=facts(locked),
            reason=override_reason,
        )
        session_changed.send(Session, session_id=locked.pk, before=before, actor=actor, now=now)
        seats_changed.send(Session, session_ids=[locked.pk], now=now)
        if locked.capacity > before["capacity"]:
            promote_after_commit(locked.pk)
    return locked


@retrying_deadlocks
def cancel_session(session: Session, *, actor: User | None, now: datetime, reason: str = "") -> Session:
    """Call the session off, and every booking with it; nobody's cancellation counts as late. Twice changes nothing."""
    with transaction.atomic():
        lock_patients(_standing(session.pk).values_list("patient_id", flat=True))
        locked = lock_sessions(session.pk)[session.pk]
        if locked.state == SessionState.CANCELLED:
            return locked
        if locked.state == SessionState.SIGNED or locked.bookings.filter(marked_at__isnull=False).exists():
            raise RosterSigned(session=str(locked.pk))
        before = facts(locked)
        locked.state = SessionState.CANCELLED
        locked.seats_held = 0
        locked.changed_at = now
        locked.save(update_fields=["state", "seats_held", "changed_at"])
        SessionCounselor.objects.filter(session=locked).update(live=False)
        seated = list(_standing(locked.pk).filter(live=True).order_by("pk").values_list("pk", flat=True))
        for booking in _standing(locked.pk).select_related("admission__program", "admission__site").order_by("pk"):
            release(booking, locked, actor=actor, now=now, reason=reason or CALLED_OFF)
        after = {**facts(locked), "seated": seated}
        record("session_cancelled", locked, actor=actor, now=now, before=before, after=after, reason=reason)
        session_changed.send(Session, session_id=locked.pk, before=before, actor=actor, now=now)
        seats_changed.send(Session, session_ids=[locked.pk], now=now)
    return locked


def mark_signed(session: Session, *, now: datetime) -> None:
    """The roster is signed; call it under the session's lock."""
    Session.objects.filter(pk=session.pk).update(state=SessionState.SIGNED, changed_at=now)
    session.state = SessionState.SIGNED


def facts(session: Session) -> dict[str, Any]:
    """What the trail keeps of a session."""
    return {
        "title": session.title,
        "kind": session.kind,
        "focus": session.focus,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "breaks": session.breaks,
        "state": session.state,
        "capacity": session.capacity,
        "site": session.site_id,
        "room": session.room_id,
        "mode": session.mode,
        "link": link_mark(session.telehealth_url),
        "counselors": sorted(lead.pk for lead in session.counselors.all()),
    }


def link_mark(url: str) -> str | None:
    """By what the trail tells one link from another, without holding it."""
    return hashlib.sha256(url.encode()).hexdigest()[:12] if url else None


def _columns(fields: SessionFields) -> dict[str, Any]:
    return {
        "program": fields.program,
        "site": fields.site,
        "kind": fields.kind,
        "focus": fields.focus,
        "title": fields.title.strip(),
        "starts_at": fields.starts_at,
        "ends_at": fields.ends_at,
        "breaks": stored_breaks(fields.breaks),
        "capacity": fields.capacity,
        "mode": fields.mode,
        "room": fields.room,
        "telehealth_url": fields.telehealth_url,
    }


def _takes_place_anew(session: Session, fields: SessionFields) -> bool:
    """Whether another time, site or mode is asked for: what stays as it is needs no open door anew."""
    now_asked = (fields.starts_at, fields.ends_at, fields.site.pk, fields.mode)
    return now_asked != (session.starts_at, session.ends_at, session.site_id, session.mode)


def _standing(session_id: int) -> Any:
    return Booking.objects.filter(session_id=session_id).exclude(status=BookingStatus.CANCELLED)


def _newly_asked(session: Session, fields: SessionFields) -> set[int]:
    """Those who did not lead it before; all where it is at another time or place, or about something else."""
    wanted = {one.pk for one in fields.counselors}
    stays = (
        (session.starts_at, session.ends_at) == (fields.starts_at, fields.ends_at)
        and (session.site_id, session.program_id) == (fields.site.pk, fields.program.pk)
        and session.focus == fields.focus
    )
    return wanted - set(session.leads.values_list("counselor_id", flat=True)) if wanted and stays else wanted


def _refuse_unfit(
    fields: SessionFields, counselor_ids: set[int], override_reason: str, *, session_id: int | None = None
) -> None:
    if not counselor_ids:
        return
    asks = Demands.of([fields.program.pk]).asks(fields.program.pk, fields.focus)
    whole = Interval(fields.starts_at, fields.ends_at)
    duty = Duty(session_id, whole, fields.site.pk, local_date(fields.starts_at, fields.site.zone), asks)
    refuse_unfit([duty], counselor_ids, lifted=lifted_by(override_reason))


def _refuse_finished(session: Session) -> None:
    if session.state == SessionState.CANCELLED:
        raise SessionCancelled(session=str(session.pk))
    if session.state == SessionState.SIGNED:
        raise RosterSigned(session=str(session.pk))


def _set_leads(session: Session, counselors: tuple[Counselor, ...]) -> None:
    wanted = {counselor.pk for counselor in counselors}
    session.leads.exclude(counselor_id__in=wanted).delete()
    session.leads.update(starts_at=session.starts_at, ends_at=session.ends_at, live=session.is_live)
    present = set(session.leads.values_list("counselor_id", flat=True))
    SessionCounselor.objects.bulk_create(
        SessionCounselor(
            session=session, counselor_id=pk, starts_at=session.starts_at, ends_at=session.ends_at, live=session.is_live
        )
        for pk in sorted(wanted - present)
    )


def _carry_bookings(session: Session, *, now: datetime) -> None:
    """Bookings follow their session; whoever has another appointment then is named, and nothing moves."""
    rows = list(_standing(session.pk).select_related("admission__program", "admission__site").order_by("pk"))
    live = [row for row in rows if row.live]
    clashing = (
        Booking.objects.live()
        .overlapping(session.interval)
        .filter(patient_id__in=[row.patient_id for row in live])
        .exclude(session=session)
    )
    in_the_way = list(clashing.values_list("patient_id", "session_id"))
    if in_the_way:
        clashing_people = {patient_id for patient_id, _session_id in in_the_way}
        raise OverlapsBooking(
            bookings=[str(row.pk) for row in live if row.patient_id in clashing_people],
            conflicts=conflicts_with(("patient", session_id) for _patient_id, session_id in in_the_way),
        )
    people = [row.patient_id for row in live]
    far = booked_too_near(session.site, session.interval, session.mode, people, without=[session.pk])
    if far:
        late = {patient_id for patient_id, _session_id in far}
        raise TravelTooShort(
            bookings=[str(row.pk) for row in live if row.patient_id in late],
            conflicts=conflicts_with(("travel", session_id) for _patient_id, session_id in far),
        )
    for row in rows:
        row.starts_at, row.ends_at = session.starts_at, session.ends_at
        row.week = row.admission.week_of(session.starts_at).starts_on
        row.sequence += 1
        row.changed_at = now
        if row.live and row.marked_at is None:
            row.counted_minutes = session.clinical_minutes
    Booking.objects.bulk_update(rows, ["starts_at", "ends_at", "week", "sequence", "changed_at", "counted_minutes"])
    bookings_changed.send(Booking, booking_ids=[row.pk for row in rows], now=now)
