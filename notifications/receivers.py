"""What follows from changes below: rows only, in the transaction of the change itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from notifications.services.changes import changed_bookings, note_bookings, note_planned, note_session
from notifications.services.events import sync_bookings, sync_session
from notifications.services.invitations import follow_invitations, tell_guests_of_change
from notifications.services.reminders import drop_messages_of, forget_reminders_of
from notifications.services.waitlist import tell_waiting
from people.models import User
from scheduling.enums import WaitlistEvent
from scheduling.models import Booking, Session
from scheduling.signals import bookings_changed, invitations_changed, session_changed, sessions_planned, waitlist_moved


@receiver(bookings_changed)
def follow_bookings(
    sender: object,
    *,
    booking_ids: list[int],
    now: datetime,
    gave_up: Collection[int] = (),
    offered: Collection[int] = (),
    answered: Collection[int] = (),
    **_: Any,
) -> None:
    """Events follow their bookings; what waits to be said of a cancelled one is dropped; patients learn of it."""
    changed = changed_bookings(booking_ids)
    shown = [row.pk for row in changed if row.has_feed]
    ended = [row.pk for row in changed if not row.live]
    note_bookings(changed, gave_up=gave_up, offered=offered, answered=answered, now=now)
    if shown:
        sync_bookings(shown, now=now)
    if ended:
        drop_messages_of(ended, why="cancelled")


@receiver(session_changed)
def follow_session(
    sender: object, *, session_id: int, before: dict[str, Any], now: datetime, actor: User | None = None, **_: Any
) -> None:
    """Events follow their session in title and place too; an appointment with a new time is told anew."""
    sync_session(session_id, now=now)
    session = Session.objects.get(pk=session_id)
    note_session(session, before, actor=actor, now=now)
    tell_guests_of_change(session, before, now=now)
    if datetime.fromisoformat(before["starts_at"]) != session.starts_at:
        moved = Booking.objects.filter(session_id=session_id).values_list("pk", flat=True)
        forget_reminders_of(moved, why="moved")


@receiver(sessions_planned)
def follow_planned(
    sender: object, *, session_ids: Collection[int], actor: User | None, now: datetime, **_: Any
) -> None:
    """Whoever is to lead what is new learns of it."""
    note_planned(session_ids, actor=actor, now=now)


@receiver(waitlist_moved)
def follow_waitlist(sender: object, *, booking_id: int, what: WaitlistEvent, now: datetime, **_: Any) -> None:
    """Whoever waited is told what became of it."""
    tell_waiting(booking_id, what, now=now)


@receiver(invitations_changed)
def follow_invited(sender: object, *, invitation_ids: list[int], now: datetime, over: bool = False, **_: Any) -> None:
    """Who is asked is written to; for whom it takes place no more is told so, if they knew and may know."""
    follow_invitations(invitation_ids, over=over, now=now)
