"""Seats that are held for the patient until they answer: what stands beside each, and its two buttons."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from people.domain.time import local_date
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from web import format as figures
from web.components.actions import Action
from web.patients import words
from web.patients.reading import own_bookings
from web.patients.visit import Visit


@dataclass(frozen=True)
class HeldSeat:
    """One offered seat: when, until when it is held, what it is, and yes or no."""

    booking: Booking
    when: str
    until: str
    kind: str
    take: Action
    leave: Action


def held_seats(visit: Visit) -> list[HeldSeat]:
    """All seats that wait for the patient's answer now, the first to run out first."""
    rows = own_bookings(visit.patient).filter(status=BookingStatus.OFFERED, offer_expires_at__gt=visit.now)
    rows = rows.select_related("admission__site").order_by("offer_expires_at", "pk")
    return [held_seat(row, visit) for row in rows]


def held_seat(booking: Booking, visit: Visit) -> HeldSeat:
    """One of them."""
    zone, today = booking.admission.zone, local_date(visit.now, booking.admission.zone)
    when = words.day_and_times(booking, zone, today=today)
    return HeldSeat(
        booking=booking,
        when=when,
        until=held_until(booking, zone, today=today),
        kind=words.kind_and_place(booking.session, home_site_id=booking.admission.site_id),
        take=take_action(booking, hint=when, look="primary"),
        leave=leave_action(booking, hint=when),
    )


def take_action(booking: Booking, *, hint: str, look: str = "soft") -> Action:
    """Yes to an offered seat."""
    url = reverse("accept-offer", args=[booking.pk])
    return Action(_("Take it"), url, method="post", look="primary" if look == "primary" else "soft", hint=hint)


def leave_action(booking: Booking, *, hint: str) -> Action:
    """No to an offered seat."""
    return Action(
        _("No, thank you"), reverse("decline-offer", args=[booking.pk]), method="post", look="text", hint=hint
    )


def held_until(booking: Booking, zone: ZoneInfo, *, today: date) -> str:
    """ "Held for you until 10:02 am", with the day where it is another."""
    ends_at = booking.held_until or booking.starts_at
    at = figures.clock(ends_at, zone=zone)
    if local_date(ends_at, zone) == today:
        return _("Held for you until %(time)s") % {"time": at}
    day = words.day_inside(ends_at, zone, today=today)
    return _("Held for you until %(day)s, %(time)s") % {"day": day, "time": at}
