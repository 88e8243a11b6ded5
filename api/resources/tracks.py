"""Joining a series, or a track of several: every date is shown before anything is accepted."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import IdFilter, LocalDate, OptionalText, Reference, Subject
from api.idempotency import once_per_key
from api.inputs import Input
from api.resources.standing import StandingAnswer, standing_for_display
from attendance.enums import RequirementMeasure
from attendance.queries.requirements import weekly_rules
from people.models import Patient
from scheduling.domain.track_yield import TrackWarning
from scheduling.models import Booking, SessionSeries, StandingBooking
from scheduling.services.evenings import changed_evenings
from scheduling.services.track_preview import MOST_SERIES, Outcome, TrackPreview, TrackWish, preview_track
from scheduling.services.tracks import join_track
from scheduling.services.yields import wanted_on, with_standing, yield_of

MOST_DATES = 400


class TrackDateAnswer(serializers.Serializer[Any]):
    """One occurrence: its date at the site, what stands against it, and what becomes of it."""

    date = serializers.DateField()
    session = serializers.CharField()
    series = serializers.CharField()
    starts_at = serializers.DateTimeField()
    codes = serializers.ListField(child=serializers.CharField())
    outcome = serializers.ChoiceField([one.value for one in Outcome])


class RequirementYieldAnswer(serializers.Serializer[Any]):
    """A requirement of every week, and the least and the most that the track would measure by it."""

    name = serializers.CharField()
    measure = serializers.ChoiceField(RequirementMeasure.choices)
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    least = serializers.IntegerField()
    most = serializers.IntegerField()
    met = serializers.BooleanField()


class YieldAnswer(serializers.Serializer[Any]):
    """A week of it for somebody who misses nothing, with what they hold already; the lightest and the fullest."""

    least_minutes = serializers.IntegerField()
    most_minutes = serializers.IntegerField()
    least_days = serializers.IntegerField()
    most_days = serializers.IntegerField()
    min_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    days_per_week = serializers.IntegerField()
    spare_minutes = serializers.IntegerField()
    requirements = RequirementYieldAnswer(many=True)
    warnings = serializers.ListField(child=serializers.ChoiceField([one.value for one in TrackWarning]))


class TrackPreviewAnswer(serializers.Serializer[Any]):
    """What joining would do. Dates after `checked_until` are not on yet; they are booked as they appear."""

    preview = serializers.BooleanField()
    patient = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    checked_until = serializers.DateField(allow_null=True)
    dates = TrackDateAnswer(many=True)
    refused = serializers.ListField(child=serializers.DateField(), help_text="To be named in `without`.")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "yield": YieldAnswer()}


class TrackAnswer(serializers.Serializer[Any]):
    """All that was made: a standing booking of each series."""

    standing_bookings = StandingAnswer(many=True)
    bookings = serializers.ListField(child=serializers.CharField())


class EnrollAnswer(StandingAnswer):
    bookings = serializers.ListField(child=serializers.CharField())


class EnrollInput(Input):
    """All dates or none, but for those named in `without`. `preview` answers what would become of each date."""

    patient = Subject(Patient.objects.visible_to)
    starts_on = LocalDate()
    ends_on = LocalDate(required=False, allow_null=True, help_text="Open end: null.")
    without = serializers.ListField(
        child=LocalDate(), required=False, max_length=MOST_DATES, help_text="Dates to do without."
    )
    without_sessions = serializers.ListField(
        child=IdFilter(),
        required=False,
        max_length=MOST_DATES,
        help_text="Single sessions to do without, where two fall on one date.",
    )
    preview = serializers.BooleanField(required=False, default=False)
    override_reason = OptionalText(max_length=300, help_text="Why the rules that it lifts do not hold.")


class TrackInput(EnrollInput):
    series = serializers.ListField(
        child=Reference(SessionSeries.objects.visible_to), min_length=1, max_length=MOST_SERIES
    )


class Joining(Resource):
    """What `enroll` and `tracks` share."""

    def join(self, said: dict[str, Any], series: list[SessionSeries]) -> Response | list[StandingBooking]:
        """The preview as an answer, or what was made."""
        for one in series:
            self.must("scheduling.change_standing", one)
        wish = TrackWish(
            series=tuple(series),
            starts_on=said["starts_on"],
            ends_on=said.get("ends_on"),
            without=frozenset(said.get("without", ())),
            without_sessions=frozenset(said.get("without_sessions", ())),
            override_reason=said.get("override_reason", ""),
        )
        patient = said["patient"]
        if said["preview"]:
            preview = preview_track(patient, wish, now=self.now)
            return Response({**_preview(patient, preview), "yield": _yield(patient, preview)})
        return join_track(patient, wish, actor=self.user, now=self.now)

    def made(self, rows: list[StandingBooking]) -> tuple[list[Any], list[str]]:
        """The rows as they are shown, and the ids of their bookings."""
        shown = list(
            standing_for_display(StandingBooking.objects.filter(pk__in=[row.pk for row in rows])).order_by("pk")
        )
        bookings = Booking.objects.filter(standing_booking__in=rows, live=True).order_by("starts_at", "pk")
        context = {**self.get_serializer_context(), "changed": changed_evenings(shown)}
        answers = [StandingAnswer(row, context=context).data for row in shown]
        return answers, [str(pk) for pk in bookings.values_list("pk", flat=True)]


class Enrollment(Joining):
    """Joining one series."""

    @extend_schema(
        request=EnrollInput,
        responses={200: TrackPreviewAnswer, 201: EnrollAnswer},
    )
    @once_per_key()
    def create(self, request: Request, series_id: str) -> Response:
        """A standing booking and a booking of every date in the horizon, or with `preview` what would become of them.

        A date that is full or clashes refuses all of it (`track_refused`, its `dates` with their codes) unless it is
        named in `without`.
        """
        series = self.find(SessionSeries.objects.visible_to(self.user).select_related("site", "program"), series_id)
        self.must("scheduling.change_standing", series)
        made = self.join(self.said(EnrollInput), [series])
        if isinstance(made, Response):
            return made
        rows, bookings = self.made(made)
        return Response({**rows[0], "bookings": bookings}, status=201)


class Tracks(Joining):
    """Joining several series at once."""

    @extend_schema(request=TrackInput, responses={200: TrackPreviewAnswer, 201: TrackAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        """As `series/{id}/enroll/`, for several series in one step: all of them or none."""
        self.must("scheduling.change_standing")
        said = self.said(TrackInput)
        made = self.join(said, said["series"])
        if isinstance(made, Response):
            return made
        rows, bookings = self.made(made)
        return Response({"standing_bookings": rows, "bookings": bookings}, status=201)


def _preview(patient: Patient, preview: TrackPreview) -> dict[str, Any]:
    return {
        "preview": True,
        "patient": str(patient.pk),
        "starts_on": preview.wish.starts_on.isoformat(),
        "ends_on": preview.wish.ends_on.isoformat() if preview.wish.ends_on else None,
        "checked_until": preview.checked_until.isoformat() if preview.checked_until else None,
        "dates": [
            {
                "date": one.on.isoformat(),
                "session": str(one.session.pk),
                "series": str(one.session.series_id),
                "starts_at": one.session.starts_at.astimezone(one.session.site.zone).isoformat(),
                "codes": list(one.codes),
                "outcome": one.outcome.value,
            }
            for one in preview.dates
        ],
        "refused": sorted({one.on.isoformat() for one in preview.refused}),
    }


def _yield(patient: Patient, preview: TrackPreview) -> dict[str, Any]:
    first = preview.wish.starts_on
    admission = preview.admissions[preview.wish.series[0].pk]
    series = with_standing(patient, preview.wish.series, on=first)
    rules = weekly_rules(admission.program, admission, on=first)
    found = yield_of(series, program=admission.program, from_on=first, wanted=wanted_on(admission, first), rules=rules)
    return {
        "least_minutes": found.least_minutes,
        "most_minutes": found.most_minutes,
        "least_days": found.least_days,
        "most_days": found.most_days,
        "min_minutes": found.wanted.min_minutes,
        "max_minutes": found.wanted.max_minutes,
        "days_per_week": found.wanted.days_per_week,
        "spare_minutes": found.spare_minutes,
        "requirements": [
            {
                "name": one.rule.name,
                "measure": one.rule.measure,
                "minimum": one.rule.minimum,
                "maximum": one.rule.maximum,
                "least": one.least,
                "most": one.most,
                "met": one.met,
            }
            for one in found.rules
        ],
        "warnings": [one.value for one in found.warnings],
    }
