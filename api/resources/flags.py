"""Flags: what a coordinator must act on."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, LocalDate, OptionalText, Reference
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from attendance.enums import CONTACT, CallOutcome, FlagKind, FlagState, OutreachKind
from attendance.models import Flag, Outreach
from attendance.queries import flags_for_display
from attendance.services.outreach import acknowledge, add_note, assign, resolve
from people.enums import STAFF_ROLES
from people.models import Membership, User

NOTED = (*CONTACT, OutreachKind.NOTE)
SIX_DAYS = timedelta(days=6)


class FlagAnswer(serializers.Serializer[Flag]):
    id = Id()
    patient = Id("patient_id", allow_null=True)
    patient_name = serializers.SerializerMethodField()
    session = Id("session_id", allow_null=True)
    week = LocalDate()
    kind = serializers.ChoiceField(FlagKind.choices)
    state = serializers.ChoiceField(FlagState.choices)
    raised_at = serializers.SerializerMethodField()
    facts = serializers.DictField()
    assigned_to = Id("assigned_to_id", allow_null=True)
    resolution = serializers.SerializerMethodField()

    def get_patient_name(self, flag: Flag) -> str | None:
        return flag.patient.name if flag.patient else None

    def get_raised_at(self, flag: Flag) -> str:
        return flag.raised_at.astimezone(_zone(flag) or self.context["zone"]()).isoformat()

    def get_resolution(self, flag: Flag) -> str | None:
        return flag.resolution or None


class FlagParameters(Parameters):
    kind = serializers.ChoiceField(FlagKind.choices, required=False)
    state = serializers.ChoiceField(FlagState.choices, required=False)
    patient = IdFilter(required=False)
    week = LocalDate(required=False, help_text="Any date of the week.")


class StepAnswer(serializers.Serializer[Outreach]):
    """One step taken about a flag."""

    id = Id()
    kind = serializers.ChoiceField(OutreachKind.choices)
    outcome = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    at = serializers.SerializerMethodField()
    by = Id("by_id", allow_null=True)
    assigned_to = Id("assignee_id", allow_null=True)

    def get_outcome(self, step: Outreach) -> str | None:
        return step.outcome or None

    def get_text(self, step: Outreach) -> str | None:
        return step.text or None

    def get_at(self, step: Outreach) -> str:
        return step.at.astimezone(self.context["zone"]()).isoformat()


class NothingInput(Input):
    """Nothing has to be said."""


def _colleagues(user: User) -> QuerySet[User]:
    """Staff of the sites at which the account works."""
    here = Membership.objects.filter(site__in=user.scope.staff_site_ids, role__in=STAFF_ROLES)
    return User.objects.filter(pk__in=here.values("user_id"))


class AssignInput(Input):
    assigned_to = Reference(_colleagues, allow_null=True, help_text="An account of the clinic; null gives it back.")


class NoteInput(Input):
    text = OptionalText(max_length=500, help_text="A short administrative remark: no clinical note.")
    kind = serializers.ChoiceField([one for one in OutreachKind.choices if one[0] in NOTED], required=False)
    outcome = serializers.ChoiceField(CallOutcome.choices, required=False, allow_null=True)


class ResolveInput(Input):
    reason = serializers.CharField(max_length=200)


class Flags(Resource):
    """Those of the people whom one sees, and the unsigned rosters of one's sites."""

    @extend_schema(parameters=[FlagParameters], responses=FlagAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The newest first."""
        asked = self.asked(FlagParameters)
        if "patient" in asked:
            asked["patient_id"] = asked.pop("patient")
        if "week" in asked:
            asked["week__range"] = (asked["week"] - SIX_DAYS, asked.pop("week"))
        rows = flags_for_display(self.user).filter(**asked)
        return self.answer_page(self.page(rows.order_by("-raised_at", "-pk")), FlagAnswer)

    @extend_schema(responses=FlagAnswer)
    def retrieve(self, request: Request, flag_id: str) -> Response:
        return self.answer(self._flag(flag_id), FlagAnswer)

    @extend_schema(request=NothingInput, responses=FlagAnswer)
    @once_per_key()
    def acknowledge(self, request: Request, flag_id: str) -> Response:
        """Somebody has seen it. A second time changes nothing."""
        flag = self._mine(flag_id)
        self.said(NothingInput)
        acknowledge(flag, actor=self.user, now=self.now)
        return self.answer(self._flag(flag_id), FlagAnswer)

    @extend_schema(request=AssignInput, responses=FlagAnswer)
    @once_per_key()
    def assign(self, request: Request, flag_id: str) -> Response:
        """Give it to one who sees whom it is about and may act on it."""
        flag = self._mine(flag_id)
        said = self.said(AssignInput)
        assign(flag, said["assigned_to"], actor=self.user, now=self.now)
        return self.answer(self._flag(flag_id), FlagAnswer)

    @extend_schema(responses=StepAnswer(many=True))
    def steps(self, request: Request, flag_id: str) -> Response:
        """What was done about it, oldest first."""
        steps = Outreach.objects.filter(flag=self._flag(flag_id)).order_by("at", "pk")
        return self.answer_page(self.page(steps), StepAnswer)

    @extend_schema(request=NoteInput, responses={201: StepAnswer})
    @once_per_key()
    def note(self, request: Request, flag_id: str) -> Response:
        """A note, or a contact with what came of it."""
        flag = self._mine(flag_id)
        said = given(self.said(NoteInput))
        step = add_note(
            flag,
            said.get("text", ""),
            kind=said.get("kind", OutreachKind.NOTE),
            outcome=said.get("outcome", ""),
            actor=self.user,
            now=self.now,
        )
        return self.answer(step, StepAnswer, status=201)

    @extend_schema(request=ResolveInput, responses=FlagAnswer)
    @once_per_key()
    def resolve(self, request: Request, flag_id: str) -> Response:
        """Settle it, with a reason. It opens again only where it becomes worse."""
        flag = self._mine(flag_id)
        resolve(flag, self.said(ResolveInput)["reason"], actor=self.user, now=self.now)
        return self.answer(self._flag(flag_id), FlagAnswer)

    def _flag(self, flag_id: str) -> Flag:
        flag: Flag = self.find(flags_for_display(self.user), flag_id)
        return flag

    def _mine(self, flag_id: str) -> Flag:
        """One that the account sees and may act on."""
        flag = self._flag(flag_id)
        self.must("attendance.act_on_flag", flag)
        return flag


def _zone(flag: Flag) -> ZoneInfo | None:
    about: Any = flag.session or flag.admission
    return about.site.zone if about else None
