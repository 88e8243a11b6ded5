"""What a change of a plan would do, as the answers tell it."""

from typing import Any

from rest_framework import serializers

from api.base import Resource
from api.fields import LocalDate, Text
from people.domain.plan_edits import PlanEdit
from people.domain.targets import Phase
from people.domain.time import local_date
from people.models import Admission
from people.services.plan_changes import PlannedWeek, PlanPreview, preview_plan
from scheduling.domain.track_yield import TrackWarning
from scheduling.enums import Kind
from scheduling.services.plan_fits import PhaseFit, plan_fits


class PlannedPhase(serializers.Serializer[Phase]):
    """A phase as it is or would be; it has no id of its own yet."""

    starts_on = LocalDate()
    ends_on = LocalDate(allow_null=True)
    min_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    days_per_week = serializers.IntegerField()
    wanted_kinds = serializers.ListField(child=serializers.ChoiceField(Kind.choices))
    transition = serializers.BooleanField()
    transition_reason = Text()


class PlannedWeekAnswer(serializers.Serializer[PlannedWeek]):
    """What the week would ask for, beside what it asks for now."""

    week = LocalDate(source="starts_on")
    min_minutes = serializers.IntegerField(source="after.min_minutes")
    max_minutes = serializers.IntegerField(source="after.max_minutes")
    exempt = serializers.BooleanField(source="after.exempt")
    transition = serializers.BooleanField(source="after.transition")
    days_per_week = serializers.IntegerField(source="after.days_per_week", allow_null=True)
    min_minutes_before = serializers.IntegerField(source="before.min_minutes")
    max_minutes_before = serializers.IntegerField(source="before.max_minutes")


class PlanFitAnswer(serializers.Serializer[PhaseFit]):
    """The standing bookings in a phase, where they are too much for it or leave its weeks short.

    Any one of `give_up` given up would make the others fit.
    """

    starts_on = LocalDate(source="phase.starts_on")
    least_minutes = serializers.IntegerField(source="found.least_minutes")
    most_minutes = serializers.IntegerField(source="found.most_minutes")
    most_days = serializers.IntegerField(source="found.most_days")
    warnings = serializers.ListField(
        child=serializers.ChoiceField([one.value for one in TrackWarning]), source="found.warnings"
    )
    standing_bookings = serializers.SerializerMethodField()
    give_up = serializers.SerializerMethodField()

    def get_standing_bookings(self, fit: PhaseFit) -> list[str]:
        return [str(row.pk) for row in fit.held]

    def get_give_up(self, fit: PhaseFit) -> list[str]:
        return [str(row.pk) for row in fit.give_up]


class ChangedPhase(serializers.Serializer[Any]):
    before = PlannedPhase()
    after = PlannedPhase()


class PlanPreviewAnswer(serializers.Serializer[Any]):
    """What a change would do. Sent back as `token`, the change is made as shown, or refused as `stale`."""

    preview = serializers.BooleanField()
    token = serializers.CharField()
    phases = PlannedPhase(many=True)
    added = PlannedPhase(many=True)
    changed = ChangedPhase(many=True)
    gone = PlannedPhase(many=True)
    weeks = PlannedWeekAnswer(many=True)
    unfitting = PlanFitAnswer(many=True)


def preview_answer(admission: Admission, edit: PlanEdit, resource: Resource) -> dict[str, Any]:
    """What the change would do, with the standing bookings that would no longer fit. Raises InvalidInput."""
    found: PlanPreview = preview_plan(admission, edit, now=resource.now)
    read = Admission.objects.select_related("site", "program").get(pk=admission.pk)
    fits = plan_fits(read, found.after, today=local_date(resource.now, read.zone))
    shown = {
        "preview": True,
        "token": found.token,
        "phases": found.after,
        "added": found.added,
        "changed": [{"before": old, "after": new} for old, new in found.changed],
        "gone": found.gone,
        "weeks": found.weeks,
        "unfitting": [one for one in fits if not one.fits],
    }
    return dict(PlanPreviewAnswer(shown, context=resource.get_serializer_context()).data)
