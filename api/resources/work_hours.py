"""Busy times: only the times are kept, never where or for whom."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, Number, OptionalText, Subject, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from people.errors import InvalidInput
from people.models import Patient
from people.queries import zone_of_patient
from scheduling.models import WorkHours
from scheduling.services.work_hours import WorkHoursFields, add_work_hours, change_work_hours, remove_work_hours

MOST_DAYS = 366


class WorkHoursAnswer(serializers.Serializer[WorkHours]):
    id = Id()
    patient = Id("patient_id")
    label = Text()  # type: ignore[assignment]  # a field called label, not the label of a field
    starts_at_local = serializers.CharField()
    ends_at_local = serializers.CharField()
    rrule = Text()
    starts_on = LocalDate()
    ends_on = LocalDate(allow_null=True)
    except_on = serializers.ListField(child=serializers.DateField())
    travel_before_minutes = serializers.IntegerField()
    travel_after_minutes = serializers.IntegerField()
    time_zone = serializers.CharField()


class WorkHoursInput(Input):
    """A changed day of a recurring time: its date in `except_on`, and an entry of its own without `rrule`."""

    answer = WorkHoursAnswer
    label = OptionalText(max_length=60)  # type: ignore[assignment]
    starts_at_local = serializers.CharField(max_length=20)
    ends_at_local = serializers.CharField(max_length=20)
    rrule = OptionalText(max_length=300)
    starts_on = LocalDate(required=False, allow_null=True)
    ends_on = LocalDate(required=False, allow_null=True)
    except_on = serializers.ListField(child=LocalDate(), required=False, max_length=MOST_DAYS)
    travel_before_minutes = Number(required=False)
    travel_after_minutes = Number(required=False)
    time_zone = serializers.CharField(required=False, max_length=64, help_text="Without it, the home site's.")


class NewWorkHours(WorkHoursInput):
    patient = Subject(Patient.objects.visible_to, required=False, allow_null=True, help_text="Staff name somebody.")


class WorkHoursParameters(Parameters):
    patient = Subject(Patient.objects.visible_to, required=False)


class WorkHoursResource(Resource):
    """One's own busy times, or those of a patient whom one sees."""

    @property
    def seen(self) -> QuerySet[WorkHours]:
        seen: QuerySet[WorkHours] = WorkHours.objects.visible_to(self.user)
        return seen

    @extend_schema(parameters=[WorkHoursParameters], responses=WorkHoursAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The earliest first."""
        rows = self.seen.order_by("starts_at_local", "pk")
        asked = self.asked(WorkHoursParameters)
        if "patient" in asked:
            self.looked_at(asked["patient"])
            rows = rows.filter(patient=asked["patient"])
        return self.answer_page(self.page(rows), WorkHoursAnswer)

    @extend_schema(request=NewWorkHours, responses={201: WorkHoursAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        said = given(self.said(NewWorkHours))
        patient = said.pop("patient", None) or self._own_patient()
        self.must("scheduling.change_work_hours", patient)
        if "time_zone" not in said:
            said["time_zone"] = str(zone_of_patient(patient) or self.zone)
        row = add_work_hours(patient, _fields(said), actor=self.user, now=self.now)
        return self.answer(row, WorkHoursAnswer, status=201)

    @extend_schema(responses=WorkHoursAnswer)
    def retrieve(self, request: Request, work_hours_id: str) -> Response:
        return self.answer(self.find(self.seen, work_hours_id), WorkHoursAnswer)

    @extend_schema(request=WorkHoursInput, responses=WorkHoursAnswer)
    def partial_update(self, request: Request, work_hours_id: str) -> Response:
        row = self.find(self.seen.select_related("patient"), work_hours_id)
        self.must("scheduling.change_work_hours", row.patient)
        known = {name: getattr(row, name) for name in WorkHoursFields.__dataclass_fields__}
        known["except_on"] = [date.fromisoformat(day) for day in row.except_on]
        fields = _fields({**known, **self.said(WorkHoursInput, partial=True)})
        return self.answer(change_work_hours(row, fields, actor=self.user, now=self.now), WorkHoursAnswer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, work_hours_id: str) -> Response:
        row = self.find(self.seen.select_related("patient"), work_hours_id)
        self.must("scheduling.change_work_hours", row.patient)
        remove_work_hours(row, actor=self.user, now=self.now)
        return Response(status=204)

    def _own_patient(self) -> Patient:
        patient_id = self.user.scope.patient_id
        if patient_id is None:
            raise InvalidInput({"patient": _("Name the patient whose busy time this is.")})
        own: Patient = Patient.objects.get(pk=patient_id)
        return own


def _fields(said: dict[str, Any]) -> WorkHoursFields:
    return WorkHoursFields(**{**said, "except_on": tuple(said.get("except_on", ()))})
