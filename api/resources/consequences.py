"""What a discharge or a leave does to bookings, as the answers tell it."""

from typing import Any

from rest_framework import serializers

from api.fields import Id, LocalDate, SiteInstant
from scheduling.enums import BookingStatus, Kind
from scheduling.models import Booking, StandingBooking
from scheduling.services.absences import Consequences


class TouchedBooking(serializers.Serializer[Booking]):
    """A booking, its `status` as it was before."""

    id = Id()
    session = Id("session_id")
    starts_at = SiteInstant(site="session.site")
    ends_at = SiteInstant(site="session.site")
    kind = serializers.ChoiceField(Kind.choices, source="session.kind")
    status = serializers.ChoiceField(BookingStatus.choices)
    standing_booking = Id("standing_booking_id", allow_null=True)


class EndedStanding(serializers.Serializer[StandingBooking]):
    """A standing booking, its days as they were before."""

    id = Id()
    series = Id("series_id")
    starts_on = LocalDate()
    ends_on = LocalDate(allow_null=True)


class NotBooked(serializers.Serializer[Any]):
    session = Id("session_id")
    standing_booking = Id("standing_booking_id")
    starts_at = SiteInstant(site="session.site", source="session.starts_at")
    codes = serializers.ListField(child=serializers.CharField())


class ConsequencesAnswer(serializers.Serializer[Consequences]):
    """`cancelled` with the places in line; `kept` has begun and stays on its roster; the last two tell what standing
    members get back after a leave that ends early, and what they do not."""

    cancelled = TouchedBooking(many=True)
    kept = TouchedBooking(many=True)
    ended = EndedStanding(many=True)
    booked_again = TouchedBooking(many=True)
    not_booked = NotBooked(many=True)
