"""Counselors for the staff: what they speak and may lead, their hours and their time off."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, Instant, LocalDate, Number, OptionalText, Reference, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from people.enums import Language
from people.models import Counselor, CounselorCredential, Site
from people.services.counselors import (
    A_DAY_MINUTES,
    MOST_CREDENTIALS,
    Credential,
    ProfileFields,
    change_profile,
    profile_of,
)
from scheduling.models import CounselorAvailability, TimeOff
from scheduling.permissions import knows_why_off
from scheduling.services.counselor_times import (
    AvailabilityFields,
    add_availability,
    add_time_off,
    change_availability,
    change_time_off,
    led_between,
    remove_availability,
    remove_time_off,
)


class CredentialAnswer(serializers.Serializer[CounselorCredential]):
    code = serializers.CharField()
    number = Text()
    valid_until = LocalDate(allow_null=True)


class CounselorAnswer(serializers.Serializer[Counselor]):
    id = Id()
    name = serializers.CharField()
    sites = serializers.SerializerMethodField()
    languages = serializers.ListField(child=serializers.ChoiceField(Language.choices))
    daily_maximum_minutes = serializers.IntegerField(allow_null=True)
    credentials = CredentialAnswer(many=True, source="held_credentials")

    def get_sites(self, counselor: Counselor) -> list[str]:
        return [str(site.pk) for site in counselor.sites.all()]


class CredentialInput(Input):
    code = serializers.CharField(max_length=24)
    number = OptionalText(max_length=40)
    valid_until = LocalDate(required=False, allow_null=True, help_text="The last day in force; null for no end.")


class CounselorInput(Input):
    """`credentials` replaces all that were held."""

    answer = CounselorAnswer
    languages = serializers.ListField(child=serializers.ChoiceField(Language.choices), required=False, max_length=10)
    daily_maximum_minutes = Number(min_value=1, max_value=A_DAY_MINUTES, required=False, allow_null=True)
    credentials = CredentialInput(many=True, required=False, max_length=MOST_CREDENTIALS)  # type: ignore[call-arg]


class CounselorParameters(Parameters):
    site = IdFilter(required=False)


class AvailabilityAnswer(serializers.Serializer[CounselorAvailability]):
    id = Id()
    site = Id("site_id")
    starts_at_local = serializers.CharField()
    ends_at_local = serializers.CharField()
    rrule = serializers.CharField()
    starts_on = LocalDate()
    ends_on = LocalDate(allow_null=True)
    time_zone = serializers.CharField(source="site.time_zone")


class AvailabilityInput(Input):
    answer = AvailabilityAnswer
    site = Reference(Site.objects.visible_to)
    starts_at_local = serializers.CharField(max_length=20, help_text="The first ones, as the site's clocks show it.")
    ends_at_local = serializers.CharField(max_length=20)
    rrule = serializers.CharField(max_length=300)
    starts_on = LocalDate(required=False, allow_null=True)
    ends_on = LocalDate(required=False, allow_null=True)


class TimeOffAnswer(serializers.Serializer[TimeOff]):
    id = Id()
    starts_at = SiteInstant(site=None)
    ends_at = SiteInstant(site=None)
    reason = serializers.SerializerMethodField(help_text="null for colleagues, who need not know why.")
    sessions = serializers.SerializerMethodField(help_text="In an answer to a change: what it leaves to be covered.")

    def get_reason(self, row: TimeOff) -> str | None:
        return (row.reason or None) if self.context["knows_why"] else None

    def get_sessions(self, row: TimeOff) -> list[str]:
        return [str(pk) for pk in self.context.get("uncovers", ())]


class TimeOffInput(Input):
    answer = TimeOffAnswer
    starts_at = Instant()
    ends_at = Instant()
    reason = OptionalText(max_length=120)


class OfCounselor(Resource):
    """What hangs on a counselor whom one sees."""

    @property
    def seen(self) -> QuerySet[Counselor]:
        seen: QuerySet[Counselor] = Counselor.objects.visible_to(self.user)
        return seen

    def counselor(self, counselor_id: str, permission: str = "people.see_counselors") -> Counselor:
        """The one of the address, where the account may do this with them."""
        row: Counselor = self.find(self.seen, counselor_id)
        self.must(permission, row)
        return row


class Counselors(OfCounselor):
    """The colleagues at one's sites."""

    @extend_schema(parameters=[CounselorParameters], responses=CounselorAnswer(many=True))
    def list(self, request: Request) -> Response:
        """By name."""
        self.must("people.see_counselors")
        rows = self._shown
        if "site" in (asked := self.asked(CounselorParameters)):
            rows = rows.filter(sites=asked["site"])
        return self.answer_page(self.page(rows.order_by("name", "pk")), CounselorAnswer)

    @extend_schema(responses=CounselorAnswer)
    def retrieve(self, request: Request, counselor_id: str) -> Response:
        return self._answer(self.counselor(counselor_id))

    @extend_schema(request=CounselorInput, responses=CounselorAnswer)
    def partial_update(self, request: Request, counselor_id: str) -> Response:
        """What is planned stays as it is."""
        row = self.counselor(counselor_id, "people.change_counselor")
        said = self.said(CounselorInput, partial=True)
        known = profile_of(row)
        if "credentials" in said:
            said["credentials"] = tuple(Credential(**given(one)) for one in said["credentials"])
        values = {name: said.get(name, getattr(known, name)) for name in ProfileFields.__dataclass_fields__}
        values["languages"] = tuple(values["languages"])
        change_profile(row, ProfileFields(**values), actor=self.user, now=self.now)
        return self._answer(row)

    @property
    def _shown(self) -> QuerySet[Counselor]:
        return self.seen.prefetch_related("sites", "held_credentials")

    def _answer(self, row: Counselor) -> Response:
        return self.answer(self._shown.get(pk=row.pk), CounselorAnswer)


