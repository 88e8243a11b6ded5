"""A stretch of an admission with its own weekly target."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from people.domain.targets import Phase

if TYPE_CHECKING:
    from people.models.user import User


class PlanPhaseQuerySet(models.QuerySet["PlanPhase"]):
    def visible_to(self, user: "User") -> Self:
        from people.models.patient import Patient

        return self.filter(admission__patient__in=Patient.objects.visible_to(user).values("pk"))


class PlanPhase(models.Model):
    """The weekly target in force from `starts_on` to `ends_on` (both included; open end: null).

    Within the program's minimum and maximum, unless `transition` with a reason (the step-down's last weeks).
    `wanted_kinds` lists the kinds of session that each week should hold; `template` is the one that it came from.
    """

    admission = models.ForeignKey("people.Admission", on_delete=models.CASCADE, related_name="phases")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    min_minutes = models.PositiveIntegerField()
    max_minutes = models.PositiveIntegerField()
    days_per_week = models.PositiveSmallIntegerField(default=5)
    wanted_kinds = models.JSONField(default=list, blank=True)
    transition = models.BooleanField(default=False)
    transition_reason = models.CharField(max_length=200, blank=True)

    template = models.ForeignKey(
        "people.PlanTemplate", on_delete=models.SET_NULL, null=True, blank=True, related_name="phases"
    )

    objects: ClassVar = PlanPhaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="phase_dates_in_order"
            ),
            models.CheckConstraint(condition=Q(min_minutes__lte=F("max_minutes")), name="phase_min_within_max"),
            models.CheckConstraint(condition=Q(days_per_week__gte=1, days_per_week__lte=7), name="phase_days_sane"),
            models.CheckConstraint(
                condition=Q(transition=False) | ~Q(transition_reason=""), name="phase_transition_has_reason"
            ),
            models.UniqueConstraint(fields=["admission", "starts_on"], name="phase_start_once"),
        ]

    def __str__(self) -> str:
        return f"phase {self.pk}"

    @property
    def value(self) -> Phase:
        """The phase as a pure value."""
        return Phase(
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            min_minutes=self.min_minutes,
            max_minutes=self.max_minutes,
            days_per_week=self.days_per_week,
            transition=self.transition,
            transition_reason=self.transition_reason,
            wanted_kinds=tuple(self.wanted_kinds),
            template=self.template_id,
        )
