"""A program's usual step-down: what a week asks for, step by step."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from people.domain.plan_templates import Step

if TYPE_CHECKING:
    from people.models.user import User


class PlanTemplateQuerySet(models.QuerySet["PlanTemplate"]):
    def visible_to(self, user: "User") -> Self:
        """Staff only: those of the programs run at their sites."""
        return self.filter(program__sites__in=user.scope.staff_site_ids).distinct()


class PlanTemplate(models.Model):
    """Steps in order under a name; which phases they become depends on the day from which they are followed."""

    program = models.ForeignKey("people.Program", on_delete=models.CASCADE, related_name="plan_templates")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    objects: ClassVar = PlanTemplateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["program", "name"], name="template_name_once")]

    def __str__(self) -> str:
        return f"plan template {self.pk}"

    @property
    def values(self) -> tuple[Step, ...]:
        """Its steps as pure values, in order."""
        return tuple(step.value for step in self.steps.all())


class PlanTemplateStep(models.Model):
    """So many weeks with a weekly target of their own; `weeks` null: until discharge, for the last step alone."""

    template = models.ForeignKey(PlanTemplate, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    min_minutes = models.PositiveIntegerField()
    max_minutes = models.PositiveIntegerField()
    days_per_week = models.PositiveSmallIntegerField(default=5)
    wanted_kinds = models.JSONField(default=list, blank=True)
    transition = models.BooleanField(default=False)
    transition_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "position"], name="step_position_once"),
            models.CheckConstraint(condition=Q(min_minutes__lte=F("max_minutes")), name="step_min_within_max"),
            models.CheckConstraint(condition=Q(weeks=None) | Q(weeks__gte=1), name="step_lasts_a_week"),
            models.CheckConstraint(
                condition=Q(days_per_week__gte=3, days_per_week__lte=5)
                | Q(transition=True, days_per_week__gte=2, days_per_week__lte=5),
                name="step_days_sane",
            ),
            models.CheckConstraint(
                condition=Q(transition=False) | (~Q(transition_reason="") & Q(weeks__isnull=False)),
                name="step_transition_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.position} of plan template {self.template_id}"

    @property
    def value(self) -> Step:
        """The step as a pure value."""
        return Step(
            weeks=self.weeks,
            min_minutes=self.min_minutes,
            max_minutes=self.max_minutes,
            days_per_week=self.days_per_week,
            wanted_kinds=tuple(self.wanted_kinds),
            transition=self.transition,
            transition_reason=self.transition_reason,
        )