class Availability(OfCounselor):
    """The hours in which a counselor can be put on a session; without any they are available always."""

    @extend_schema(responses=AvailabilityAnswer(many=True))
    def list(self, request: Request, counselor_id: str) -> Response:
        """The earliest in force first."""
        rows = self._rows(self.counselor(counselor_id))
        return self.answer_page(self.page(rows.order_by("starts_on", "pk")), AvailabilityAnswer)

    @extend_schema(request=AvailabilityInput, responses={201: AvailabilityAnswer})
    @once_per_key()
    def create(self, request: Request, counselor_id: str) -> Response:
        counselor = self.counselor(counselor_id, "people.change_counselor_times")
        fields = AvailabilityFields(**self.said(AvailabilityInput))
        row = add_availability(counselor, fields, actor=self.user, now=self.now)
        return self.answer(row, AvailabilityAnswer, status=201)

    @extend_schema(request=AvailabilityInput, responses=AvailabilityAnswer)
    def partial_update(self, request: Request, counselor_id: str, availability_id: str) -> Response:
        row = self._row(counselor_id, availability_id)
        known = {name: getattr(row, name) for name in AvailabilityFields.__dataclass_fields__}
        fields = AvailabilityFields(**{**known, **self.said(AvailabilityInput, partial=True)})
        return self.answer(change_availability(row, fields, actor=self.user, now=self.now), AvailabilityAnswer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, counselor_id: str, availability_id: str) -> Response:
        remove_availability(self._row(counselor_id, availability_id), actor=self.user, now=self.now)
        return Response(status=204)

    def _rows(self, counselor: Counselor) -> QuerySet[CounselorAvailability]:
        rows: QuerySet[CounselorAvailability] = CounselorAvailability.objects.filter(counselor=counselor)
        return rows.select_related("site", "counselor")

    def _row(self, counselor_id: str, availability_id: str) -> CounselorAvailability:
        counselor = self.counselor(counselor_id, "people.change_counselor_times")
        row: CounselorAvailability = self.find(self._rows(counselor), availability_id)
        return row


class TimesOff(OfCounselor):
    """When a counselor leads nothing. What they lead then stays theirs until it is covered or called off."""

    @extend_schema(responses=TimeOffAnswer(many=True))
    def list(self, request: Request, counselor_id: str) -> Response:
        """What is not over, the soonest first."""
        counselor = self.counselor(counselor_id)
        rows = TimeOff.objects.filter(counselor=counselor, ends_at__gt=self.now).order_by("starts_at", "pk")
        return self.answer_page(self.page(rows), TimeOffAnswer, knows_why=self._knows_why(counselor))

    @extend_schema(request=TimeOffInput, responses={201: TimeOffAnswer})
    @once_per_key()
    def create(self, request: Request, counselor_id: str) -> Response:
        counselor = self.counselor(counselor_id, "people.change_counselor_times")
        said = given(self.said(TimeOffInput))
        return self._answer(add_time_off(counselor, **said, actor=self.user, now=self.now), status=201)

    @extend_schema(request=TimeOffInput, responses=TimeOffAnswer)
    def partial_update(self, request: Request, counselor_id: str, time_off_id: str) -> Response:
        row = self._row(counselor_id, time_off_id)
        known = {name: getattr(row, name) for name in ("starts_at", "ends_at", "reason")}
        said: dict[str, Any] = {**known, **self.said(TimeOffInput, partial=True)}
        return self._answer(change_time_off(row, **said, actor=self.user, now=self.now))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, counselor_id: str, time_off_id: str) -> Response:
        remove_time_off(self._row(counselor_id, time_off_id), actor=self.user, now=self.now)
        return Response(status=204)

    def _row(self, counselor_id: str, time_off_id: str) -> TimeOff:
        counselor = self.counselor(counselor_id, "people.change_counselor_times")
        row: TimeOff = self.find(TimeOff.objects.filter(counselor=counselor).select_related("counselor"), time_off_id)
        return row

    def _knows_why(self, counselor: Counselor) -> bool:
        return bool(knows_why_off(self.user, counselor))

    def _answer(self, row: TimeOff, *, status: int = 200) -> Response:
        span = {"starts_at": row.starts_at, "ends_at": row.ends_at}
        rows = led_between(row.counselor, **span, by=self.user, now=self.now)
        uncovers = list(rows.values_list("pk", flat=True))
        return self.answer(row, TimeOffAnswer, status=status, knows_why=True, uncovers=uncovers)
