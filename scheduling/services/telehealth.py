"""Links to sessions by video: only for those who belong there, and only near the time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, URLValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.errors import InvalidInput
from people.models import User
from people.services.trail import record
from scheduling.enums import BookingStatus, Mode, SessionState
from scheduling.errors import RosterSigned, SessionCancelled
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.locks import lock_sessions

LONGEST = 200
OPENS_BEFORE = timedelta(minutes=15)


def is_open(session: Session, *, now: datetime) -> bool:
    """Whether one can join: from a quarter of an hour before the start until the end, while it takes place."""
    near = session.starts_at - OPENS_BEFORE <= now < session.ends_at
    return bool(session.telehealth_url) and session.mode != Mode.IN_PERSON and session.is_live and near


def opens_later(session: Session, *, now: datetime) -> bool:
    """Whether there is a link that nobody sees yet."""
    early = now < session.starts_at - OPENS_BEFORE
    return bool(session.telehealth_url) and session.mode != Mode.IN_PERSON and session.is_live and early


def give_link(session: Session, url: str, *, actor: User | None, now: datetime) -> Session:
    """Where to join the session from now on; the trail says that it is another, not which.

    Raises InvalidInput for what is no web address, SessionCancelled, and RosterSigned for one that is over.
    """
    address = url.strip()
    try:
        URLValidator(schemes=["https", "http"])(address)
        MaxLengthValidator(LONGEST)(address)
    except ValidationError:
        raise InvalidInput(
            {"telehealth_url": _("This is not a web address, such as https://video.example/room.")}
        ) from None
    with transaction.atomic():
        locked = lock_sessions(session.pk)[session.pk]
        if locked.state == SessionState.CANCELLED:
            raise SessionCancelled(session=str(locked.pk))
        if locked.state == SessionState.SIGNED:
            raise RosterSigned(session=str(locked.pk))
        if locked.telehealth_url != address:
            before = {"has_link": bool(locked.telehealth_url)}
            locked.telehealth_url, locked.changed_at = address, now
            locked.save(update_fields=["telehealth_url", "changed_at"])
            record("session_link_given", locked, actor=actor, now=now, before=before, after={"has_link": True})
    return locked


def open_links(sessions: Sequence[Session], user: User, *, now: datetime) -> frozenset[int]:
    """Of which of the sessions the account may see the link now: who is booked, who leads, who manages the site.

    No query where none is near; two at most.
    """
    near = [session for session in sessions if is_open(session, now=now)]
    if not near:
        return frozenset()
    scope, ids = user.scope, [session.pk for session in near]
    found = {session.pk for session in near if session.site_id in scope.managed_site_ids}
    if scope.counselor_id is not None:
        leads = SessionCounselor.objects.filter(session_id__in=ids, counselor_id=scope.counselor_id, live=True)
        found |= set(leads.values_list("session_id", flat=True))
    if scope.patient_id is not None:
        booked = Booking.objects.live().filter(
            session_id__in=ids, patient_id=scope.patient_id, status=BookingStatus.BOOKED
        )
        found |= set(booked.values_list("session_id", flat=True))
    return frozenset(found)
