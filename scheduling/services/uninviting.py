"""Which invitations a change of their sessions ends: what is no family session any more, and what no consent covers."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from people.domain.time import local_date
from people.enums import FamilyShare
from people.models import FamilyConsent
from scheduling.enums import InvitationState, Kind
from scheduling.errors import BookingCancelled, ConsentMissing, NotAFamilySession
from scheduling.models import Invitation, Session


@dataclass(frozen=True)
class Then:
    """What a session is to be."""

    kind: str
    starts_at: datetime


@dataclass(frozen=True)
class Uninvited:
    """A family member who is asked no more; `code` says why, as an invitation would be refused."""

    invitation: Invitation
    code: str


def uninvited_by(changes: Mapping[int, Then], *, now: datetime, lost_bookings: Collection[int] = ()) -> list[Uninvited]:
    """Those whom changes of sessions, by id, would leave uninvited, and those of bookings that end; two queries.

    Whoever is asked stays so where the session remains a family session, and a consent that names invitations holds
    today and on its new day.
    """
    if not changes and not lost_bookings:
        return []
    asked = Q(session_id__in=list(changes)) | Q(booking_id__in=list(lost_bookings))
    rows = list(
        Invitation.objects.standing()
        .filter(asked)
        .select_related("member", "session__site", "booking__patient", "booking__admission__site")
        .order_by("session__starts_at", "member__name", "pk")
    )
    consents: dict[int, list[FamilyConsent]] = {row.member_id: [] for row in rows}
    given = FamilyConsent.objects.filter(revoked_at=None, member__in=list(consents), member__removed_at=None)
    for consent in given.sharing(FamilyShare.INVITATIONS) if rows else ():
        consents[consent.member_id].append(consent)
    found = []
    for row in rows:
        if row.booking_id in lost_bookings:
            found.append(Uninvited(row, BookingCancelled.code))
        elif code := _code(row, changes[row.session_id], consents[row.member_id], now=now):
            found.append(Uninvited(row, code))
    return found


def changed_invitations(session: Session, *, kind: str, starts_at: datetime) -> dict[int, Then]:
    """The session as `uninvited_by` asks for it, where the change may end an invitation; else nothing."""
    unchanged = (session.kind, session.starts_at) == (kind, starts_at)
    return {} if unchanged or session.kind != Kind.FAMILY else {session.pk: Then(kind, starts_at)}


def chairs_freed(uninvited: Collection[Uninvited]) -> Counter[int]:
    """How many chairs of each session they leave."""
    return Counter(one.invitation.session_id for one in uninvited if one.invitation.state == InvitationState.COMING)


def _code(row: Invitation, then: Then, consents: Collection[FamilyConsent], *, now: datetime) -> str | None:
    if then.kind != Kind.FAMILY:
        return NotAFamilySession.code
    zone = row.booking.admission.zone
    days = (local_date(now, zone), local_date(then.starts_at, zone))
    covered = any(all(consent.starts_on <= day <= consent.ends_on for day in days) for consent in consents)
    return None if covered else ConsentMissing.code
