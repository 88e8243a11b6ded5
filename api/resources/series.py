"""Series: the templates that become sessions."""

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, InstantFilter, LocalDate, Number, OptionalText, Reference, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from api.resources.sessions import MOST_BREAKS, MOST_COUNSELORS, SessionAnswer, narrowed
from people.models import Counselor, Program, Room, Site
from scheduling.enums import Kind, Mode, SessionState
from scheduling.models import Session, SessionSeries
from scheduling.queries import for_display
from scheduling.services.series import SeriesFields, create_series


class SeriesBreak(Input):
    after_minutes = Number(help_text="From the start.")
    minutes = Number(min_value=1)


class SeriesAnswer(serializers.Serializer[SessionSeries]):
    id = Id()
    program = Id("program_id")
    site = Id("site_id")
    kind = serializers.ChoiceField(Kind.choices)
    focus = Text()
    title = serializers.CharField()
    rrule = serializers.CharField()
    starts_at_local = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    breaks = SeriesBreak(many=True)
    capacity = serializers.IntegerField()
    counselors = serializers.SerializerMethodField()
    room = Id("room_id", allow_null=True)
    mode = serializers.ChoiceField(Mode.choices)
    ends_on = LocalDate(allow_null=True)

    def get_counselors(self, series: SessionSeries) -> list[str]:
        return [str(counselor.pk) for counselor in series.counselors.all()]


class SeriesInput(Input):
    answer = SeriesAnswer
    program = Reference(Program.objects.visible_to)
    site = Reference(Site.objects.visible_to)
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField(max_length=120)
    focus = OptionalText(max_length=40)
    rrule = serializers.CharField(max_length=300)
    starts_at_local = serializers.CharField(max_length=20, help_text="The first, as the site's clocks show it.")
    duration_minutes = Number(min_value=1)
    breaks = SeriesBreak(many=True, required=False, max_length=MOST_BREAKS)  # type: ignore[call-arg]
    capacity = Number(min_value=1)
    counselors = serializers.ListField(
        child=Reference(Counselor.objects.visible_to), required=False, max_length=MOST_COUNSELORS
    )
    room = Reference(lambda user: Room.objects.filter(site__memberships__user=user), required=False, allow_null=True)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    ends_on = LocalDate(required=False, allow_null=True)


class SeriesParameters(Parameters):
    program = IdFilter(required=False)
    site = IdFilter(required=False)


class OccurrenceParameters(Parameters):
    starts_after = InstantFilter(required=False, help_text="From this moment on.")
    starts_before = InstantFilter(required=False, help_text="Up to this moment, not included.")
    state = serializers.ChoiceField(
        SessionState.choices, required=False, help_text="Without it, all but those cancelled."
    )


class Series(Resource):
    """The templates of one's sites; patients are shown sessions, not templates."""

    @property
    def seen(self) -> QuerySet[SessionSeries]:
        seen: QuerySet[SessionSeries] = SessionSeries.objects.visible_to(self.user).prefetch_related("counselors")
        return seen

    @extend_schema(parameters=[SeriesParameters], responses=SeriesAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The oldest first."""
        asked = self.asked(SeriesParameters)
        filters = {f"{name}_id": asked[name] for name in ("program", "site") if name in asked}
        return self.answer_page(self.page(self.seen.filter(**filters).order_by("pk")), SeriesAnswer)

    @extend_schema(request=SeriesInput, responses={201: SeriesAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        """A series, and its sessions up to the horizon."""
        self.must("scheduling.change_session")
        said = given(self.said(SeriesInput))
        self.must("scheduling.change_session", SessionSeries(site=said["site"]))
        if "breaks" in said:
            said["breaks"] = tuple((pause["after_minutes"], pause["minutes"]) for pause in said["breaks"])
        if "counselors" in said:
            said["counselors"] = tuple(said["counselors"])
        series = create_series(SeriesFields(**said), actor=self.user, now=self.now, weeks=settings.HORIZON_WEEKS)
        return self.answer(self.seen.get(pk=series.pk), SeriesAnswer, status=201)

    @extend_schema(responses=SeriesAnswer)
    def retrieve(self, request: Request, series_id: str) -> Response:
        return self.answer(self.find(self.seen, series_id), SeriesAnswer)

    @extend_schema(parameters=[OccurrenceParameters], responses=SessionAnswer(many=True))
    def occurrences(self, request: Request, series_id: str) -> Response:
        """Its sessions, the soonest first."""
        series = self.find(self.seen, series_id)
        rows = narrowed(for_display(Session.objects.filter(series=series)), self.asked(OccurrenceParameters))
        return self.answer_page(self.page(rows.order_by("starts_at", "pk")), SessionAnswer)
