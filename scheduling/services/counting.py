"""`Booking.counted_minutes` is the one column that maximum, board and planner sum; attendance changes it here."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from scheduling.models import Booking
from scheduling.signals import bookings_changed


def mark_counted(minutes_by_booking: Mapping[int, int | None], *, now: datetime) -> None:
    """Write credited minutes onto marked bookings; None takes a mark away, back to the session's clinical minutes.

    Call it under the session's lock. Bookings that hold no seat are left as they are.
    """
    if not minutes_by_booking:
        return
    with transaction.atomic():
        rows = list(
            Booking.objects.filter(pk__in=minutes_by_booking, live=True).select_related("session").order_by("pk")
        )
        for row in rows:
            minutes = minutes_by_booking[row.pk]
            row.counted_minutes = row.session.clinical_minutes if minutes is None else minutes
            row.marked_at = None if minutes is None else now
        Booking.objects.bulk_update(rows, ["counted_minutes", "marked_at"])
        bookings_changed.send(Booking, booking_ids=[row.pk for row in rows], now=now)
