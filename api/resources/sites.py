"""Sites: their opening hours, and the days on which they are closed."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, Text, WallTime, parse_id
from api.idempotency import once_per_key
from api.inputs import Input, Parameters
from people.enums import ClosureKind, ClosureState, Look
from people.errors import InvalidInput
from people.models import Site, SiteClosure
from people.models.travel import LONGEST_MINUTES
from people.services.closures import LONGEST_REASON, ClosureFields, fields_of
from people.services.looks import record_looks
from people.services.travel import set_travel
from scheduling.errors import PreviewOutdated
from scheduling.services.closure_preview import ClosurePreview, ShortWeek, Suggestion, preview_closure
from scheduling.services.closures import close_site, lift_closure
from scheduling.services.opening import change_opening_hours

MOST_CONFIRMED = 5_000
MOST_DAYS = 7


class SiteAnswer(serializers.Serializer[Site]):
    id = Id()
    name = serializers.CharField()
    time_zone = serializers.CharField()
    address = Text()
    phone = Text()
    country = serializers.CharField()
    travel = serializers.DictField(child=serializers.IntegerField(), help_text="Minutes to other sites, by their id.")
    subdivision = Text()
    opening_hours = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
        help_text='By weekday, "0" is Monday: [["08:00", "20:00"]]. Empty means always open.',
    )


class SiteInput(Input):
    answer = SiteAnswer
    travel = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=LONGEST_MINUTES, allow_null=True),
        required=False,
        help_text="Minutes to other sites of one's own, by their id; null takes a way back. Others stay as they are.",
    )
    opening_hours = serializers.DictField(
        child=serializers.ListField(
            child=serializers.ListField(child=serializers.CharField(max_length=5), min_length=2, max_length=2),
            max_length=10,
        ),
        required=False,
    )


class ClosureAnswer(serializers.Serializer[SiteClosure]):
    id = Id()
    site = Id("site_id")
    kind = serializers.ChoiceField(ClosureKind.choices)
    state = serializers.ChoiceField(ClosureState.choices)
    reason = serializers.CharField()
    starts_on = LocalDate()
    ends_on = LocalDate()
    starts_at = WallTime(allow_null=True)
    ends_at = WallTime(allow_null=True)
    by_video_too = serializers.BooleanField()


class ShortWeekAnswer(serializers.Serializer[ShortWeek]):
    patient = Id("patient.pk")
    patient_name = serializers.CharField(source="patient.name")
    week = LocalDate()
    left_minutes = serializers.IntegerField()
    before_minutes = serializers.IntegerField()
    min_minutes = serializers.IntegerField(source="minimum_minutes")
    falls = serializers.BooleanField(help_text="Whether it is the closure that takes the week below its minimum.")


class ClosureSuggestionAnswer(serializers.Serializer[Suggestion]):
    session = Id("session.pk")
    starts_at = serializers.SerializerMethodField()
    ends_at = serializers.SerializerMethodField()
    free = serializers.IntegerField()
    booked = serializers.IntegerField(source="of")

    def get_starts_at(self, one: Suggestion) -> str:
        return str(one.interval.start.astimezone(one.session.site.zone).isoformat())

    def get_ends_at(self, one: Suggestion) -> str:
        return str(one.interval.end.astimezone(one.session.site.zone).isoformat())


class ClosurePreviewAnswer(serializers.Serializer[ClosurePreview]):
    """What a closure would call off, and for whom; `bookings` are to be named as `confirmed`."""

    sessions = serializers.SerializerMethodField()
    bookings = serializers.SerializerMethodField()
    short_weeks = ShortWeekAnswer(source="short", many=True)
    suggestions = ClosureSuggestionAnswer(many=True)
    restored = serializers.SerializerMethodField(help_text="Called off by it so far, and taking place again.")

    def get_restored(self, preview: ClosurePreview) -> list[str]:
        return [str(row.pk) for row in preview.restored]

    def get_sessions(self, preview: ClosurePreview) -> list[str]:
        return [str(row.pk) for row in preview.sessions]

    def get_bookings(self, preview: ClosurePreview) -> list[str]:
        return [str(row.pk) for row in preview.bookings]


class ClosureInput(Input):
    answer = ClosureAnswer
    reason = serializers.CharField(max_length=LONGEST_REASON)
    starts_on = LocalDate()
    ends_on = LocalDate(required=False, allow_null=True)
    starts_at = WallTime(required=False, allow_null=True)
    ends_at = WallTime(required=False, allow_null=True)
    kind = serializers.ChoiceField(ClosureKind.choices, required=False)
    by_video_too = serializers.BooleanField(required=False)
    preview = serializers.BooleanField(required=False, help_text="true writes nothing and answers what it would do.")
    restore = serializers.BooleanField(
        required=False, help_text="false leaves called off what a closure with fewer days no longer covers."
    )
    confirmed = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=MOST_CONFIRMED,
        help_text="The bookings that were shown. One that would end and is not named answers 409 `stale`.",
    )


class LiftParameters(Parameters):
    restore = serializers.BooleanField(required=False, help_text="true gives back the sessions that it called off.")


class Sites(Resource):
    """The places of one's roles."""

    @property
    def seen(self) -> QuerySet[Site]:
        return Site.objects.visible_to(self.user)

    @extend_schema(responses=SiteAnswer(many=True))
    def list(self, request: Request) -> Response:
        """By name."""
        return self.answer_page(self.page(self.seen.order_by("name", "pk")), SiteAnswer)

    @extend_schema(responses=SiteAnswer)
    def retrieve(self, request: Request, site_id: str) -> Response:
        return self.answer(self.find(self.seen, site_id), SiteAnswer)

    @extend_schema(request=SiteInput, responses=SiteAnswer)
    def partial_update(self, request: Request, site_id: str) -> Response:
        """Its opening hours (409 `sessions_outside_hours` where sessions ahead lie outside) and ways to others."""
        site = self.find(self.seen, site_id)
        self.must("people.change_site", site)
        said = self.said(SiteInput, partial=True)
        ways = [(self._other(site, text), minutes) for text, minutes in said.get("travel", {}).items()]
        if "opening_hours" in said:
            site, _back = change_opening_hours(site, said["opening_hours"], actor=self.user, now=self.now)
        for other, minutes in ways:
            set_travel(site, other, minutes=minutes, actor=self.user, now=self.now)
        return self.answer(site, SiteAnswer)

    def _other(self, site: Site, text: str) -> Site:
        pk = parse_id(text)
        other = self.seen.filter(pk=pk).first() if pk is not None else None
        if other is None or other.pk == site.pk or other.pk not in self.user.scope.managed_site_ids:
            raise InvalidInput({"travel": _("Name another site that you manage.")})
        return other


