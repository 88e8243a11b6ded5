"""Reports that a worker makes: asked for, looked after, fetched."""

from collections.abc import Mapping
from typing import Any

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, Reference, SiteInstant, Subject
from api.idempotency import once_per_key
from api.inputs import Input
from api.resources.flags import NothingInput
from attendance.domain.reports import ReportAsked, range_refusal
from attendance.enums import ReportFormat, ReportKind, RunState
from attendance.models import ReportRun
from attendance.queries.reports.people import people_within
from attendance.services.report_files import MIME
from attendance.services.report_runs import cancel_run, download, kept_from, request_run
from people.errors import InvalidInput, NotAllowed
from people.models import Patient, Program, Site

MOST_PEOPLE = 500


class ReportAnswer(serializers.Serializer[ReportRun]):
    id = Id()
    report = serializers.ChoiceField(ReportKind.choices, source="kind")
    format = serializers.ChoiceField(ReportFormat.choices)
    program = serializers.SerializerMethodField()
    site = serializers.SerializerMethodField()
    patients = serializers.SerializerMethodField(help_text="Empty: everybody whom the account answers for.")
    state = serializers.ChoiceField(RunState.choices)
    done = serializers.IntegerField(help_text="People that are through.")
    total = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes; 0 until it is made.")
    requested_at = SiteInstant(site=None)
    finished_at = SiteInstant(site=None, allow_null=True)
    expires_at = SiteInstant(site=None, help_text="Then the file is deleted.")
    file = serializers.SerializerMethodField(
        help_text="Where the file is, once it is made; null again where one may no longer see all that it holds."
    )

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        dates = {"from": serializers.DateField(source="asked.from"), "to": serializers.DateField(source="asked.to")}
        return {**{name: fields.pop(name) for name in ("id", "report", "format")}, **dates, **fields}

    def get_program(self, run: ReportRun) -> str | None:
        return _as_id(run.asked["program"])

    def get_site(self, run: ReportRun) -> str | None:
        return _as_id(run.asked["site"])

    def get_patients(self, run: ReportRun) -> list[str]:
        return [str(pk) for pk in run.asked["patients"]]

    def get_file(self, run: ReportRun) -> str | None:
        if run.state != RunState.DONE or run.pk in self.context["kept"]:
            return None
        return str(self.context["absolute"](reverse("api:report-file", args=[run.pk])))


class ReportInput(Input):
    """A ledger or a history is about one patient, a packet about those named, the others about everybody seen."""

    answer = ReportAnswer
    report = serializers.ChoiceField(ReportKind.choices)
    format = serializers.ChoiceField(ReportFormat.choices, required=False, default=ReportFormat.CSV)
    program = Reference(Program.objects.visible_to, required=False, allow_null=True, default=None)
    site = Reference(Site.objects.visible_to, required=False, allow_null=True, default=None)
    patients = serializers.ListField(
        child=Subject(Patient.objects.visible_to), required=False, default=list, max_length=MOST_PEOPLE
    )

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": LocalDate(source="first"), "to": LocalDate(source="last")}


class Reports(Resource):
    """A report is made by a worker, and kept for a day for whoever asked for it."""

    @extend_schema(responses=ReportAnswer(many=True))
    def list(self, request: Request) -> Response:
        """One's own, the latest first."""
        runs = self.page(self._mine())
        return self.answer_page(runs, ReportAnswer, kept=kept_from(self.user, runs))

    @extend_schema(request=ReportInput, responses={202: ReportAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        """Asked for; look again at its own address until `state` is `done`."""
        self.must("attendance.make_reports", self.user)
        said = self.said(ReportInput)
        asked = self._asked(said)
        file_format = ReportFormat.XLSX if asked.kind == ReportKind.PACKET else said["format"]
        run = request_run(asked, file_format=file_format, actor=self.user, now=self.now)
        return self._answer(run, status=202)

    @extend_schema(responses=ReportAnswer)
    def retrieve(self, request: Request, report_id: str) -> Response:
        """How far it is."""
        return self._answer(self.find(self._mine(), report_id))

    @extend_schema(request=NothingInput, responses=ReportAnswer)
    def cancel(self, request: Request, report_id: str) -> Response:
        """Stop it; one that is through stays as it is."""
        run: ReportRun = self.find(self._mine(), report_id)
        cancel_run(run, now=self.now)
        run.refresh_from_db()
        return self._answer(run)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def file(self, request: Request, report_id: str) -> StreamingHttpResponse:
        """The file; 409 `report_not_ready` before it is made, and for one that was cancelled; 404 for whoever
        may no longer see all that it holds.
        """
        run: ReportRun = self.find(self._mine(), report_id)
        pieces = download(run, actor=self.user, now=self.now)
        answer = StreamingHttpResponse(pieces, content_type=MIME[ReportFormat(run.format)])
        name = ReportAsked.from_json(run.asked).file_name(run.format)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "absolute": self.request.build_absolute_uri}

    def _mine(self) -> Any:
        return ReportRun.objects.visible_to(self.user).filter(expires_at__gt=self.now)

    def _answer(self, run: ReportRun, *, status: int = 200) -> Response:
        return self.answer(run, ReportAnswer, status=status, kept=kept_from(self.user, [run]))

    def _asked(self, said: Mapping[str, Any]) -> ReportAsked:
        kind, people = said["report"], list(dict.fromkeys(person.pk for person in said["patients"]))
        if refusal := range_refusal(said["first"], said["last"]):
            raise InvalidInput({"to": gettext(refusal)})
        if kind in (ReportKind.LEDGER, ReportKind.HISTORY) and len(people) != 1:
            raise InvalidInput({"patients": _("Name one patient.")})
        if kind == ReportKind.PACKET and not people:
            raise InvalidInput({"patients": _("Name at least one patient.")})
        if kind in (ReportKind.HOURS, ReportKind.GRID, ReportKind.SUMMARY) and people:
            raise InvalidInput({"patients": _("This report is about everybody; name nobody.")})
        if people_within(self.user, people) != len(people):
            raise NotAllowed
        program, site = said["program"], said["site"]
        return ReportAsked(
            kind=kind,
            first=said["first"],
            last=said["last"],
            program_id=program.pk if program else None,
            site_id=site.pk if site else None,
            patient_ids=tuple(people),
        )


def _as_id(number: int | None) -> str | None:
    return str(number) if number is not None else None
