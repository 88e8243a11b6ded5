"""Corrections of signed attendance."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.idempotency import once_per_key
from api.resources.ledger import LedgerRowAnswer
from api.resources.rosters import MarkInput
from attendance.enums import AttendanceStatus
from attendance.models import AttendanceRecord
from attendance.services.amending import amend
from attendance.services.roster_rules import RosterRow


class AmendInput(MarkInput):
    """The mark as it should be. Without `arrived_at` or `left_at`, the session's own; without a reason, none.

    Who gave an excuse, its document and the remark stay where they are left out.
    """

    status = serializers.ChoiceField(AttendanceStatus.choices)
    amendment_reason = serializers.CharField(max_length=200)


class Amendments(Resource):
    """A signed record is evidence: it changes with a reason, and what it said before is kept."""

    pagination_class = None

    @extend_schema(request=AmendInput, responses=LedgerRowAnswer)
    @once_per_key()
    def create(self, request: Request, attendance_id: str) -> Response:
        """Correct it. The credit is reckoned again from what was copied at signing; the same again changes nothing."""
        seen = AttendanceRecord.objects.visible_to(self.user).select_related("session__site")
        record: AttendanceRecord = self.find(seen, attendance_id)
        self.must("attendance.sign_roster", record.session)
        said: dict[str, Any] = dict(self.said(AmendInput))
        reason = said.pop("amendment_reason")
        row = RosterRow(record.booking_id, **{"arrived_at": None, "left_at": None, "excuse_reason": "", **said})
        amend(record, row, reason, actor=self.user, now=self.now)
        return self.answer(self.find(seen, attendance_id), LedgerRowAnswer)
