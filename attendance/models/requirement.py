"""A named rule beside the target: what a payer, a licence, a court or the program asks."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from attendance.domain import requirements as rules
from attendance.enums import Asker, RequirementMeasure, RequirementWindow

if TYPE_CHECKING:
    from people.models import Program, User


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the admissions and programs that one sees."""
        from people.models import Admission, Program

        return self.filter(
            Q(admission__in=Admission.objects.visible_to(user).values("pk"))
            | Q(program__in=Program.objects.visible_to(user).values("pk"))
        )

    def asked_of(self, admission_ids: list[int], program_ids: list[int]) -> Self:
        """What is asked of these admissions themselves, and of everybody in these programs."""
        return self.filter(Q(admission_id__in=admission_ids) | Q(program_id__in=program_ids))


class Requirement(models.Model):
    """Of a program or of one admission; each is judged on its own and shown by name (rule 4b).

    `minimum` and `maximum` are minutes, days, services or percent, by `measure`; either may be absent. `kinds` and
    `foci` say which sessions count; empty means all, and both must match. A day counts from `day_minimum_minutes`
    credited on (180: H0015 and several states). A total is due `within_weeks` of the admission.
    """

    program = models.ForeignKey(
        "people.Program", on_delete=models.CASCADE, null=True, blank=True, related_name="requirements"
    )
    admission = models.ForeignKey(
        "people.Admission", on_delete=models.CASCADE, null=True, blank=True, related_name="requirements"
    )
    name = models.CharField(max_length=80)
    asked_by = models.CharField(max_length=10, choices=Asker.choices)
    measure = models.CharField(max_length=10, choices=RequirementMeasure.choices)
    window = models.CharField(max_length=10, choices=RequirementWindow.choices)
    minimum = models.PositiveIntegerField(null=True, blank=True)
    maximum = models.PositiveIntegerField(null=True, blank=True)
    day_minimum_minutes = models.PositiveSmallIntegerField(default=rules.DAY_MINIMUM_MINUTES)
    kinds = models.JSONField(default=list, blank=True)
    foci = models.JSONField(default=list, blank=True)
    in_force_from = models.DateField(null=True, blank=True)
    in_force_to = models.DateField(null=True, blank=True)
    within_weeks = models.PositiveSmallIntegerField(null=True, blank=True)

    objects: ClassVar = RequirementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(program=None, admission__isnull=False) | Q(program__isnull=False, admission=None),
                name="requirement_of_program_or_admission",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=False) | Q(maximum__isnull=False), name="requirement_asks_something"
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(maximum=None) | Q(minimum__lte=F("maximum")),
                name="requirement_bounds_in_order",
            ),
            models.CheckConstraint(
                condition=Q(in_force_from=None) | Q(in_force_to=None) | Q(in_force_from__lte=F("in_force_to")),
                name="requirement_dates_in_order",
            ),
            models.CheckConstraint(condition=Q(asked_by__in=Asker.values), name="requirement_asker_known"),
            models.CheckConstraint(
                condition=Q(measure__in=RequirementMeasure.values), name="requirement_measure_known"
            ),
            models.CheckConstraint(condition=Q(window__in=RequirementWindow.values), name="requirement_window_known"),
            models.CheckConstraint(
                condition=Q(within_weeks=None) | Q(window="total"), name="requirement_due_only_total"
            ),
        ]

    def __str__(self) -> str:
        return f"requirement {self.pk}"

    @property
    def of_program(self) -> "Program":
        """The program that it is asked in."""
        if self.program is not None:
            return self.program
        if self.admission is not None:
            return self.admission.program
        raise ValueError(self.pk)

    @property
    def rule(self) -> rules.Requirement:
        """As the pure value that is judged."""
        return rules.Requirement(
            measure=self.measure,
            window=self.window,
            minimum=self.minimum,
            maximum=self.maximum,
            day_minimum_minutes=self.day_minimum_minutes,
            kinds=frozenset(self.kinds),
            foci=frozenset(self.foci),
            in_force_from=self.in_force_from,
            in_force_to=self.in_force_to,
            within_weeks=self.within_weeks,
        )
