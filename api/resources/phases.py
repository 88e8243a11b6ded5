"""An admission's plan: its phases one by one, and following a template as a whole."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Id, LocalDate, Number, OptionalText, Reference, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters
from api.resources.plan_previews import PlanPreviewAnswer, preview_answer
from api.resources.plans import OfPatient
from attendance.models import PlanSuggestion
from attendance.services.plan_suggestions import follow_template
from people.domain.plan_edits import AddPhase, ChangePhase, RemovePhase
from people.models import Admission, PlanPhase, PlanTemplate
from people.services.plan_changes import change_plan
from people.services.plan_templates import following
from people.services.plans import PhaseFields, add_phase, change_phase
from scheduling.enums import Kind

MINUTES_A_WEEK = 7 * 24 * 60
TOKEN_LENGTH = 32
"""Of a preview's token."""


class PhaseAnswer(serializers.Serializer[PlanPhase]):
    id = Id()
    admission = Id("admission_id")
    starts_on = LocalDate()
    ends_on = LocalDate(allow_null=True)
    min_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    days_per_week = serializers.IntegerField()
    wanted_kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices))
    transition = serializers.BooleanField()
    transition_reason = Text()
    template = Id("template_id", allow_null=True)


class PhaseInput(Input):
    """Without `admission`, the latest one. With `preview` nothing is written."""

    answer = PhaseAnswer
    admission = Reference(Admission.objects.visible_to, required=False, allow_null=True)
    starts_on = LocalDate()
    ends_on = LocalDate(required=False, allow_null=True, default=None)
    min_minutes = Number(max_value=MINUTES_A_WEEK)
    max_minutes = Number(max_value=MINUTES_A_WEEK)
    days_per_week = Number(required=False, min_value=1, max_value=7)
    wanted_kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices), required=False, max_length=10)
    transition = serializers.BooleanField(required=False)
    transition_reason = OptionalText(max_length=200)
    preview = serializers.BooleanField(required=False, default=False)
    token = OptionalText(max_length=TOKEN_LENGTH)


class ChangePhaseInput(Input):
    """What is to be otherwise. A phase in force keeps what it was: from `from_on` on (today without it) a phase of its
    own holds the new values. With `preview` nothing is written.
    """

    answer = PhaseAnswer
    starts_on = LocalDate(required=False)
    ends_on = LocalDate(required=False, allow_null=True)
    min_minutes = Number(required=False, max_value=MINUTES_A_WEEK)
    max_minutes = Number(required=False, max_value=MINUTES_A_WEEK)
    days_per_week = Number(required=False, min_value=1, max_value=7)
    wanted_kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices), required=False, max_length=10)
    transition = serializers.BooleanField(required=False)
    transition_reason = OptionalText(max_length=200)
    from_on = LocalDate(required=False, allow_null=True)
    preview = serializers.BooleanField(required=False, default=False)
    token = OptionalText(max_length=TOKEN_LENGTH)


class RemovePhaseParameters(Parameters):
    preview = serializers.BooleanField(required=False, default=False)
    token = serializers.CharField(required=False, max_length=TOKEN_LENGTH)


