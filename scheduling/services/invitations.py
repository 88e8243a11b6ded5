"""Inviting family members to a session, and their answers: rule by consent, chairs by the room (domain: privacy)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from people.domain.time import local_date
from people.enums import FamilyShare
from people.models import FamilyConsent, FamilyMember, Room, User
from people.queries import there
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import InvitationState, Kind
from scheduling.errors import (
    BookingCancelled,
    ConsentMissing,
    NotAFamilySession,
    RoomFull,
    SessionCancelled,
    SessionStarted,
)
from scheduling.models import Booking, Invitation, Session
from scheduling.models.invitation import digest_of, new_nonce, token_of
from scheduling.services.locks import lock_patient, lock_sessions, read_booking
from scheduling.signals import invitations_changed


@retrying_deadlocks
def invite(booking: Booking, member: FamilyMember, *, actor: User | None, now: datetime) -> Invitation:
    """Ask one family member to the booked session; whoever is asked already is not asked twice.

    Raises NotAFamilySession, BookingCancelled where no seat is held, SessionStarted, and ConsentMissing unless a
    consent that names invitations holds today and on the session's day.
    """
    with transaction.atomic():
        lock_patient(booking.patient_id)
        session = lock_sessions(booking.session_id)[booking.session_id]
        current = read_booking(booking.pk)
        if session.kind != Kind.FAMILY:
            raise NotAFamilySession(session=str(session.pk))
        if not current.live or member.patient_id != current.patient_id:
            raise BookingCancelled(booking=str(current.pk))
        if now >= session.starts_at:
            raise SessionStarted(session=str(session.pk))
        zone = current.admission.zone
        days = (local_date(now, zone), local_date(session.starts_at, zone))
        if not may_be_invited(member, days):
            raise ConsentMissing(member=str(member.pk))
        standing = Invitation.objects.standing().filter(booking=current, member=member).first()
        if standing is not None:
            return standing
        nonce = new_nonce()
        invitation = Invitation.objects.create(
            booking=current,
            session=session,
            member=member,
            nonce=nonce,
            token_digest=digest_of(token_of(nonce)),
            invited_at=now,
            invited_by=actor,
        )
        after = {"session": session.pk, "member": member.pk}
        record("family_invited", invitation, actor=actor, now=now, patient_id=current.patient_id, after=after)
        invitations_changed.send(Invitation, invitation_ids=[invitation.pk], now=now)
    return invitation


@retrying_deadlocks
def answer(invitation: Invitation, *, coming: bool, now: datetime) -> Invitation:
    """The family member says yes or no, and may change their mind until the session begins.

    Raises SessionStarted, SessionCancelled for one that does not take place or to which they are no longer asked, and
    RoomFull where every chair beside the patients' seats is taken.
    """
    with transaction.atomic():
        session = lock_sessions(invitation.session_id)[invitation.session_id]
        current = there(Invitation.objects.select_related("booking"), invitation.pk)
        if current.state == InvitationState.WITHDRAWN or not session.is_live:
            raise SessionCancelled(session=str(session.pk))
        if now >= session.starts_at:
            raise SessionStarted(session=str(session.pk))
        wanted = InvitationState.COMING if coming else InvitationState.DECLINED
        if current.state == wanted:
            return current
        if coming and not _take_chair(session):
            raise RoomFull(session=str(session.pk))
        if current.state == InvitationState.COMING:
            _free_chairs(session.pk, 1)
        before = current.state
        current.state, current.answered_at = wanted, now
        current.save(update_fields=["state", "answered_at"])
        patient_id = current.booking.patient_id
        record(
            "family_answered",
            current,
            actor=None,
            now=now,
            patient_id=patient_id,
            before={"state": before},
            after={"state": wanted},
        )
        invitations_changed.send(Invitation, invitation_ids=[current.pk], now=now)
    return current


@retrying_deadlocks
def withdraw(invitation: Invitation, *, actor: User | None, now: datetime) -> None:
    """The family member is no longer asked; their link leads nowhere. Twice changes nothing."""
    with transaction.atomic():
        lock_patient(invitation.booking.patient_id)
        lock_sessions(invitation.session_id)
        _withdraw(Invitation.objects.filter(pk=invitation.pk), actor=actor, now=now)


def withdraw_of(booking: Booking, *, actor: User | None, now: datetime) -> None:
    """Nobody is asked to an appointment that no longer stands; call it under the session's lock, as it is cancelled."""
    _withdraw(Invitation.objects.filter(booking=booking), actor=actor, now=now, over=True)