class Closures(Resource):
    """The days on which a site is closed, and the holidays that nobody has decided on."""

    @property
    def site(self) -> Site:
        """The site of the address, of whose staff one is."""
        site: Site = self.find(Site.objects.visible_to(self.user), self.kwargs["site_id"])
        self.must("people.read_closures", site)
        return site

    @extend_schema(responses=ClosureAnswer(many=True))
    def list(self, request: Request, site_id: str) -> Response:
        """The earliest first; those that were lifted too."""
        return self.answer_page(self.page(self.site.closures.order_by("starts_on", "pk")), ClosureAnswer)

    @extend_schema(request=ClosureInput, responses={201: ClosureAnswer, 200: ClosurePreviewAnswer})
    @once_per_key()
    def create(self, request: Request, site_id: str) -> Response:
        """Close the site, and call off what is still to come then; looked at first with `preview`."""
        site = self._managed()
        return self._close(site, None, self.said(ClosureInput), {}, status=201)

    @extend_schema(request=ClosureInput, responses={200: ClosureAnswer})
    def partial_update(self, request: Request, site_id: str, closure_id: str) -> Response:
        """Other days or words; a holiday that was proposed is in force from here on."""
        site = self._managed()
        row = self.find(site.closures.select_related("site"), closure_id)
        return self._close(site, row, self.said(ClosureInput, partial=True), vars(fields_of(row)), status=200)

    @extend_schema(parameters=[LiftParameters], responses=ClosureAnswer)
    def destroy(self, request: Request, site_id: str, closure_id: str) -> Response:
        """The site is open after all; the row stays, and a holiday is not proposed again."""
        site = self._managed()
        row = self.find(site.closures.select_related("site"), closure_id)
        restore = self.asked(LiftParameters).get("restore", False)
        lift_closure(row, actor=self.user, now=self.now, restore=restore)
        return self.answer(site.closures.get(pk=row.pk), ClosureAnswer)

    def _managed(self) -> Site:
        site = self.site
        self.must("people.change_site", site)
        return site

    def _close(
        self, site: Site, row: SiteClosure | None, said: dict[str, Any], kept: dict[str, Any], *, status: int
    ) -> Response:
        named = {name: said[name] for name in ClosureFields.__dataclass_fields__ if name in said}
        merged = {**kept, **named}
        merged["ends_on"] = merged.get("ends_on") or merged["starts_on"]
        fields = ClosureFields(**merged)
        if said.get("preview"):
            return self._shown(preview_closure(site, fields, now=self.now, closure=row))
        confirmed = {pk for text in said.get("confirmed", ()) if (pk := parse_id(text)) is not None}
        try:
            done, _preview = close_site(
                site,
                fields,
                actor=self.user,
                now=self.now,
                confirmed=confirmed,
                closure=row,
                restore=said.get("restore", True),
            )
        except PreviewOutdated as refusal:
            fresh = refusal.data.get("preview")
            shown = self._shown(fresh).data if fresh is not None else None
            raise PreviewOutdated(preview=shown, lost=refusal.data.get("lost", [])) from refusal
        return self.answer(done, ClosureAnswer, status=status)

    def _shown(self, preview: ClosurePreview) -> Response:
        record_looks(Look.PATIENT, preview.patients, actor=self.user, now=self.now)
        return self.answer(preview, ClosurePreviewAnswer)
