"""What is asked beside the target: of one patient's admission, or of everybody in a program."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, Number, Reference
from api.idempotency import once_per_key
from api.inputs import Input
from api.resources.plans import OfPatient
from attendance.domain.requirements import DAY_MINIMUM_MINUTES
from attendance.enums import Asker, RequirementMeasure, RequirementWindow
from attendance.models import Requirement
from attendance.services.requirements import RequirementFields, add_requirement, change_requirement, fields_of
from people.errors import InvalidInput
from people.models import Admission, Program
from scheduling.enums import Kind

LARGE = 2_147_483_647
TUPLES = ("kinds", "foci")


class AskedAnswer(serializers.Serializer[Requirement]):
    """A rule. Of a program or of an admission, never both."""

    id = Id()
    program = Id("program_id", allow_null=True)
    admission = Id("admission_id", allow_null=True)
    name = serializers.CharField()
    asked_by = serializers.ChoiceField(Asker.choices)
    measure = serializers.ChoiceField(RequirementMeasure.choices)
    window = serializers.ChoiceField(RequirementWindow.choices)
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    day_minimum_minutes = serializers.IntegerField()
    kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices))
    foci = serializers.ListField(child=serializers.CharField())
    in_force_from = LocalDate(allow_null=True)
    in_force_to = LocalDate(allow_null=True)
    within_weeks = serializers.IntegerField(allow_null=True)


class AskedInput(Input):
    """At least one of `minimum` and `maximum`. Kinds and foci say what counts; none means all, and both must match."""

    answer = AskedAnswer
    name = serializers.CharField(max_length=80)
    asked_by = serializers.ChoiceField(Asker.choices)
    measure = serializers.ChoiceField(RequirementMeasure.choices)
    window = serializers.ChoiceField(RequirementWindow.choices)
    minimum = Number(required=False, allow_null=True, max_value=LARGE)
    maximum = Number(required=False, allow_null=True, max_value=LARGE)
    day_minimum_minutes = Number(required=False, default=DAY_MINIMUM_MINUTES)
    kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices), required=False, max_length=10)
    foci = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=40)
    in_force_from = LocalDate(required=False, allow_null=True)
    in_force_to = LocalDate(required=False, allow_null=True)
    within_weeks = Number(required=False, allow_null=True)


class AskedOfPatientInput(AskedInput):
    """Without `admission`, the latest one."""

    admission = Reference(Admission.objects.visible_to, required=False, allow_null=True)


class PatientRequirements(OfPatient):
    """What is asked of one patient, their program's rules among it."""

    @extend_schema(responses=AskedAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """By name; those of the programs that they were ever admitted to come with their own."""
        patient = self.patient()
        admissions = list(patient.admissions.order_by().values_list("pk", "program_id"))
        asked = Requirement.objects.asked_of([pk for pk, _ in admissions], [program for _, program in admissions])
        return self.listed(asked.order_by("name", "pk"), patient, AskedAnswer)

    @extend_schema(request=AskedOfPatientInput, responses={201: AskedAnswer})
    @once_per_key()
    def create(self, request: Request, patient_id: str) -> Response:
        patient = self.patient()
        self.must("people.change_plan", patient)
        said = self.said(AskedOfPatientInput)
        admission = self.admission(patient, said.pop("admission", None))
        self.must("people.change_plan", admission)
        row = add_requirement(admission, RequirementFields(**_tuples(said)), actor=self.user, now=self.now)
        return self.answer(row, AskedAnswer, status=201)

    @extend_schema(request=AskedInput, responses=AskedAnswer)
    def partial_update(self, request: Request, patient_id: str, requirement_id: str) -> Response:
        """Change one that is the patient's own; to end it, give it a last day."""
        rows = Requirement.objects.filter(admission__patient=self.patient()).select_related("admission")
        row: Requirement = self.find(rows, requirement_id)
        self.must("people.change_plan", row.admission)
        return _changed(self, row)


class ProgramRequirements(Resource):
    """What is asked of everybody in a program."""

    @extend_schema(responses=AskedAnswer(many=True))
    def list(self, request: Request, program_id: str) -> Response:
        """By name."""
        program = self._program(program_id)
        return self.answer_page(self.page(Requirement.objects.filter(program=program)), AskedAnswer)

    @extend_schema(request=AskedInput, responses={201: AskedAnswer})
    @once_per_key()
    def create(self, request: Request, program_id: str) -> Response:
        program = self._program(program_id)
        self.must("people.change_program", program)
        fields = RequirementFields(**_tuples(self.said(AskedInput)))
        return self.answer(add_requirement(program, fields, actor=self.user, now=self.now), AskedAnswer, status=201)

    @extend_schema(request=AskedInput, responses=AskedAnswer)
    def partial_update(self, request: Request, program_id: str, requirement_id: str) -> Response:
        """Change it; to end it, give it a last day."""
        program = self._program(program_id)
        row: Requirement = self.find(Requirement.objects.filter(program=program), requirement_id)
        self.must("people.change_program", program)
        return _changed(self, row)

    def _program(self, program_id: str) -> Program:
        found: Program = self.find(Program.objects.visible_to(self.user), program_id)
        return found


def _changed(view: Resource, row: Requirement) -> Response:
    said = _tuples(view.said(AskedInput, partial=True))
    if not said:
        raise InvalidInput({"name": [_("Say what is to change.")]})
    fields = replace(fields_of(row), **said)
    return view.answer(change_requirement(row, fields, actor=view.user, now=view.now), AskedAnswer)


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if name in TUPLES else value for name, value in said.items()}
