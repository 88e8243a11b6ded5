"""Series: the templates that become sessions."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, InstantFilter, LocalDate, Number, OptionalText, Reference, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from api.resources.series_edits import (
    OccurrenceException,
    PauseInput,
    PreviewAnswer,
    SeriesBreak,
    SeriesChange,
    confirmed_of,
    edit_of,
)
from api.resources.session_answers import SessionAnswer
from api.resources.sessions import MOST_BREAKS, MOST_COUNSELORS, narrowed
from people.enums import Look
from people.models import Counselor, Program, Room, Site
from people.services.looks import record_looks
from scheduling.enums import Kind, Mode, SessionState
from scheduling.errors import PreviewOutdated
from scheduling.models import SeriesPause, Session, SessionSeries
from scheduling.queries import for_display
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_pauses import pause_edit, resume_edit
from scheduling.services.series_preview import Preview, preview_edit
from scheduling.services.telehealth import open_links


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


class WithOutcome(serializers.Serializer[Any]):
    outcome = serializers.SerializerMethodField(help_text="What the edit did.")

    @extend_schema_field(PreviewAnswer)
    def get_outcome(self, row: Any) -> Any:
        return PreviewAnswer(self.context["outcome"], context=self.context).data


class SeriesEditAnswer(WithOutcome, SeriesAnswer):
    """The series after an edit."""


class PauseAnswer(serializers.Serializer[SeriesPause]):
    id = Id()
    starts_on = LocalDate()
    ends_on = LocalDate()
    reason = Text()


class PauseEditAnswer(WithOutcome, PauseAnswer):
    """A pause, and what it took away."""


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
    telehealth_url = OptionalText(
        max_length=200, help_text="Each session's; shown by the session alone, near its time."
    )
    override_reason = OptionalText(
        max_length=300, help_text="Lifts `counselor_unavailable` and `counselor_over_daily_maximum`."
    )
    without_clashing = serializers.BooleanField(
        required=False, help_text="Leaves the counselors out on dates on which they cannot lead it."
    )


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
        how = {name: said.pop(name) for name in ("override_reason", "without_clashing") if name in said}
        fields = SeriesFields(**said)
        series = create_series(fields, actor=self.user, now=self.now, weeks=settings.HORIZON_WEEKS, **how)
        return self.answer(self.seen.get(pk=series.pk), SeriesAnswer, status=201)

    @extend_schema(responses=SeriesAnswer)
    def retrieve(self, request: Request, series_id: str) -> Response:
        return self.answer(self.find(self.seen, series_id), SeriesAnswer)

    @extend_schema(parameters=[OccurrenceParameters], responses=SessionAnswer(many=True))
    def occurrences(self, request: Request, series_id: str) -> Response:
        """Its sessions, the soonest first."""
        series = self.find(self.seen, series_id)
        rows = narrowed(for_display(Session.objects.filter(series=series)), self.asked(OccurrenceParameters))
        page = self.page(rows.order_by("starts_at", "pk"))
        return self.answer_page(page, SessionAnswer, opens=open_links(page, self.user, now=self.now))

    @extend_schema(
        request=SeriesChange,
        responses={200: PolymorphicProxySerializer("SeriesEdited", [SeriesEditAnswer, PreviewAnswer], None)},
    )
    def partial_update(self, request: Request, series_id: str) -> Response:
        """Change this occurrence, this and the following, or all of them.

        `preview` answers what would happen. Without it the edit is done and the series answered with its `outcome`;
        whoever would lose a seat and is not among `confirmed_lost` stops it: 409 `stale` with a fresh `preview`.
        Sessions keep their ids, and what has begun is left alone.
        """
        series = self._managed(series_id)
        said = self.said(SeriesChange, partial=True)
        edit = edit_of(said, scope=Scope(said.get("scope", Scope.ALL)), occurrence=said.get("occurrence"))
        return self._edited(series, edit, said, confirmed_of(said), SeriesEditAnswer)

    @extend_schema(
        request=OccurrenceException,
        responses={201: SessionAnswer, 200: PreviewAnswer},
    )
    @once_per_key()
    def except_one(self, request: Request, series_id: str) -> Response:
        """One occurrence that is different, or called off; a preview where that is asked for."""
        return self._except_one(series_id, status=201)

    @extend_schema(
        request=OccurrenceException,
        responses={200: PolymorphicProxySerializer("OccurrenceEdited", [SessionAnswer, PreviewAnswer], None)},
    )
    def change_one(self, request: Request, series_id: str) -> Response:
        """The same, for whoever changes what is there already."""
        return self._except_one(series_id, status=200)

    @extend_schema(responses=PauseAnswer(many=True))
    def pauses(self, request: Request, series_id: str) -> Response:
        """The dates on which it takes no place, the earliest first."""
        rows = self.find(self.seen, series_id).pauses.order_by("starts_on", "pk")
        return self.answer_page(self.page(rows), PauseAnswer)

    @extend_schema(request=PauseInput, responses={201: PauseEditAnswer, 200: PreviewAnswer})
    @once_per_key()
    def pause(self, request: Request, series_id: str) -> Response:
        """No occurrences from one date to another, both included; those booked are named first, as for an edit."""
        series = self._managed(series_id)
        said = self.said(PauseInput)
        edit = pause_edit(series, starts_on=said["starts_on"], ends_on=said["ends_on"], reason=said.get("reason") or "")
        if said.get("preview"):
            return self._preview(preview_edit(series, edit, now=self.now), series)
        outcome = self._do(series, edit, confirmed_of(said))
        row = series.pauses.filter(starts_on=said["starts_on"], ends_on=said["ends_on"]).latest("pk")
        return self.answer(row, PauseEditAnswer, status=201, site_zone=series.site.zone, outcome=outcome)

    @extend_schema(responses={200: SeriesEditAnswer})
    def resume(self, request: Request, series_id: str, pause_id: str) -> Response:
        """The pause is taken away, and its occurrences come back under their ids, empty."""
        series = self._managed(series_id)
        pause = self.find(series.pauses.all(), pause_id)
        return self._edited(series, resume_edit(series, pause), {}, set(), SeriesEditAnswer)

    # --- edits ---

    def _managed(self, series_id: str) -> SessionSeries:
        series: SessionSeries = self.find(self.seen.select_related("program", "site", "room"), series_id)
        self.must("scheduling.change_session", series)
        return series

    def _except_one(self, series_id: str, *, status: int) -> Response:
        series = self._managed(series_id)
        said = self.said(OccurrenceException)
        cancel = said.get("cancelled", False)
        edit = edit_of(said, scope=Scope.THIS, occurrence=said["occurrence"], cancel=cancel)
        if said.get("preview"):
            return self._preview(preview_edit(series, edit, now=self.now), series)
        # Calling it off says itself that everybody loses the seat; whoever names them is taken at their word.
        confirmed = None if cancel and "confirmed_lost" not in said else confirmed_of(said)
        self._do(series, edit, confirmed)
        session = for_display(series.sessions.all()).get(occurrence_local=said["occurrence"][:16])
        opens = open_links([session], self.user, now=self.now)
        return self.answer(session, SessionAnswer, status=status, opens=opens)

    def _edited(
        self, series: SessionSeries, edit: SeriesEdit, said: dict[str, Any], confirmed: set[int], form: Any
    ) -> Response:
        if said.get("preview"):
            return self._preview(preview_edit(series, edit, now=self.now), series)
        outcome = self._do(series, edit, confirmed)
        return self.answer(self.seen.get(pk=series.pk), form, site_zone=series.site.zone, outcome=outcome)

    def _do(self, series: SessionSeries, edit: SeriesEdit, confirmed: set[int] | None) -> Preview:
        try:
            return edit_series(series, edit, actor=self.user, now=self.now, confirmed_lost=confirmed)
        except PreviewOutdated as refusal:
            if "preview" in refusal.data:
                refusal.data["preview"] = self._preview(refusal.data["preview"], series).data
            raise

    def _preview(self, preview: Preview, series: SessionSeries) -> Response:
        record_looks(Look.PATIENT, preview.named_patients, actor=self.user, now=self.now)
        return self.answer(preview, PreviewAnswer, site_zone=series.site.zone)