class Phases(OfPatient):
    """The weekly targets, one after the other."""

    @extend_schema(responses=PhaseAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """The earliest first."""
        patient = self.patient()
        return self.listed(PlanPhase.objects.filter(admission__patient=patient), patient, PhaseAnswer)

    @extend_schema(request=PhaseInput, responses={200: PlanPreviewAnswer, 201: PhaseAnswer})
    @once_per_key()
    def create(self, request: Request, patient_id: str) -> Response:
        """An open-ended phase before it ends the day before."""
        patient = self.patient()
        self.must("people.change_plan", patient)
        said = self.said(PhaseInput)
        admission = self.admission(patient, said.pop("admission", None))
        self.must("people.change_plan", admission)
        preview, token = said.pop("preview"), said.pop("token", "")
        fields = PhaseFields(**_plain(said))
        if preview:
            return Response(preview_answer(admission, AddPhase(fields.as_phase()), self))
        made = add_phase(admission, fields, actor=self.user, now=self.now, token=token)
        return self.answer(made, PhaseAnswer, status=201)

    @extend_schema(request=ChangePhaseInput, responses={200: PhaseAnswer})
    def partial_update(self, request: Request, patient_id: str, phase_id: str) -> Response:
        """Answers the phase that holds the new values, or with `preview` what would be."""
        phase = self._phase(phase_id)
        said = self.said(ChangePhaseInput, partial=True)
        preview, token = said.pop("preview", False), said.pop("token", "")
        edit = ChangePhase(phase.starts_on, from_on=said.pop("from_on", None), values=tuple(_plain(said).items()))
        if preview:
            return Response(preview_answer(phase.admission, edit, self))
        changed = change_phase(phase, edit, actor=self.user, now=self.now, token=token)
        return self.answer(changed, PhaseAnswer)

    @extend_schema(parameters=[RemovePhaseParameters], responses={200: PlanPreviewAnswer, 204: None})
    def destroy(self, request: Request, patient_id: str, phase_id: str) -> Response:
        """One that has not begun; its days are left without a target."""
        phase = self._phase(phase_id)
        asked = self.asked(RemovePhaseParameters)
        edit = RemovePhase(phase.starts_on)
        if asked["preview"]:
            return Response(preview_answer(phase.admission, edit, self))
        change_plan(phase.admission, edit, actor=self.user, now=self.now, token=asked.get("token", ""))
        return Response(status=204)

    def _phase(self, phase_id: str) -> PlanPhase:
        """A phase of the patient's. Raises Http404 where there is none, NotAllowed where one may not change it."""
        rows = PlanPhase.objects.filter(admission__patient=self.patient())
        phase: PlanPhase = self.find(rows.select_related("admission__site", "admission__program"), phase_id)
        self.must("people.change_plan", phase.admission)
        return phase


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    """As the services take it."""
    return {**said, "wanted_kinds": tuple(said["wanted_kinds"])} if "wanted_kinds" in said else said


class FollowInput(Input):
    """Follow a template's steps from a day on; without `admission`, the latest one.

    With `preview` nothing is written. `suggestion`: the one that is accepted with it.
    """

    admission = Reference(Admission.objects.visible_to, required=False, allow_null=True)
    template = Reference(PlanTemplate.objects.visible_to)
    starts_on = LocalDate()
    first_step = Number(required=False, default=0)
    suggestion = Reference(PlanSuggestion.objects.visible_to, required=False, allow_null=True)
    preview = serializers.BooleanField(required=False, default=False)
    token = OptionalText(max_length=TOKEN_LENGTH)


class PlanAnswer(serializers.Serializer[Any]):
    admission = Id("admission_id")
    phases = PhaseAnswer(many=True)


class Plans(OfPatient):
    """An admission's plan as a whole."""

    @extend_schema(request=FollowInput, responses={200: PlanPreviewAnswer, 201: PlanAnswer})
    @once_per_key()
    def create(self, request: Request, patient_id: str) -> Response:
        """Phases ahead are replaced, the one in force lasts until the day before; what is over stays as it was."""
        patient = self.patient()
        self.must("people.change_plan", patient)
        said = self.said(FollowInput)
        admission = self.admission(patient, said.get("admission"))
        self.must("people.change_plan", admission)
        template = said["template"]
        edit = following(template, starts_on=said["starts_on"], first_step=said["first_step"])
        if said["preview"]:
            return Response(preview_answer(admission, edit, self))
        rows = follow_template(
            admission,
            edit,
            suggestion=said.get("suggestion"),
            actor=self.user,
            now=self.now,
            token=said.get("token", ""),
        )
        return self.answer({"admission_id": admission.pk, "phases": rows}, PlanAnswer, status=201)
