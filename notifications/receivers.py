"""What follows from changes below: rows only, in the transaction of the change itself."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.dispatch import receiver

from notifications.models import CalendarFeed
from notifications.services.events import sync_bookings, sync_session
from notifications.services.invitations import follow_invitations, tell_guests_of_move
from notifications.services.reminders import drop_messages_of, forget_reminders_of
from scheduling.models import Booking, Session
from scheduling.signals import bookings_changed, invitations_changed, session_changed


@receiver(bookings_changed)
def follow_bookings(sender: object, *, booking_ids: list[int], now: datetime, **_: Any) -> None:
    """Events follow their bookings; what waits to be said of a cancelled one is dropped."""
    feeds = CalendarFeed.objects.live().filter(patient=OuterRef("patient"))
    rows = Booking.objects.filter(pk__in=booking_ids).order_by().values_list("pk", "live", Exists(feeds))
    changed = list(rows)
    shown = [pk for pk, _live, has_feed in changed if has_feed]
    ended = [pk for pk, live, _has_feed in changed if not live]
    if shown:
        sync_bookings(shown, now=now)
    if ended:
        drop_messages_of(ended, why="cancelled")


@receiver(session_changed)
def follow_session(sender: object, *, session_id: int, before: dict[str, Any], now: datetime, **_: Any) -> None:
    """Events follow their session in title and place too; an appointment with a new time is told anew."""
    sync_session(session_id, now=now)
    session = Session.objects.only("starts_at").get(pk=session_id)
    was_at = datetime.fromisoformat(before["starts_at"])
    if was_at != session.starts_at:
        tell_guests_of_move(session_id, was_at=was_at, now=now)
        moved = Booking.objects.filter(session_id=session_id).values_list("pk", flat=True)
        forget_reminders_of(moved, why="moved")


@receiver(invitations_changed)
def follow_invited(sender: object, *, invitation_ids: list[int], now: datetime, **_: Any) -> None:
    """Who is asked is written to; who is asked no more is told so, if they knew and may know."""
    follow_invitations(invitation_ids, now=now)
