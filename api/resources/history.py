"""Who changed what: the trail of a session, of a series with its sessions, and of a person."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, SiteInstant, Text
from api.inputs import Parameters
from api.resources.plans import OfPatient
from people.enums import Look
from people.errors import NotAllowed
from people.models import TrailEntry, User
from people.queries import trail_about
from scheduling.models import Session, SessionSeries


class TrailAnswer(serializers.Serializer[TrailEntry]):
    """One entry: ids, times and figures. `before` and `after` hold what differs between them, and what stays."""

    id = Id()
    at = SiteInstant(site=None)
    action = serializers.CharField()
    actor = serializers.SerializerMethodField(help_text="The account; null for the system.")
    actor_name = serializers.SerializerMethodField()
    subject = serializers.CharField(source="subject_type")
    subject_id = serializers.SerializerMethodField(help_text="null where no row stands behind it.")
    patient = Id("patient_id", allow_null=True)
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    reason = Text()

    def get_actor(self, entry: TrailEntry) -> str | None:
        return str(entry.actor_id) if entry.actor_id is not None else None

    def get_subject_id(self, entry: TrailEntry) -> str | None:
        return str(entry.subject_id) if entry.subject_id is not None else None

    def get_actor_name(self, entry: TrailEntry) -> str | None:
        names: dict[int, str] = self.context["names"]
        return names.get(entry.actor_id or 0)


class HistoryParameters(Parameters):
    looks = serializers.BooleanField(required=False, help_text="true tells of everybody who opened the record, too.")


class _Trail(Resource):
    """What the trails share: a page of entries with the names of those who did it."""

    def page_of(self, entries: QuerySet[TrailEntry]) -> Response:
        """The latest first."""
        page = self.page(entries)
        ids = {entry.actor_id for entry in page if entry.actor_id is not None}
        names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
        return self.answer_page(page, TrailAnswer, names=names)

    def must_see_whole(self, site_id: int) -> None:
        """Raises NotAllowed for whoever does not see the site as a whole."""
        if site_id not in self.user.scope.site_ids:
            raise NotAllowed


class SessionHistory(_Trail):
    """Of one session, held or not."""

    @extend_schema(responses=TrailAnswer(many=True))
    def list(self, request: Request, session_id: str) -> Response:
        """What was changed of it, the latest first."""
        session: Session = self.find(Session.objects.visible_to(self.user), session_id)
        self.must_see_whole(session.site_id)
        return self.page_of(trail_about({"session": [session.pk]}))


class SeriesHistory(_Trail):
    """Of a series and each of its sessions."""

    @extend_schema(responses=TrailAnswer(many=True))
    def list(self, request: Request, series_id: str) -> Response:
        """What was changed of them, the latest first."""
        series: SessionSeries = self.find(SessionSeries.objects.visible_to(self.user), series_id)
        self.must_see_whole(series.site_id)
        sessions = list(series.sessions.order_by().values_list("pk", flat=True))
        return self.page_of(trail_about({"sessionseries": [series.pk], "session": sessions}))


class PatientHistory(OfPatient, _Trail):
    """Of one person."""

    @extend_schema(parameters=[HistoryParameters], responses=TrailAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """What was changed of the record, the latest first, for the staff who see it; this look is recorded."""
        patient = self.patient()
        if not self.user.is_clinic_staff:
            raise NotAllowed
        asked: dict[str, Any] = self.asked(HistoryParameters)
        self.looked_at(patient)
        entries = TrailEntry.objects.filter(patient_id=patient.pk).order_by("-at", "-pk")
        return self.page_of(entries if asked.get("looks") else entries.exclude(action__in=Look.values))
