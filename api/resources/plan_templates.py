"""A program's plan templates: the usual step-down."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, Number, OptionalText, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input
from people.domain.plan_templates import MOST_STEPS, MOST_WEEKS, Step
from people.models import PlanTemplate, PlanTemplateStep, Program
from people.services.plan_templates import LONGEST_NAME, change_template, make_template, remove_template
from scheduling.enums import Kind

MINUTES_A_WEEK = 7 * 24 * 60


class TemplateStepAnswer(serializers.Serializer[PlanTemplateStep]):
    """`weeks` null: until discharge; the last step alone."""

    weeks = serializers.IntegerField(allow_null=True)
    min_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    days_per_week = serializers.IntegerField()
    wanted_kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices))
    transition = serializers.BooleanField()
    transition_reason = Text()


class TemplateAnswer(serializers.Serializer[PlanTemplate]):
    id = Id()
    program = Id("program_id")
    name = serializers.CharField()
    steps = TemplateStepAnswer(many=True, source="steps.all")
    created_at = SiteInstant(site=None)


class TemplateStepInput(Input):
    answer = TemplateStepAnswer
    weeks = Number(required=False, allow_null=True, min_value=1, max_value=MOST_WEEKS)
    min_minutes = Number(max_value=MINUTES_A_WEEK)
    max_minutes = Number(max_value=MINUTES_A_WEEK)
    days_per_week = Number(required=False, min_value=1, max_value=7)
    wanted_kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices), required=False, max_length=10)
    transition = serializers.BooleanField(required=False)
    transition_reason = OptionalText(max_length=200)


class TemplateInput(Input):
    """The steps in order; a change names all of them again."""

    answer = TemplateAnswer
    name = serializers.CharField(max_length=LONGEST_NAME)
    steps = TemplateStepInput(many=True, max_length=MOST_STEPS)  # type: ignore[call-arg]


class PlanTemplates(Resource):
    """Seen by the staff of the program's sites, changed by those who manage one of them."""

    @extend_schema(responses=TemplateAnswer(many=True))
    def list(self, request: Request, program_id: str) -> Response:
        """By name."""
        rows = self._seen(self._program(program_id))
        return self.answer_page(self.page(rows), TemplateAnswer)

    @extend_schema(request=TemplateInput, responses={201: TemplateAnswer})
    @once_per_key()
    def create(self, request: Request, program_id: str) -> Response:
        program = self._program(program_id)
        self.must("people.change_templates", program)
        said = self.said(TemplateInput)
        steps = _steps(said["steps"])
        template = make_template(program, name=said["name"], steps=steps, actor=self.user, now=self.now)
        return self.answer(template, TemplateAnswer, status=201)

    @extend_schema(responses=TemplateAnswer)
    def retrieve(self, request: Request, program_id: str, template_id: str) -> Response:
        return self.answer(self._template(program_id, template_id), TemplateAnswer)

    @extend_schema(request=TemplateInput, responses=TemplateAnswer)
    def partial_update(self, request: Request, program_id: str, template_id: str) -> Response:
        """Plans that came from it stay as they are."""
        template = self._changeable(program_id, template_id)
        said = self.said(TemplateInput, partial=True)
        steps = _steps(said["steps"]) if "steps" in said else template.values
        name = said.get("name", template.name)
        changed = change_template(template, name=name, steps=steps, actor=self.user, now=self.now)
        return self.answer(changed, TemplateAnswer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, program_id: str, template_id: str) -> Response:
        """Offered no more; plans that came from it stay."""
        remove_template(self._changeable(program_id, template_id), actor=self.user, now=self.now)
        return Response(status=204)

    def _program(self, program_id: str) -> Program:
        """The program, for its staff. Raises Http404 for anybody else."""
        rows = Program.objects.filter(sites__in=self.user.scope.staff_site_ids).distinct()
        program: Program = self.find(rows, program_id)
        return program

    def _seen(self, program: Program) -> Any:
        return PlanTemplate.objects.visible_to(self.user).filter(program=program).prefetch_related("steps")

    def _template(self, program_id: str, template_id: str) -> PlanTemplate:
        template: PlanTemplate = self.find(self._seen(self._program(program_id)), template_id)
        return template

    def _changeable(self, program_id: str, template_id: str) -> PlanTemplate:
        template = self._template(program_id, template_id)
        self.must("people.change_templates", template.program)
        return template


def _steps(said: list[dict[str, Any]]) -> list[Step]:
    return [Step(**{"weeks": None, **one, "wanted_kinds": tuple(one.get("wanted_kinds", ()))}) for one in said]
