"""Checking in at the door: a patient says that they are here, with the code on the screen."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, SiteInstant
from api.inputs import Input
from attendance.enums import AttendanceStatus
from attendance.models import AttendanceRecord
from attendance.services.check_in import check_in
from scheduling.models import Booking


class CheckInAnswer(serializers.Serializer[AttendanceRecord]):
    """That one is here, and since when; without a time, since the start."""

    booking = Id("booking_id")
    status = serializers.ChoiceField(AttendanceStatus.choices)
    arrived_at = SiteInstant(site="session.site", allow_null=True)


class CheckInInput(Input):
    code = serializers.CharField(max_length=12, help_text="As on the screen; blanks do not matter.")


class CheckIns(Resource):
    """One's own arrival."""

    pagination_class = None

    @extend_schema(request=CheckInInput, responses=CheckInAnswer)
    def create(self, request: Request, booking_id: str) -> Response:
        """From half an hour before the start to the end, with the code of this moment; twice changes nothing.

        409 `nothing_to_check_in`, `door_code_stale`, or `marked_already` where staff have marked otherwise; 429 after
        ten wrong codes in ten minutes.
        """
        seen = Booking.objects.visible_to(self.user).select_related("patient")
        booking: Booking = self.find(seen, booking_id)
        self.must("attendance.check_in", booking)
        code = self.said(CheckInInput)["code"]
        record = check_in(booking.patient, code, actor=self.user, now=self.now, booking_id=booking.pk)
        return self.answer(record, CheckInAnswer)
