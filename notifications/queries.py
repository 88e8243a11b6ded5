"""What the feed's view, the pages and the API read."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from notifications.enums import EventStatus
from notifications.feeds.render import KeptEvent
from notifications.models import CalendarEvent, CalendarFeed, NotificationPreference
from people.models import Patient, User

DAYS_BACK = 60
DAYS_AHEAD = 180
DAYS_CANCELLED_STAYS = 14


def token_digest(token: str) -> str:
    """What is kept of a feed's secret: its SHA-256, in hex."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def live_feed(token: str) -> CalendarFeed | None:
    """The feed behind a secret, with its patient; None for an unknown, revoked or malformed one alike.

    Every token goes the same way, one digest and one indexed look-up, so that the time tells nothing either.
    """
    digest = token_digest(token)
    return CalendarFeed.objects.live().select_related("patient").filter(token_hash=digest).first()


def shown_events(feed: CalendarFeed, *, today: date) -> list[KeptEvent]:
    """The events that the feed shows on a day (UTC): 60 days back, 180 ahead, and cancelled ones for 14 days.

    Bounds are days, not instants, so that what is shown changes at midnight UTC and at a change of version only.
    """
    midnight = datetime.combine(today, time.min, UTC)
    rows = (
        CalendarEvent.objects.filter(
            patient_id=feed.patient_id,
            starts_at__gte=midnight - timedelta(days=DAYS_BACK),
            starts_at__lt=midnight + timedelta(days=DAYS_AHEAD + 1),
        )
        .exclude(status=EventStatus.CANCELLED, cancelled_at__lt=midnight - timedelta(days=DAYS_CANCELLED_STAYS))
        .order_by("starts_at", "id")
        .values_list("status", "core", "summary", "place")
    )
    return [
        KeptEvent(status == EventStatus.CANCELLED, bytes(core), bytes(summary), bytes(place))
        for status, core, summary, place in rows
    ]


def preference_of(owner: Patient | User) -> NotificationPreference:
    """The preference of a patient or a staff account; an unsaved one with the defaults where there is none yet."""
    who = {"patient": owner} if isinstance(owner, Patient) else {"user": owner}
    return NotificationPreference.objects.filter(**who).first() or NotificationPreference(**who)
