"""What stands under a patient: admissions and leave."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, OptionalText, Reference, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from api.resources.consequences import ConsequencesAnswer
from api.resources.patients import AdmissionAnswer, AdmissionInput
from people.errors import InvalidInput
from people.models import Admission, Leave, Patient
from people.services.admissions import admit
from scheduling.services.absences import Consequences, add_leave, change_leave, discharge, remove_leave


class DischargeInput(Input):
    answer = AdmissionAnswer
    discharged_on = LocalDate()
    preview = serializers.BooleanField(required=False, default=False)


class DischargeAnswer(AdmissionAnswer):
    preview = serializers.BooleanField()
    consequences = ConsequencesAnswer()


class LeaveAnswer(serializers.Serializer[Leave]):
    id = Id()
    admission = Id("admission_id")
    starts_on = LocalDate()
    ends_on = LocalDate()
    reason = Text()


class LeaveInput(Input):
    """Without `admission`, the latest one."""

    answer = LeaveAnswer
    admission = Reference(Admission.objects.visible_to, required=False, allow_null=True)
    starts_on = LocalDate()
    ends_on = LocalDate()
    reason = OptionalText(max_length=120)
    preview = serializers.BooleanField(required=False, default=False)


class LeaveOutcome(serializers.Serializer[Any]):
    """The leave, and what it does. In a preview of new leave `id` is null."""

    id = serializers.CharField(allow_null=True)
    admission = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField(allow_null=True)
    preview = serializers.BooleanField()
    consequences = ConsequencesAnswer()


class LeaveGone(serializers.Serializer[Any]):
    preview = serializers.BooleanField()
    consequences = ConsequencesAnswer()


class ChangeLeaveInput(Input):
    answer = LeaveOutcome
    starts_on = LocalDate(required=False)
    ends_on = LocalDate(required=False)
    reason = OptionalText(max_length=120)
    preview = serializers.BooleanField(required=False, default=False)


class RemoveLeaveParameters(Parameters):
    preview = serializers.BooleanField(required=False, default=False)


class OfPatient(Resource):
    """What belongs to one patient, whom one must see."""

    def patient(self) -> Patient:
        """The patient of the address. Raises Http404 where one does not see them."""
        patient: Patient = self.find(Patient.objects.visible_to(self.user), self.kwargs["patient_id"])
        return patient

    def listed(self, rows: QuerySet[Any], patient: Patient, form: Any) -> Response:
        """A page, and the look at the record."""
        self.looked_at(patient)
        return self.answer_page(self.page(rows), form)

    def told(self, done: Consequences, preview: bool) -> dict[str, Any]:
        """What a change of the plan does to bookings, or in a preview would do."""
        context = self.get_serializer_context()
        return {"preview": preview, "consequences": ConsequencesAnswer(done, context=context).data}

    def admission(self, patient: Patient, named: Admission | None) -> Admission:
        """The admission that was named, or the latest. Raises InvalidInput where there is none or it is another's."""
        if named is not None and named.patient_id == patient.pk:
            return named
        latest: Admission | None = patient.admissions.first() if named is None else None
        if latest is None:
            raise InvalidInput({"admission": _("There is no such admission of this patient.")})
        return latest


class Admissions(OfPatient):
    """The episodes of care."""

    @extend_schema(responses=AdmissionAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """The latest first."""
        patient = self.patient()
        return self.listed(Admission.objects.filter(patient=patient), patient, AdmissionAnswer)

    @extend_schema(request=AdmissionInput, responses={201: AdmissionAnswer})
    @once_per_key()
    def create(self, request: Request, patient_id: str) -> Response:
        patient = self.patient()
        self.must("people.change_plan", patient)
        said = given(self.said(AdmissionInput))
        self.must("people.change_plan", Admission(site=said["site"]))
        return self.answer(admit(patient, **said, actor=self.user, now=self.now), AdmissionAnswer, status=201)

    @extend_schema(request=DischargeInput, responses=DischargeAnswer)
    def partial_update(self, request: Request, patient_id: str, admission_id: str) -> Response:
        """Discharge: the day named is the last that counts. What is booked after it is cancelled with it.

        With `preview` nothing is written, and the answer says what would be.
        """
        admission = self.find(Admission.objects.filter(patient=self.patient()), admission_id)
        self.must("people.change_plan", admission)
        said = self.said(DischargeInput)
        changed, done = discharge(admission, **said, actor=self.user, now=self.now)
        return Response({**AdmissionAnswer(changed).data, **self.told(done, said["preview"])})


class Leaves(OfPatient):
    """Days on which nothing is expected."""

    @extend_schema(responses=LeaveAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """The earliest first."""
        patient = self.patient()
        return self.listed(Leave.objects.filter(admission__patient=patient), patient, LeaveAnswer)

    @extend_schema(request=LeaveInput, responses={200: LeaveOutcome, 201: LeaveOutcome})
    @once_per_key()
    def create(self, request: Request, patient_id: str) -> Response:
        """What is booked on its days is cancelled with it; with `preview` nothing is written."""
        patient = self.patient()
        self.must("people.change_plan", patient)
        said = self.said(LeaveInput)
        admission = self.admission(patient, said.pop("admission", None))
        self.must("people.change_plan", admission)
        leave, done = add_leave(admission, **said, actor=self.user, now=self.now)
        return self._outcome(leave, done, preview=said["preview"], status=200 if said["preview"] else 201)

    @extend_schema(request=ChangeLeaveInput, responses=LeaveOutcome)
    def partial_update(self, request: Request, patient_id: str, leave_id: str) -> Response:
        """Longer, or back early: standing members are booked again where seats allow (`not_booked` says which not)."""
        leave = self._leave(leave_id)
        said = {"preview": False, **self.said(ChangeLeaveInput, partial=True)}
        known = {name: getattr(leave, name) for name in ("starts_on", "ends_on", "reason")}
        changed, done = change_leave(leave, **{**known, **said}, actor=self.user, now=self.now)
        return self._outcome(changed, done, preview=said["preview"])

    @extend_schema(parameters=[RemoveLeaveParameters], responses=LeaveGone)
    def destroy(self, request: Request, patient_id: str, leave_id: str) -> Response:
        """The leave was called off: its days count again."""
        leave = self._leave(leave_id)
        preview = self.asked(RemoveLeaveParameters)["preview"]
        done = remove_leave(leave, actor=self.user, now=self.now, preview=preview)
        return Response(self.told(done, preview))

    def _leave(self, leave_id: str) -> Leave:
        rows = Leave.objects.filter(admission__patient=self.patient())
        leave: Leave = self.find(rows.select_related("admission__site", "admission__program"), leave_id)
        self.must("people.change_plan", leave.admission)
        return leave

    def _outcome(self, leave: Leave, done: Consequences, *, preview: bool, status: int = 200) -> Response:
        shown = dict(LeaveAnswer(leave).data)
        if preview and not Leave.objects.filter(pk=leave.pk).exists():
            shown["id"] = None
        return Response({**shown, **self.told(done, preview)}, status=status)
