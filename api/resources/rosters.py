"""Rosters: who came, when, and the signature beneath."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, Instant, OptionalChoice, OptionalText, parse_id
from api.inputs import Input
from attendance.enums import AttendanceMode, AttendanceStatus, ExcuseSource
from attendance.errors import Stale
from attendance.models.record import LONGEST_REMARK
from attendance.queries import roster_of, roster_rows
from attendance.services.roster import save_rows, sign_roster
from attendance.services.roster_rules import RosterRow
from people.enums import Look
from people.services.looks import record_look
from scheduling.models import Session

MOST_ROWS = 500


class RosterAmendmentAnswer(serializers.Serializer[Any]):
    """What a signed mark said before and says since, by whom and why."""

    at = serializers.SerializerMethodField()
    by = Id("by_id")
    reason = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()

    def get_at(self, amendment: Any) -> str:
        return str(amendment.at.astimezone(self.context["session"].site.zone).isoformat())


class RosterRowAnswer(serializers.Serializer[Any]):
    booking = Id("booking_id")
    attendance = Id("attendance_id", allow_null=True)
    patient = Id("patient_id")
    patient_name = serializers.CharField()
    status = serializers.ChoiceField(AttendanceStatus.choices, allow_null=True)
    mode = serializers.ChoiceField(AttendanceMode.choices, allow_null=True)
    arrived_at = serializers.SerializerMethodField()
    left_at = serializers.SerializerMethodField()
    excuse_reason = serializers.CharField(allow_null=True)
    planned_minutes = serializers.IntegerField(allow_null=True)
    late_minutes = serializers.IntegerField(allow_null=True)
    early_minutes = serializers.IntegerField(allow_null=True)
    credited_minutes = serializers.IntegerField(allow_null=True)
    deductions = serializers.ListField(child=serializers.DictField())
    late_entry = serializers.BooleanField()
    excuse_given_by = serializers.ChoiceField(ExcuseSource.choices, allow_null=True)
    excuse_given_at = serializers.SerializerMethodField()
    excuse_before_session = serializers.BooleanField(allow_null=True)
    document_seen = serializers.BooleanField()
    remark = serializers.CharField(allow_null=True)
    recorded_at = serializers.SerializerMethodField()
    recorded_by = Id("recorded_by_id", allow_null=True)
    misses_in_a_row = serializers.IntegerField(
        allow_null=True, help_text="Of a no-show: with it, how many unexcused absences in a row."
    )
    call_assigned_to = Id("caller_id", allow_null=True, help_text="Of a no-show: who is to call about it.")
    makes_up_for = Id("makes_up_for_id", allow_null=True, help_text="The booking that this one makes up for.")
    amendments = serializers.SerializerMethodField()

    def get_arrived_at(self, row: Any) -> str | None:
        return self._local(row.arrived_at)

    def get_left_at(self, row: Any) -> str | None:
        return self._local(row.left_at)

    def get_excuse_given_at(self, row: Any) -> str | None:
        return self._local(row.excuse_given_at)

    def get_recorded_at(self, row: Any) -> str | None:
        return self._local(row.recorded_at)

    def get_amendments(self, row: Any) -> RosterAmendmentAnswer(many=True):  # type: ignore[valid-type]
        return RosterAmendmentAnswer(row.amendments, many=True, context=self.context).data

    def _local(self, instant: Any) -> str | None:
        return None if instant is None else str(instant.astimezone(self.context["session"].site.zone).isoformat())


class RosterAnswer(serializers.Serializer[Any]):
    session = Id("session_id")
    version = serializers.IntegerField()
    signed_at = serializers.SerializerMethodField()
    signed_by = Id("signed_by_id", allow_null=True)
    rows = serializers.SerializerMethodField()

    def get_signed_at(self, roster: Any) -> str | None:
        zone = self.context["session"].site.zone
        return None if roster.signed_at is None else str(roster.signed_at.astimezone(zone).isoformat())

    def get_rows(self, roster: Any) -> RosterRowAnswer(many=True):  # type: ignore[valid-type]
        return RosterRowAnswer(
            roster_rows(self.context["session"], now=self.context["now"]), many=True, context=self.context
        ).data


class MarkInput(Input):
    """What a mark says beside its status."""

    mode = serializers.ChoiceField(AttendanceMode.choices, required=False, allow_null=True)
    arrived_at = Instant(required=False, allow_null=True)
    left_at = Instant(required=False, allow_null=True)
    excuse_reason = OptionalText(max_length=80)
    excuse_given_by = OptionalChoice(ExcuseSource.choices)
    excuse_given_at = Instant(required=False, allow_null=True)
    document_seen = serializers.BooleanField(required=False)
    remark = OptionalText(max_length=LONGEST_REMARK)


class RosterRowInput(MarkInput):
    """What changes of one mark: a field that is left out stays as it is.

    A status of null takes the mark away; an `arrived_at` or `left_at` of null is the session's own.
    """

    answer = RosterRowAnswer
    booking = serializers.CharField(max_length=20)
    status = serializers.ChoiceField(AttendanceStatus.choices, required=False, allow_null=True)


class RosterRows(Input):
    rows = RosterRowInput(many=True, max_length=MOST_ROWS)  # type: ignore[call-arg]


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version that was read; 412 where it is not the latest."
)


class RosterResource(Resource):
    """Whatever is about the roster of one session."""

    pagination_class = None

    def session(self, permission: str) -> Session:
        """The session of the address, where the account may do this with it."""
        seen = Session.objects.visible_to(self.user).select_related("site", "program")
        session: Session = self.find(seen, self.kwargs["session_id"])
        self.must(permission, session)
        return session

    def roster(self, session: Session, *, status: int = 200) -> Response:
        """The roster as it stands, with its version."""
        roster = roster_of(session)
        response = self.answer(roster, RosterAnswer, session=session, now=self.now, status=status)
        response["ETag"] = f'"{roster.version}"'
        return response


class Rosters(RosterResource):
    """The roster of one session."""

    @extend_schema(responses=RosterAnswer)
    def retrieve(self, request: Request, session_id: str) -> Response:
        """Everybody who holds a seat, by name. The look is recorded."""
        session = self.session("attendance.see_roster")
        record_look(Look.ROSTER, session, actor=self.user, now=self.now)
        return self.roster(session)

    @extend_schema(parameters=[IF_MATCH], request=RosterRowInput(many=True), responses=RosterAnswer)
    def update(self, request: Request, session_id: str) -> Response:
        """Mark the bookings that the rows name; the others stay as they are. All or nothing."""
        session = self.session("attendance.take_roster")
        said = self.said(RosterRows, data={"rows": request.data})
        rows = [RosterRow(booking_id=_booking_id(row.pop("booking")), **row) for row in said["rows"]]
        save_rows(session, rows, actor=self.user, now=self.now, expected_version=_expected(request))
        return self.roster(session)

    @extend_schema(request=None, responses=RosterAnswer)
    def sign(self, request: Request, session_id: str) -> Response:
        """Sign: times, breaks and policy are copied, and the marks are evidence from now on."""
        session = self.session("attendance.sign_roster")
        sign_roster(session, actor=self.user, now=self.now)
        return self.roster(session)


def _booking_id(given: str) -> int:
    """The booking's number; 0, which no booking has, for what is no id."""
    return parse_id(given) or 0


def _expected(request: Request) -> int | None:
    """The version that If-Match names; None without one, or for any. Raises Stale for what is no version of ours."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    version = parse_id(text.removeprefix("W/").strip('"'))
    if version is None:
        raise Stale
    return version
