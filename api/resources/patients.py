"""The people in care: those whom one sees."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, LocalDate, OptionalText, Reference, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from people.domain.time import local_date
from people.enums import Language
from people.models import Admission, Counselor, Patient, Program, Site
from people.models.patient import PatientQuerySet
from people.services.intake import take_in
from people.services.patients import PatientFields, change_patient


class AdmissionAnswer(serializers.Serializer[Admission]):
    id = Id()
    patient = Id("patient_id")
    program = Id("program_id")
    site = Id("site_id")
    primary_counselor = Id("primary_counselor_id", allow_null=True)
    admitted_on = LocalDate()
    discharged_on = LocalDate(allow_null=True)


class AdmissionInput(Input):
    answer = AdmissionAnswer
    program = Reference(Program.objects.visible_to)
    site = Reference(Site.objects.visible_to)
    admitted_on = LocalDate()
    primary_counselor = Reference(Counselor.objects.visible_to, required=False, allow_null=True)


class PatientAnswer(serializers.Serializer[Patient]):
    id = Id()
    name = serializers.CharField()
    email = Text()
    phone = Text()
    birth_date = LocalDate(allow_null=True)
    language = serializers.ChoiceField(Language.choices)
    admission = serializers.SerializerMethodField(help_text="The latest.")

    @extend_schema_field(AdmissionAnswer(allow_null=True))
    def get_admission(self, patient: Patient) -> dict[str, Any] | None:
        latest = next(iter(patient.admissions.all()), None)
        return None if latest is None else dict(AdmissionAnswer(latest).data)


class PatientInput(Input):
    answer = PatientAnswer
    name = serializers.CharField(max_length=150)
    email = OptionalText(max_length=254)
    phone = OptionalText(max_length=32)
    birth_date = LocalDate(required=False, allow_null=True)
    language = serializers.ChoiceField(Language.choices, required=False)


class PatientIntake(PatientInput):
    """A person is registered with their first admission: its site decides who sees them."""

    admission = AdmissionInput()


class PatientParameters(Parameters):
    all = serializers.BooleanField(required=False, help_text="With those who are not admitted today.")
    search = serializers.CharField(required=False, max_length=150, help_text="Part of the name.")
    program = IdFilter(required=False)
    counselor = IdFilter(required=False)


class Patients(Resource):
    """The people in care; a patient finds themself."""

    @property
    def seen(self) -> PatientQuerySet:
        admissions = Prefetch("admissions", Admission.objects.order_by("-admitted_on", "-pk"))
        seen: PatientQuerySet = Patient.objects.visible_to(self.user).prefetch_related(admissions)
        return seen

    @extend_schema(parameters=[PatientParameters], responses=PatientAnswer(many=True))
    def list(self, request: Request) -> Response:
        """By name; those admitted today, unless `all`."""
        asked = self.asked(PatientParameters)
        rows = self.seen.order_by("name", "pk")
        admitted = Q() if asked.get("all") else _admitted_on(local_date(self.now, self.zone))
        if "program" in asked:
            admitted &= Q(program_id=asked["program"])
        if "counselor" in asked:
            admitted &= Q(primary_counselor_id=asked["counselor"])
        if admitted:
            rows = rows.filter(pk__in=Admission.objects.filter(admitted).values("patient_id"))
        if "search" in asked:
            rows = rows.named(asked["search"])
        return self.answer_page(self.page(rows), PatientAnswer)

    @extend_schema(request=PatientIntake, responses={201: PatientAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        self.must("people.register_patient")
        said = self.said(PatientIntake)
        first = said.pop("admission")
        self.must("people.change_plan", Admission(site=first["site"]))
        admission = take_in(PatientFields(**given(said)), **first, actor=self.user, now=self.now)
        return self.answer(self.seen.get(pk=admission.patient_id), PatientAnswer, status=201)

    @extend_schema(responses=PatientAnswer)
    def retrieve(self, request: Request, patient_id: str) -> Response:
        patient = self.find(self.seen, patient_id)
        self.looked_at(patient)
        return self.answer(patient, PatientAnswer)

    @extend_schema(request=PatientInput, responses=PatientAnswer)
    def partial_update(self, request: Request, patient_id: str) -> Response:
        patient = self.find(self.seen, patient_id)
        self.must("people.change_patient", patient)
        now_known = {name: getattr(patient, name) for name in PatientFields.__dataclass_fields__}
        said = self.said(PatientInput, partial=True)
        change_patient(patient, PatientFields(**{**now_known, **said}), actor=self.user, now=self.now)
        return self.answer(self.seen.get(pk=patient.pk), PatientAnswer)


def _admitted_on(on: date) -> Q:
    return Q(Q(discharged_on=None) | Q(discharged_on__gte=on), admitted_on__lte=on)
