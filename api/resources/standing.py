"""Standing bookings: what they are, and leaving."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, LocalDate, OptionalText, SiteInstant, Subject, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters
from api.resources.bookings import BookingAnswer
from people.models import Patient
from scheduling.models import Booking, StandingBooking, StandingGap
from scheduling.queries import bookings_for_display
from scheduling.services.evenings import ChangedEvening, changed_evenings
from scheduling.services.standing import bookings_from, leave_series


class GapAnswer(serializers.Serializer[StandingGap]):
    """A date without the seat. `closed_at` null: somebody must act, and the sweep tries again."""

    session = Id("session_id")
    starts_at = SiteInstant(site="session.site", source="session.starts_at")
    codes = serializers.ListField(child=serializers.CharField())
    outcome = Text()
    closed_at = SiteInstant(site="session.site", allow_null=True)


class ChangedEveningAnswer(serializers.Serializer[ChangedEvening]):
    """An evening that the patient does not come to: moved to another session, or skipped."""

    session = Id("session.pk")
    starts_at = SiteInstant(site="session.site", source="session.starts_at")
    what = serializers.SerializerMethodField()
    moved_to = serializers.SerializerMethodField(help_text="The booking that stands for it; null where it was skipped.")

    @extend_schema_field(serializers.ChoiceField(["moved", "skipped"]))
    def get_what(self, one: ChangedEvening) -> str:
        return "moved" if one.moved else "skipped"

    def get_moved_to(self, one: ChangedEvening) -> str | None:
        return str(one.moved.pk) if one.moved else None


class StandingAnswer(serializers.Serializer[StandingBooking]):
    id = Id()
    patient = Id("patient_id")
    admission = Id("admission_id")
    series = Id("series_id")
    starts_on = LocalDate()
    ends_on = LocalDate(allow_null=True)
    withdrawn_at = SiteInstant(site="series.site", allow_null=True)
    left_at = SiteInstant(site="series.site", allow_null=True)
    leave_reason = Text()
    override_reason = Text()
    created_at = SiteInstant(site="series.site")
    gaps = GapAnswer(many=True)
    changed_evenings = serializers.SerializerMethodField()

    @extend_schema_field(ChangedEveningAnswer(many=True))
    def get_changed_evenings(self, row: StandingBooking) -> list[Any]:
        found: list[ChangedEvening] = self.context["changed"].get(row.pk, [])
        return [ChangedEveningAnswer(one, context=self.context).data for one in found]


class LeaveSeriesInput(Input):
    """From this day on; the day before is the last. `preview` answers the bookings that it would cancel."""

    reason = OptionalText(max_length=300)
    preview = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, Any]:
        return {"from": LocalDate(), **super().get_fields()}


class LeftAnswer(StandingAnswer):
    preview = serializers.BooleanField()
    cancelled = BookingAnswer(many=True)


class StandingParameters(Parameters):
    patient = Subject(Patient.objects.visible_to, required=False)
    series = IdFilter(required=False)
    in_force_on = LocalDate(required=False, help_text="Only those in force on this day.")


class StandingBookings(Resource):
    """One's own, or those of the people whom one sees; those that ended stay as history."""

    @property
    def seen(self) -> QuerySet[StandingBooking]:
        return standing_for_display(StandingBooking.objects.visible_to(self.user))

    @extend_schema(parameters=[StandingParameters], responses=StandingAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The latest first."""
        asked = self.asked(StandingParameters)
        rows = self.seen
        if "patient" in asked:
            self.looked_at(asked["patient"])
            rows = rows.filter(patient=asked["patient"])
        if "series" in asked:
            rows = rows.filter(series_id=asked["series"])
        if "in_force_on" in asked:
            rows = rows.in_force_between(asked["in_force_on"], asked["in_force_on"])  # type: ignore[attr-defined]
        page = self.page(rows.order_by("-starts_on", "-pk"))
        return self.answer_page(page, StandingAnswer, changed=changed_evenings(page))

    @extend_schema(responses=StandingAnswer)
    def retrieve(self, request: Request, standing_id: str) -> Response:
        row = self.find(self.seen, standing_id)
        return self.answer(row, StandingAnswer, changed=changed_evenings([row]))

    @extend_schema(request=LeaveSeriesInput, responses=LeftAnswer)
    @once_per_key()
    def leave(self, request: Request, standing_id: str) -> Response:
        """End it the day before `from`, and cancel its bookings from then on."""
        row = self.find(self.seen, standing_id)
        self.must("scheduling.change_standing", row.series)
        said = self.said(LeaveSeriesInput)
        first: date = said["from"]
        if said["preview"]:
            cancelled = bookings_from(row, first, now=self.now)
        else:
            reason = said.get("reason", "")
            row, cancelled = leave_series(row, from_on=first, actor=self.user, now=self.now, reason=reason)
        bookings = bookings_for_display(Booking.objects.filter(pk__in=[one.pk for one in cancelled]))
        context = {**self.get_serializer_context(), "changed": changed_evenings([row])}
        shown = StandingAnswer(self.seen.get(pk=row.pk), context=context).data
        listed = [BookingAnswer(one, context=context).data for one in bookings.order_by("starts_at", "pk")]
        return Response({**shown, "preview": said["preview"], "cancelled": listed})


def standing_for_display(rows: QuerySet[StandingBooking]) -> QuerySet[StandingBooking]:
    """With everything that a list of standing bookings shows."""
    gaps = Prefetch("gaps", StandingGap.objects.select_related("session__site"))
    return rows.select_related("series__site").prefetch_related(gaps)
