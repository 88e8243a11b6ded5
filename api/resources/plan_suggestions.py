"""What the weeks suggest for plans, decided by people."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, LocalDate, OptionalText, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters
from attendance.enums import SuggestionDecision, SuggestionKind
from attendance.models import PlanSuggestion
from attendance.services.plan_suggestions import LONGEST_REASON, accept, dismiss

STATES = ("open", *SuggestionDecision.values)


class SuggestionAnswer(serializers.Serializer[PlanSuggestion]):
    """`facts` holds the figures that raised it, for a step down with the step that comes `next`."""

    id = Id()
    patient = Id("patient_id")
    patient_name = serializers.CharField(source="patient.name")
    admission = Id("admission_id")
    kind = serializers.ChoiceField(SuggestionKind.choices)
    week = LocalDate()
    facts = serializers.JSONField()
    raised_at = SiteInstant(site="admission.site")
    decision = Text()
    decided_at = SiteInstant(site="admission.site", allow_null=True)
    decided_by = Id("decided_by_id", allow_null=True)
    reason = Text()


class SuggestionParameters(Parameters):
    patient = IdFilter(required=False)
    kind = serializers.ChoiceField(SuggestionKind.choices, required=False)
    state = serializers.ChoiceField(STATES, required=False)


class AcceptSuggestionInput(Input):
    reason = OptionalText(max_length=LONGEST_REASON)


class DismissSuggestionInput(Input):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class PlanSuggestions(Resource):
    """Raised by the weeks that are over. Accepting one says that it was taken up; the plan is changed beside it."""

    @extend_schema(parameters=[SuggestionParameters], responses=SuggestionAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The newest first; without `state` those that are decided too."""
        asked = self.asked(SuggestionParameters)
        rows = self._seen()
        if "patient" in asked:
            rows = rows.filter(patient_id=asked["patient"])
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        if "state" in asked:
            rows = rows.filter(decision="" if asked["state"] == "open" else asked["state"])
        return self.answer_page(self.page(rows), SuggestionAnswer)

    @extend_schema(request=AcceptSuggestionInput, responses=SuggestionAnswer)
    @once_per_key()
    def accept(self, request: Request, suggestion_id: str) -> Response:
        row = self._decidable(suggestion_id)
        reason = self.said(AcceptSuggestionInput).get("reason", "")
        accept(row, actor=self.user, now=self.now, reason=reason)
        return self.answer(self.find(self._seen(), suggestion_id), SuggestionAnswer)

    @extend_schema(request=DismissSuggestionInput, responses=SuggestionAnswer)
    @once_per_key()
    def dismiss(self, request: Request, suggestion_id: str) -> Response:
        """The plan stays; the reason says why."""
        row = self._decidable(suggestion_id)
        dismiss(row, reason=self.said(DismissSuggestionInput)["reason"], actor=self.user, now=self.now)
        return self.answer(self.find(self._seen(), suggestion_id), SuggestionAnswer)

    def _seen(self) -> Any:
        return PlanSuggestion.objects.visible_to(self.user).select_related("patient", "admission__site")

    def _decidable(self, suggestion_id: str) -> PlanSuggestion:
        row: PlanSuggestion = self.find(self._seen(), suggestion_id)
        self.must("people.change_plan", row.admission)
        return row
