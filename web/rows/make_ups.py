"""What makes up for what, in words."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from scheduling.models import Booking
from web import format as figures


def day_made_up(starts_at: dt.datetime | None, zone: ZoneInfo) -> str:
    """ "Makes up for Tue 17 Nov"; nothing without one."""
    return _("Makes up for %(day)s") % {"day": figures.short_day(starts_at.astimezone(zone))} if starts_at else ""


def made_up_by(make_ups: Iterable[Booking], zone: ZoneInfo) -> str:
    """What became of an absence: made up, booked to be, or missed once more; nothing where nothing was booked."""
    for one in make_ups:
        day = {"day": figures.short_day(one.starts_at.astimezone(zone))}
        if one.marked_at is None:
            return _("Make-up booked for %(day)s") % day
        return _("Made up on %(day)s") % day if one.counted_minutes else _("Make-up of %(day)s missed too") % day
    return ""


def make_up_notes(booking: Booking, zone: ZoneInfo) -> list[str]:
    """Both, of a booking with what it makes up for and what makes up for it; what there is of them."""
    made_up = booking.makes_up_for
    notes = [day_made_up(made_up.starts_at if made_up else None, zone), made_up_by(booking.make_ups.all(), zone)]
    return [note for note in notes if note]
