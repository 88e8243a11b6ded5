"""`Booking.counted_minutes` is the one column that maximum, board and planner sum; attendance changes it here."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from people.services.trail import record
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.services.booking_facts import facts
from scheduling.services.make_ups import attended_after_all
from scheduling.signals import bookings_changed

CAME = "marked on the roster"
"""The reason in the trail where an offered seat became somebody's because the roster speaks of them."""


def mark_counted(minutes_by_booking: Mapping[int, int | None], *, now: datetime) -> None:
    """Write credited minutes onto marked bookings; None takes a mark away, back to the session's clinical minutes.

    Call it under the session's lock. Bookings that hold no seat are left as they are. An offered seat whose patient
    was marked is theirs: no sweep takes it back, and their minutes with it. What was missed and is not any more needs
    no make-up.
    """
    if not minutes_by_booking:
        return
    with transaction.atomic():
        rows = list(
            Booking.objects.filter(pk__in=minutes_by_booking, live=True).select_related("session").order_by("pk")
        )
        missed = [row.pk for row in rows if row.marked_at is not None and not row.counted_minutes]
        for row in rows:
            minutes = minutes_by_booking[row.pk]
            row.counted_minutes = row.session.clinical_minutes if minutes is None else minutes
            row.marked_at = None if minutes is None else now
            if minutes is not None and row.status == BookingStatus.OFFERED:
                _take_offer(row, now=now)
        Booking.objects.bulk_update(rows, ["counted_minutes", "marked_at", "status", "sequence", "changed_at"])
        attended_after_all([pk for pk in missed if minutes_by_booking[pk] != 0], now=now)
        bookings_changed.send(Booking, booking_ids=[row.pk for row in rows], now=now)


def _take_offer(booking: Booking, *, now: datetime) -> None:
    before = facts(booking)
    booking.status = BookingStatus.BOOKED
    booking.sequence += 1
    booking.changed_at = now
    after = facts(booking)
    record(
        "accepted", booking, actor=None, now=now, patient_id=booking.patient_id, before=before, after=after, reason=CAME
    )
