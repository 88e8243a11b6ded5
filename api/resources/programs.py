"""Programs: how they take bookings, and how they count attendance, now and from a day on."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, Number
from api.idempotency import once_per_key
from api.inputs import Input
from people.domain.policies import AttendancePolicy, PolicyChange, read_changes
from people.domain.time import local_date
from people.enums import PartialWeekPolicy, Rounding, WaitlistPolicy
from people.models import Program
from people.services.booking_rules import booking_rules_of, change_booking_rules
from people.services.counselors import MOST_CREDENTIALS, require_credentials
from people.services.programs import change_policy, withdraw_policy


class PolicyFieldsAnswer(serializers.Serializer[AttendancePolicy]):
    """Rules 3 and 4 of one program."""

    grace_minutes = serializers.IntegerField()
    late_cutoff_minutes = serializers.IntegerField(allow_null=True)
    rounding = serializers.ChoiceField(Rounding.choices)
    partial_week_policy = serializers.ChoiceField(PartialWeekPolicy.choices)


class PolicyChangeAnswer(PolicyFieldsAnswer):
    """A policy, and the first local date on which it holds."""

    in_force_from = LocalDate()


class ProgramAnswer(serializers.Serializer[Any]):
    id = Id()
    name = serializers.CharField()
    min_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    first_weekday = serializers.CharField()
    close_grace_minutes = serializers.IntegerField()
    required_credentials = serializers.ListField(
        child=serializers.CharField(), help_text="Whoever leads its sessions holds one of these; empty asks for none."
    )
    focus_credentials = serializers.SerializerMethodField(help_text="The same of single foci, by their codes.")
    booking_cutoff_minutes = serializers.IntegerField(help_text="How long before the start booking closes.")
    cancel_cutoff_minutes = serializers.IntegerField(help_text="From when before the start a cancellation is late.")
    waitlist_policy = serializers.ChoiceField(WaitlistPolicy.choices, help_text="What becomes of a freed seat.")
    offer_minutes = serializers.IntegerField(help_text="How long an offered seat is held, by day.")
    waitlist_notice_minutes = serializers.IntegerField(help_text="How long before the start no seat is given out.")
    make_up_days = serializers.IntegerField(help_text="Up to how long after an absence it is made up for.")
    slots_open_before_hours = serializers.IntegerField(
        allow_null=True,
        help_text="How long before the start a slot kept for a counselor's own people opens to everybody; null: never.",
    )
    policy = serializers.SerializerMethodField(help_text="What is in force today.")

    def get_focus_credentials(self, program: Program) -> dict[str, list[str]]:
        return {one.code: one.required_credentials for one in program.foci.all() if one.required_credentials}

    def get_policy(self, program: Program) -> PolicyFieldsAnswer:
        today = local_date(self.context["now"], self.context["zone"]())
        return PolicyFieldsAnswer(program.policy_on(today)).data  # type: ignore[return-value]


class PolicyInput(Input):
    """From tomorrow on at the earliest: what was counted is not counted again."""

    answer = PolicyChangeAnswer
    in_force_from = LocalDate()
    grace_minutes = Number()
    late_cutoff_minutes = Number(allow_null=True)
    rounding = serializers.ChoiceField(Rounding.choices)
    partial_week_policy = serializers.ChoiceField(PartialWeekPolicy.choices)


class ProgramInput(Input):
    """Who may lead its sessions, how it takes bookings. What is planned stays as it is, as does what is left out."""

    answer = ProgramAnswer
    required_credentials = serializers.ListField(
        child=serializers.CharField(max_length=24), required=False, max_length=MOST_CREDENTIALS
    )
    focus_credentials = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=24), max_length=MOST_CREDENTIALS),
        required=False,
    )
    booking_cutoff_minutes = Number(required=False)
    cancel_cutoff_minutes = Number(required=False)
    waitlist_policy = serializers.ChoiceField(WaitlistPolicy.choices, required=False)
    offer_minutes = Number(required=False)
    waitlist_notice_minutes = Number(required=False)
    make_up_days = Number(required=False)
    slots_open_before_hours = Number(required=False, allow_null=True)


class Programs(Resource):
    """The tracks that one works or is cared for in."""

    @extend_schema(responses=ProgramAnswer(many=True))
    def list(self, request: Request) -> Response:
        """By name."""
        rows = self.page(Program.objects.visible_to(self.user).prefetch_related("foci").order_by("name", "pk"))
        return self.answer_page(rows, ProgramAnswer, now=self.now)

    @extend_schema(responses=ProgramAnswer)
    def retrieve(self, request: Request, program_id: str) -> Response:
        return self.answer(self._program(program_id), ProgramAnswer, now=self.now)

    @extend_schema(request=ProgramInput, responses=ProgramAnswer)
    def partial_update(self, request: Request, program_id: str) -> Response:
        """Who may lead, and how bookings are taken, from now on: all of it or nothing."""
        program = self._program(program_id)
        self.must("people.change_program", program)
        said = self.said(ProgramInput, partial=True)
        credentials, foci = said.pop("required_credentials", None), said.pop("focus_credentials", None)
        with transaction.atomic():
            require_credentials(program, credentials, foci=foci, actor=self.user, now=self.now)
            rules = replace(booking_rules_of(program), **said)
            change_booking_rules(program, rules, actor=self.user, now=self.now)
        return self.answer(self._program(program_id), ProgramAnswer, now=self.now)

    @extend_schema(responses=PolicyChangeAnswer(many=True))
    def policies(self, request: Request, program_id: str) -> Response:
        """Every change of how attendance counts, the latest first."""
        changes = read_changes(self._program(program_id).policy_changes)[::-1]
        return self.answer_page(self.page([_flat(change) for change in changes]), PolicyChangeAnswer)

    @extend_schema(request=PolicyInput, responses={201: PolicyChangeAnswer})
    @once_per_key()
    def change_policy(self, request: Request, program_id: str) -> Response:
        """Count otherwise from a day on; a change of the same day is replaced."""
        program = self._program(program_id)
        self.must("people.change_program", program)
        said = self.said(PolicyInput)
        in_force_from = said.pop("in_force_from")
        policy = AttendancePolicy(**said)
        change_policy(program, policy, in_force_from=in_force_from, actor=self.user, now=self.now)
        return self.answer(_flat(PolicyChange(in_force_from, policy)), PolicyChangeAnswer, status=201)

    @extend_schema(responses={204: None})
    def withdraw_policy(self, request: Request, program_id: str, in_force_from: str) -> Response:
        """Take back a change that has not begun."""
        program = self._program(program_id)
        self.must("people.change_program", program)
        on = self.said(_Day, data={"on": in_force_from})["on"]
        withdraw_policy(program, in_force_from=on, actor=self.user, now=self.now)
        return Response(status=204)

    def _program(self, program_id: str) -> Program:
        found: Program = self.find(Program.objects.visible_to(self.user), program_id)
        return found


class _Day(Input):
    on = LocalDate()


def _flat(change: PolicyChange) -> dict[str, Any]:
    return {
        "in_force_from": change.in_force_from,
        "grace_minutes": change.policy.grace_minutes,
        "late_cutoff_minutes": change.policy.late_cutoff_minutes,
        "rounding": change.policy.rounding,
        "partial_week_policy": change.policy.partial_week_policy,
    }
