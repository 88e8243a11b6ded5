"""Treatment weeks: one patient's, and the board of everybody's."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, LocalDate, SiteInstant
from api.inputs import Parameters
from api.resources.plans import OfPatient
from attendance.enums import Asker, RequirementMeasure, RequirementWindow, WeekState
from attendance.models import TreatmentWeek
from attendance.queries import TREND_WEEKS, board, patient_weeks, unsigned_sessions, week_summary
from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.enums import Look
from people.errors import InvalidInput
from people.services.looks import record_look

LONGEST_DAYS = 731


class RequirementAnswer(serializers.Serializer[Any]):
    """A rule beside the target. `value` and `met` are null for an average before the first full week; `projected`
    counts what is booked too; `possible_on` names the dates on which another day can still be had. A rule over months
    is there once for each month that the week touches, `month_starts_on` naming it.
    """

    requirement = serializers.CharField()
    name = serializers.CharField()
    asked_by = serializers.ChoiceField(Asker.choices)
    measure = serializers.ChoiceField(RequirementMeasure.choices)
    window = serializers.ChoiceField(RequirementWindow.choices)
    month_starts_on = serializers.CharField(allow_null=True, default=None)
    value = serializers.IntegerField(allow_null=True)
    projected = serializers.IntegerField(allow_null=True)
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    met = serializers.BooleanField(allow_null=True)
    reachable = serializers.BooleanField()
    full = serializers.BooleanField(help_text="Whether the rule could be asked of each day of the week or month.")
    possible_on = serializers.ListField(child=serializers.CharField())


class WeekAnswer(serializers.Serializer[TreatmentWeek]):
    id = Id()
    patient = Id("patient_id")
    patient_name = serializers.CharField(source="patient.name")
    admission = Id("admission_id")
    week = LocalDate()
    closed_at = SiteInstant(allow_null=True)
    revision = serializers.IntegerField()
    exempt = serializers.BooleanField()
    transition = serializers.BooleanField()
    min_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    credited_minutes = serializers.IntegerField()
    booked_minutes = serializers.IntegerField()
    bookable_minutes = serializers.IntegerField()
    projected_minutes = serializers.IntegerField()
    shortfall_minutes = serializers.IntegerField()
    computed_at = SiteInstant(allow_null=True)
    offered_minutes = serializers.IntegerField()
    scheduled_minutes = serializers.IntegerField()
    billable_days = serializers.IntegerField()
    unsigned_sessions = serializers.SerializerMethodField(help_text="Those that are over, and not signed.")
    status = serializers.ChoiceField(WeekState.choices)
    days = serializers.IntegerField()
    requirements = RequirementAnswer(many=True)

    def get_unsigned_sessions(self, week: TreatmentWeek) -> list[str]:
        return [str(session_id) for session_id in self.context["unsigned"].get(week.pk, ())]


class SummaryAnswer(serializers.Serializer[Any]):
    week = LocalDate()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="People by status.")


class Span(Parameters):
    """Both ends are included, and widen to whole weeks."""

    def get_fields(self) -> dict[str, Any]:
        names = {"from": LocalDate(required=False), "to": LocalDate(required=False)}  # `from` is no name in Python
        return {**super().get_fields(), **names}


class BoardParameters(Parameters):
    week = LocalDate(required=False, help_text="Any date of the week; today unless told.")
    status = serializers.CharField(required=False, max_length=20)
    program = IdFilter(required=False)
    site = IdFilter(required=False)
    counselor = IdFilter(required=False)
    search = serializers.CharField(required=False, max_length=150, help_text="Part of the name.")
    ordering = serializers.CharField(required=False, max_length=40, help_text="Worst first, unless told.")


def span_of(asked: dict[str, Any], *, today: date, weeks_back: int, weeks_ahead: int = 0) -> tuple[date, date]:
    """The dates asked for, or as many weeks before and after today. Raises InvalidInput for none or too many."""
    last: date = asked.get("to") or max(today, asked.get("from") or today) + timedelta(weeks=weeks_ahead)
    first: date = asked.get("from") or min(today, last) - timedelta(weeks=weeks_back)
    if last < first:
        raise InvalidInput({"to": _("The last day lies before the first.")})
    if (last - first).days > LONGEST_DAYS:
        raise InvalidInput({"from": _("Ask for two years at most.")})
    return first, last


class PatientWeeks(OfPatient):
    """How one patient's weeks stand, counted at the moment of asking."""

    @extend_schema(parameters=[Span], responses=WeekAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """The latest first; without dates, from eight weeks back to next week."""
        patient = self.patient()
        today = local_date(self.now, self.zone)
        first, last = span_of(self.asked(Span), today=today, weeks_back=TREND_WEEKS, weeks_ahead=1)
        self.looked_at(patient)
        recount_patient(patient.pk, now=self.now, first=first, last=last)
        return answer_weeks(self, patient_weeks(patient.pk, first=first, last=last))


class Board(Resource):
    """Everybody's week, worst first: whom one answers for."""

    @extend_schema(parameters=[BoardParameters], responses=WeekAnswer(many=True))
    def list(self, request: Request) -> Response:
        """Below, at risk, over, on track, met, exempt; then the larger shortfall."""
        self.must("attendance.see_board", self.user)
        asked = self.asked(BoardParameters)
        for name in ("program", "site", "counselor"):
            if name in asked:
                asked[f"{name}_id"] = asked.pop(name)
        week = asked.pop("week", None) or local_date(self.now, self.zone)
        shown = board(self.user, week=week, **asked)
        record_look(Look.REPORT, ("board", None), actor=self.user, now=self.now)
        return answer_weeks(self, shown.weeks.select_related("site", "patient"))

    @extend_schema(parameters=[Span], responses=SummaryAnswer(many=True), filters=False)
    def summary(self, request: Request) -> Response:
        """How many people had each status, by week, the earliest first; without dates, the last eight weeks."""
        self.must("attendance.see_board", self.user)
        today = local_date(self.now, self.zone)
        first, last = span_of(self.asked(Span), today=today, weeks_back=TREND_WEEKS - 1)
        found = week_summary(self.user, first=first, last=last)
        record_look(Look.REPORT, ("summary", None), actor=self.user, now=self.now)
        rows = [{"week": week, "counts": counts} for week, counts in sorted(found.items())]
        return self.answer_page(self.page(rows), SummaryAnswer)


def answer_weeks(view: Resource, weeks: QuerySet[TreatmentWeek]) -> Response:
    """A page of weeks, with the rosters that they wait for."""
    page = view.page(weeks)
    return view.answer_page(page, WeekAnswer, unsigned=unsigned_sessions(page, now=view.now))
