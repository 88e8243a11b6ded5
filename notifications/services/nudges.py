"""Rosters that nobody signed: an hour after the end whoever led the session is asked, a day after it the coordinators.

The mail says a day, a time and where to look; no person, kind or program.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from notifications.enums import Channel, MessageKind, SubjectType
from notifications.models import Message, Reminder
from notifications.services.emails import new_email
from notifications.services.truth import JUDGES, Drop, Say, Verdict
from notifications.texts import Text, nudge_text
from people.enums import Role
from people.models import User
from scheduling.enums import SessionState
from scheduling.models import Booking, Session, SessionCounselor

COUNSELORS, COORDINATORS = "60", "1440"
"""The two occasions, in minutes after the end."""

ASKED_FOR = {COUNSELORS: timedelta(minutes=1440), COORDINATORS: timedelta(days=7)}
"""How long after the end each is still asked; what is older stands on the board of flags alone."""

MOST = 500


def queue_nudges(*, now: datetime) -> int:
    """Write one message for each person who is to be asked; answers how many.

    The unique reminder row, one a session, occasion and person, decides who queues: run twice, or by two at once,
    nothing doubles. A session whose people were asked once is not asked about again.
    """
    queued = 0
    for occasion in (COUNSELORS, COORDINATORS):
        for session in _unsigned(now=now, occasion=occasion).select_related("site").order_by("pk")[:MOST]:
            with transaction.atomic():
                queued += _queue(session, occasion, now=now)
    return queued


def judge_nudge(message: Message, now: datetime) -> Verdict:
    """Still unsigned, and still theirs to sign? A signature in the meantime makes it needless."""
    if message.reminder is None or message.user is None or message.user_id is None:
        return Drop("unwanted")
    session = _open_sessions().filter(pk=message.reminder.subject_id).select_related("site").first()
    if session is None:
        return Drop("signed")
    if not _recipients(session, message.reminder.occasion).filter(pk=message.user_id).exists():
        return Drop("unwanted")
    text = _text(session, message.user)
    return Say(message.user.email, session.site.sender_name, message.user.language, text.subject, text.body)


JUDGES[MessageKind.NUDGE] = judge_nudge


def _open_sessions() -> QuerySet[Session]:
    """Those with somebody on the roster and without a signature."""
    on_roster = Booking.objects.live().filter(session=OuterRef("pk"))
    unsigned = Session.objects.filter(Exists(on_roster), state=SessionState.SCHEDULED)
    return unsigned.filter(Q(roster=None) | Q(roster__signed_at=None))


def _unsigned(*, now: datetime, occasion: str) -> QuerySet[Session]:
    """The sessions that ended long enough ago, not too long, and were not asked about on this occasion."""
    told = Reminder.objects.filter(
        subject_type=SubjectType.SESSION, subject_id=OuterRef("pk"), kind=MessageKind.NUDGE, occasion=occasion
    )
    return _open_sessions().filter(
        ~Exists(told), ends_at__lte=now - timedelta(minutes=int(occasion)), ends_at__gt=now - ASKED_FOR[occasion]
    )


def _recipients(session: Session, occasion: str) -> QuerySet[User]:
    """Whoever led it, or the coordinators of its site; nobody who wants no e-mail."""
    wanted = User.objects.filter(is_active=True).exclude(email="")
    wanted = wanted.exclude(notification_preference__email_enabled=False)
    if occasion == COORDINATORS:
        return wanted.filter(memberships__role=Role.COORDINATOR, memberships__site_id=session.site_id).distinct()
    led = SessionCounselor.objects.filter(session=session, live=True).values("counselor_id")
    return wanted.filter(counselor__in=led)


def _queue(session: Session, occasion: str, *, now: datetime) -> int:
    people = {f"user:{user.pk}": user for user in _recipients(session, occasion).order_by("pk")}
    batch = uuid.uuid4().hex
    asked = {
        "subject_type": SubjectType.SESSION,
        "subject_id": session.pk,
        "kind": MessageKind.NUDGE,
        "occasion": occasion,
        "channel": Channel.EMAIL,
    }
    Reminder.objects.bulk_create(
        [Reminder(**asked, recipient=key, batch=batch, created_at=now) for key in people], ignore_conflicts=True
    )
    mine = Reminder.objects.filter(**asked, batch=batch).order_by("pk")
    messages = [_message(reminder, session, people[reminder.recipient], now=now) for reminder in mine]
    Message.objects.bulk_create(messages)
    return len(messages)


def _message(reminder: Reminder, session: Session, user: User, *, now: datetime) -> Message:
    return new_email(
        MessageKind.NUDGE,
        _text(session, user),
        contact=user.email,
        language=user.language,
        now=now,
        sender_name=session.site.sender_name,
        reminder=reminder,
        user=user,
    )


def _text(session: Session, user: User) -> Text:
    url = f"{settings.BASE_URL}/sessions/{session.pk}/roster/"
    return nudge_text(session.starts_at, zone=session.site.zone, language=user.language, url=url)
