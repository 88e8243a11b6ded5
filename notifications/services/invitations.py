"""What family members are told of the sessions to which they are asked: only while a consent lets them know."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from notifications.enums import Channel, MessageKind, MessageState, SubjectType
from notifications.models import Message, Reminder
from notifications.services.emails import new_email
from notifications.services.truth import JUDGES, Drop, Say, Verdict, as_written, without
from notifications.texts import Text, invitation_change_text, invitation_text
from people.domain.time import local_date
from scheduling.enums import InvitationState, Kind, Mode
from scheduling.models import Invitation, Session
from scheduling.services.invitations import may_be_invited

PLACE = {"site": "site_id", "room": "room_id", "mode": "mode"}
"""What a session's facts and its columns call where it takes place."""
TOLD = (MessageState.SENT, MessageState.CLAIMED)


def follow_invitations(invitation_ids: Iterable[int], *, now: datetime, over: bool = False) -> None:
    """Write to whoever is newly asked; for whoever is asked no more drop what waits.

    Where it is `over`, it takes place for them no more, and whoever knew of it is told.
    """
    for invitation in _with_all(Invitation.objects.filter(pk__in=list(invitation_ids))):
        if invitation.state == InvitationState.WITHDRAWN:
            _end(invitation, over=over, now=now)
        elif invitation.state == InvitationState.ASKED and invitation.member.email:
            _queue(invitation, MessageKind.INVITATION, occasion="asked", text=_text(invitation), now=now)


def tell_guests_of_change(session: Session, before: dict[str, Any], *, now: datetime) -> None:
    """Whoever knows of the old time and place is told the new ones; what still waits says them by itself."""
    was_at = datetime.fromisoformat(before["starts_at"])
    placed = any(before[name] != getattr(session, column) for name, column in PLACE.items())
    if session.kind != Kind.FAMILY or (was_at == session.starts_at and not placed):
        return
    for invitation in _with_all(Invitation.objects.standing().filter(session=session)):
        if _knows(invitation):
            text = _change(invitation, was_at, invitation.session.starts_at, placed=placed)
            _queue(invitation, MessageKind.INVITATION_CHANGE, occasion=f"{now:%m%d%H%M%S%f}", text=text, now=now)


def url_of(invitation: Invitation) -> str:
    """Where the invitation is answered; whoever has the address may answer."""
    return f"{settings.BASE_URL}/invitations/{invitation.token}/"


def place_of(invitation: Invitation) -> str:
    """Where to come: the address, and the room where there is one; nothing for a session by video."""
    session = invitation.session
    if session.mode == Mode.TELEHEALTH:
        return ""
    parts = (session.site.address, session.site.directions, session.room.name if session.room else "")
    return ", ".join(part for part in parts if part)


def judge_invitation(message: Message, now: datetime) -> Verdict:
    """An invitation goes out while it stands, is not answered, lies ahead, and a consent lets it."""
    invitation = _of(message)
    if invitation is None or invitation.state != InvitationState.ASKED:
        return Drop("cancelled")
    if now >= invitation.session.starts_at:
        return Drop("too_late")
    if not invitation.member.email or not _may_know(invitation, now=now):
        return Drop("unwanted")
    text = _text(invitation)
    member = invitation.member
    sender = invitation.session.site.sender_name
    return Say(member.email, sender, member.language, text.subject, text.body, secret=invitation.token)


def judge_change(message: Message, now: datetime) -> Verdict:
    """A change goes out as it was written, while a consent lets the family member know."""
    invitation = _of(message)
    if invitation is None or not _may_know(invitation, now=now):
        return Drop("unwanted")
    return as_written(message)


def _end(invitation: Invitation, *, over: bool, now: datetime) -> None:
    knew = _knows(invitation)
    Message.objects.filter(state=MessageState.PENDING, reminder__in=_reminders(invitation)).update(
        state=MessageState.DROPPED, last_error="cancelled"
    )
    if knew and over and invitation.session.starts_at > now and _may_know(invitation, now=now):
        text = _change(invitation, invitation.session.starts_at, None)
        _queue(invitation, MessageKind.INVITATION_CHANGE, occasion="off", text=text, now=now)


def _knows(invitation: Invitation) -> bool:
    """Whether the invitation has left, or is leaving."""
    return Message.objects.filter(reminder__in=_reminders(invitation), state__in=TOLD).exists()


def _may_know(invitation: Invitation, *, now: datetime) -> bool:
    return may_be_invited(invitation.member, [local_date(now, invitation.booking.admission.zone)])


def _reminders(invitation: Invitation) -> QuerySet[Reminder]:
    return Reminder.objects.filter(subject_type=SubjectType.INVITATION, subject_id=invitation.pk)


def _of(message: Message) -> Invitation | None:
    if message.reminder is None:
        return None
    return _with_all(Invitation.objects.filter(pk=message.reminder.subject_id)).first()


def _with_all(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    whole = invitations.select_related("member", "session__site", "session__room", "booking__admission__site")
    return whole.order_by("pk")


def _text(invitation: Invitation) -> Text:
    site = invitation.session.site
    return invitation_text(
        invitation.session.starts_at,
        zone=site.zone,
        language=invitation.member.language,
        phone=site.phone,
        sender_name=site.sender_name,
        place=place_of(invitation),
        url=url_of(invitation),
    )


def _change(invitation: Invitation, was_at: datetime, starts_at: datetime | None, *, placed: bool = False) -> Text:
    site = invitation.session.site
    return invitation_change_text(
        was_at,
        starts_at,
        zone=site.zone,
        language=invitation.member.language,
        phone=site.phone,
        sender_name=site.sender_name,
        place=place_of(invitation) if placed else None,
    )


def _queue(invitation: Invitation, kind: MessageKind, *, occasion: str, text: Text, now: datetime) -> None:
    """One reminder and its message; what was queued for the same occasion is not queued again."""
    reminder, is_new = Reminder.objects.get_or_create(
        subject_type=SubjectType.INVITATION,
        subject_id=invitation.pk,
        kind=kind,
        occasion=occasion,
        channel=Channel.EMAIL,
        recipient=f"member:{invitation.member_id}",
        defaults={"batch": uuid.uuid4().hex, "created_at": now},
    )
    if not is_new:
        return
    new_email(
        kind,
        replace(text, body=without(invitation.token, text.body)),
        contact=invitation.member.email,
        language=invitation.member.language,
        now=now,
        sender_name=invitation.session.site.sender_name,
        reminder=reminder,
        patient_id=invitation.member.patient_id,
    ).save()


JUDGES[MessageKind.INVITATION] = judge_invitation
JUDGES[MessageKind.INVITATION_CHANGE] = judge_change
