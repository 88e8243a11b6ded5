"""Flags: what a coordinator must act on."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, LocalDate
from api.inputs import Parameters
from attendance.enums import FlagKind, FlagState
from attendance.models import Flag
from attendance.queries import flags_for_display

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
        rows = flags_for_display(self.user).select_related("admission__site").filter(**asked)
        return self.answer_page(self.page(rows.order_by("-raised_at", "-pk")), FlagAnswer)

    @extend_schema(responses=FlagAnswer)
    def retrieve(self, request: Request, flag_id: str) -> Response:
        rows = flags_for_display(self.user).select_related("admission__site")
        return self.answer(self.find(rows, flag_id), FlagAnswer)


def _zone(flag: Flag) -> ZoneInfo | None:
    about: Any = flag.session or flag.admission
    return about.site.zone if about else None
