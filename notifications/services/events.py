"""Keeping the rendered events of a patient's calendars equal to their bookings."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Value
from django.db.models.functions import Greatest
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.enums import EventStatus
from notifications.feeds.render import EventFacts, render_core, render_place, render_summary
from notifications.models import CalendarEvent, CalendarFeed
from notifications.queries import DAYS_BACK
from scheduling.enums import BookingStatus, Mode
from scheduling.models import Booking, Session

Pair = tuple[int, int]
"""Patient and session."""

CHUNK = 500
SECOND = timedelta(seconds=1)
PLACED = ("status", "starts_at", "ends_at", "place")
"""A change of these raises SEQUENCE."""


def sync_bookings(booking_ids: Iterable[int], *, now: datetime) -> int:
    """Bring the events of these bookings up to date; answers how many changed.

    Only patients with a live feed have events. Call it in the transaction that changed the bookings. Set-based: a
    constant number of statements for each 500 bookings.
    """
    feeds = CalendarFeed.objects.live().filter(patient=OuterRef("patient"))
    wanted = sorted(set(booking_ids))
    changed = 0
    for start in range(0, len(wanted), CHUNK):
        rows = Booking.objects.filter(Exists(feeds), pk__in=wanted[start : start + CHUNK])
        changed += sync_pairs(set(rows.order_by().values_list("patient_id", "session_id")), now=now)
    return changed


def sync_session(session_id: int, *, now: datetime) -> int:
    """Bring the events of everybody ever booked on the session up to date."""
    return sync_bookings(Booking.objects.filter(session_id=session_id).values_list("pk", flat=True), now=now)


def sync_patient(patient_id: int, *, now: datetime) -> int:
    """Bring all events of one patient up to date that a feed could show, whether there is one already or not."""
    recent = Booking.objects.filter(patient_id=patient_id, starts_at__gte=now - timedelta(days=DAYS_BACK + 1))
    return sync_pairs(set(recent.order_by().values_list("patient_id", "session_id")), now=now)


def sync_pairs(pairs: Collection[Pair], *, now: datetime) -> int:
    """Write the events of these pairs that differ from their bookings, and say so to the feeds that show them.

    1. Read the booking that speaks for each pair, and the event that is there.
    2. Render what differs: a change of time, place or status raises SEQUENCE.
    3. Write, and raise the feeds' versions.
    """
    if not pairs:
        return 0
    patients, sessions = ({pair[side] for pair in pairs} for side in (0, 1))
    speaking = _speaking_bookings(pairs, patients, sessions)
    present = {
        (row.patient_id, row.session_id): row
        for row in CalendarEvent.objects.filter(patient_id__in=patients, session_id__in=sessions)
    }
    events = []
    for pair, booking in sorted(speaking.items()):
        event = _event(booking, present.get(pair), now=now.replace(microsecond=0))
        if event is not None:
            events.append(event)
    if not events:
        return 0
    with transaction.atomic():
        CalendarEvent.objects.bulk_create(
            events,
            update_conflicts=True,
            unique_fields=["patient", "session"],
            update_fields=[
                *("sequence", "status", "starts_at", "ends_at", "cancelled_at", "changed_at"),
                *("core", "summary", "place"),
            ],
            batch_size=CHUNK,
        )
        raise_versions({event.patient_id for event in events}, now=now)
    return len(events)


def raise_versions(patient_ids: Collection[int], *, now: datetime) -> None:
    """Say that what the live feeds of these patients show has changed.

    `changed_at` moves on by a second at least: Last-Modified knows no smaller unit, and two states must not share one.
    """
    later = ExpressionWrapper(F("changed_at") + SECOND, output_field=DateTimeField())
    CalendarFeed.objects.live().filter(patient_id__in=patient_ids).update(
        version=F("version") + 1, changed_at=Greatest(Value(now.replace(microsecond=0)), later)
    )


def _speaking_bookings(pairs: Collection[Pair], patients: set[int], sessions: set[int]) -> dict[Pair, Booking]:
    """For each pair the booking that is not cancelled, or else the last that was."""
    rows = (
        Booking.objects.filter(patient_id__in=patients, session_id__in=sessions)
        .select_related("patient", "session__site", "session__room")
        .order_by("pk")
    )
    speaking: dict[Pair, Booking] = {}
    for row in rows:
        pair = (row.patient_id, row.session_id)
        earlier = speaking.get(pair)
        if pair in pairs and (earlier is None or earlier.status == BookingStatus.CANCELLED):
            speaking[pair] = row
    return speaking


def _event(booking: Booking, present: CalendarEvent | None, *, now: datetime) -> CalendarEvent | None:
    """The event to write, or None where nothing differs or nothing is to be shown."""
    status = _status(booking)
    cancelled = status == EventStatus.CANCELLED
    if present is None and cancelled:
        return None  # nobody ever saw it
    event = CalendarEvent(
        patient_id=booking.patient_id,
        session_id=booking.session_id,
        uid=present.uid if present else booking.uid,
        sequence=booking.sequence,
        status=status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        cancelled_at=(booking.cancelled_at or now) if cancelled else None,
        changed_at=now,
        summary=render_summary(booking.session.title, cancelled=cancelled, language=booking.patient.language),
        place=_render_place(booking.session, language=booking.patient.language),
    )
    if present is not None:
        placed = all(getattr(present, name) == getattr(event, name) for name in PLACED)
        if placed and present.summary == event.summary:
            return None
        event.sequence = present.sequence if placed else max(present.sequence + 1, booking.sequence)
        if cancelled and present.cancelled_at:
            event.cancelled_at = present.cancelled_at
    event.core = render_core(
        EventFacts(event.uid, event.sequence, status, event.starts_at, event.ends_at, changed_at=now)
    )
    return event


def _status(booking: Booking) -> EventStatus:
    if not booking.live:  # cancelled, or only on the waiting list
        return EventStatus.CANCELLED
    return EventStatus.TENTATIVE if booking.status == BookingStatus.OFFERED else EventStatus.CONFIRMED


def _render_place(session: Session, *, language: str) -> bytes:
    """Room and address; of a session by video only that it is one: its link never leaves by a feed."""
    if session.mode == Mode.TELEHEALTH:
        with translation.override(language):
            return render_place(_("By video"), directions="")
    site = session.site
    place = ", ".join(part for part in (session.room.name if session.room else "", site.name, site.address) if part)
    return render_place(place, directions=site.directions)
