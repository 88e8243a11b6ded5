"""One week by itself: closing it, judging it again, and what was put down each time."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input
from api.resources.flags import NothingInput
from api.resources.weeks import WeekAnswer
from attendance.enums import RevisionCause
from attendance.models import TreatmentWeek, WeekRevision
from attendance.queries import unsigned_sessions
from attendance.services.closing import close_week, revise_week
from attendance.services.weeks import recount
from people.enums import Look


class RevisionAnswer(serializers.Serializer[WeekRevision]):
    """What the week was found to be; number 1 is its close."""

    number = serializers.IntegerField()
    at = SiteInstant(site="week.site")
    by = Id("by_id", allow_null=True)
    cause = serializers.ChoiceField(RevisionCause.choices)
    reason = Text()
    figures = serializers.DictField(help_text="The week's figures by name, in minutes.")
    records = serializers.ListField(child=serializers.DictField(), help_text="The attendance that was counted.")
    unsigned_sessions = serializers.ListField(child=serializers.CharField(), source="unsigned")


class ReviseInput(Input):
    reason = serializers.CharField(max_length=200)


class Weeks(Resource):
    """One week of one admission."""

    @extend_schema(responses=WeekAnswer)
    def retrieve(self, request: Request, week_id: str) -> Response:
        """As it stands now, or as it was frozen. The look is recorded."""
        week = self._week(week_id)
        self.looked_at(week.patient)
        if week.closed_at is None:
            recount([week.pk], now=self.now)
        return self._answer(week_id)

    @extend_schema(responses=RevisionAnswer(many=True))
    def revisions(self, request: Request, week_id: str) -> Response:
        """What was put down at the close and since, the latest first; none while the week is open."""
        week = self._week(week_id)
        self.looked_at(week.patient, Look.REPORT)
        rows = WeekRevision.objects.filter(week=week).select_related("week__site").order_by("-number")
        return self.answer_page(self.page(rows), RevisionAnswer)

    @extend_schema(request=NothingInput, responses=WeekAnswer)
    @once_per_key()
    def close(self, request: Request, week_id: str) -> Response:
        """Close it now: it is over, and its rosters are signed or the grace has passed. Again changes nothing."""
        week = self._week(week_id)
        self.must("attendance.close_week", week)
        close_week(week, actor=self.user, now=self.now)
        return self._answer(week_id)

    @extend_schema(request=ReviseInput, responses=WeekAnswer)
    @once_per_key()
    def revise(self, request: Request, week_id: str) -> Response:
        """Judge a closed week again by the plan as it stands now, with a reason; the earlier revisions stay."""
        week = self._week(week_id)
        self.must("attendance.close_week", week)
        revise_week(week, self.said(ReviseInput)["reason"], actor=self.user, now=self.now)
        return self._answer(week_id)

    def _week(self, week_id: str) -> TreatmentWeek:
        rows = TreatmentWeek.objects.visible_to(self.user).select_related("patient", "site")
        found: TreatmentWeek = self.find(rows, week_id)
        return found

    def _answer(self, week_id: str) -> Response:
        week: Any = self._week(week_id)
        return self.answer(week, WeekAnswer, unsigned=unsigned_sessions([week], now=self.now))
