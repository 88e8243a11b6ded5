"""Links to sessions by video: only for those who belong there, and only near the time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from people.models import User
from scheduling.enums import BookingStatus, Mode
from scheduling.models import Booking, Session, SessionCounselor

OPENS_BEFORE = timedelta(minutes=15)


def is_open(session: Session, *, now: datetime) -> bool:
    """Whether one can join: from a quarter of an hour before the start until the end, while it takes place."""
    near = session.starts_at - OPENS_BEFORE <= now < session.ends_at
    return bool(session.telehealth_url) and session.mode != Mode.IN_PERSON and session.is_live and near


def opens_later(session: Session, *, now: datetime) -> bool:
    """Whether there is a link that nobody sees yet."""
    early = now < session.starts_at - OPENS_BEFORE
    return bool(session.telehealth_url) and session.mode != Mode.IN_PERSON and session.is_live and early


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