def withdraw_of_all(booking_ids: Collection[int], *, actor: User | None, now: datetime) -> None:
    """The same for many, under the locks of their sessions."""
    if booking_ids:
        _withdraw(Invitation.objects.filter(booking_id__in=list(booking_ids)), actor=actor, now=now, over=True)


def withdraw_all(invitation_ids: Collection[int], *, actor: User | None, now: datetime) -> None:
    """What a change of their sessions ends; call it under the sessions' locks, while they still have the old time."""
    if invitation_ids:
        _withdraw(Invitation.objects.filter(pk__in=list(invitation_ids)), actor=actor, now=now, over=True)


def withdraw_without_consent(member_id: int, *, now: datetime) -> None:
    """What was asked of a member whose consent is gone is asked no more; call it in the revoking transaction."""
    open_ones = Invitation.objects.standing().filter(member_id=member_id, session__starts_at__gt=now)
    lock_sessions(*open_ones.values_list("session_id", flat=True))
    for invitation in open_ones.select_related("member", "session", "booking__admission__site"):
        zone = invitation.booking.admission.zone
        days = (local_date(now, zone), local_date(invitation.session.starts_at, zone))
        if not may_be_invited(invitation.member, days):
            _withdraw(Invitation.objects.filter(pk=invitation.pk), actor=None, now=now)


def may_be_invited(member: FamilyMember, days: Iterable[date]) -> bool:
    """Whether one consent that names invitations holds on all of the days."""
    consents: Any = FamilyConsent.objects.filter(member=member).sharing(FamilyShare.INVITATIONS)
    for day in days:
        consents = consents.in_force_on(day)
    return bool(consents.exists())


def by_link(token: str, *, now: datetime) -> Invitation | None:
    """What the link asks for, with its session; None where it stands no more, or where no consent holds today."""
    rows = Invitation.objects.standing().by_token(token)
    whole = rows.select_related("member", "session__site", "session__room", "booking__admission__site")
    found: Invitation | None = whole.first()
    if found is None or not found.session.is_live:
        return None
    return found if may_be_invited(found.member, [local_date(now, found.booking.admission.zone)]) else None


def _withdraw(invitations: QuerySet[Invitation], *, actor: User | None, now: datetime, over: bool = False) -> None:
    standing = list(
        invitations.exclude(state=InvitationState.WITHDRAWN)
        .order_by("session_id", "pk")
        .values_list("pk", "session_id", "state", "booking__patient_id")
    )
    if not standing:
        return
    for pk, session_id, state, patient_id in standing:
        if state == InvitationState.COMING:
            _free_chairs(session_id, 1)
        before = {"state": state}
        record("family_withdrawn", ("invitation", pk), actor=actor, now=now, patient_id=patient_id, before=before)
    ids = [pk for pk, *_ in standing]
    Invitation.objects.filter(pk__in=ids).update(state=InvitationState.WITHDRAWN, withdrawn_at=now)
    invitations_changed.send(Invitation, invitation_ids=ids, over=over, now=now)


def _take_chair(session: Session) -> bool:
    """One chair more beside the patients' seats; False where the room has none. Without a room there is no limit."""
    room_left = Q()
    if session.room_id is not None:
        seats = there(Room.objects.all(), session.room_id).seats
        room_left = Q(guests_expected__lt=seats - F("capacity"))
    return bool(Session.objects.filter(room_left, pk=session.pk).update(guests_expected=F("guests_expected") + 1))


def _free_chairs(session_id: int, number: int) -> None:
    Session.objects.filter(pk=session_id).update(guests_expected=Greatest(F("guests_expected") - number, 0))
