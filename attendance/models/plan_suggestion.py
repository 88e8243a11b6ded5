"""That a plan could step down, or should be looked at again: raised by the weeks, decided by people."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Count, Q

from attendance.enums import SuggestionDecision, SuggestionKind

if TYPE_CHECKING:
    from people.models import User


class PlanSuggestionQuerySet(models.QuerySet["PlanSuggestion"]):
    def visible_to(self, user: "User") -> Self:
        """Staff only: those of the patients that they see."""
        from people.models import Patient

        if not user.is_clinic_staff:
            return self.none()
        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))

    def on_board_of(self, user: "User") -> Self:
        """Those about the people that one answers for, as on the board of weeks."""
        scope = user.scope
        if scope.counselor_id is None:
            return self.filter(admission__site_id__in=scope.site_ids)
        caseload = Q(admission__primary_counselor_id=scope.counselor_id)
        return self.filter(Q(admission__site_id__in=scope.site_ids) | caseload)

    def open(self) -> Self:
        return self.filter(decision="")

    def open_counts(self) -> dict[str, int]:
        """How many of each kind wait for somebody; one query."""
        return dict(self.open().order_by().values_list("kind").annotate(number=Count("pk")))


class PlanSuggestion(models.Model):
    """Once for each (admission, kind, run of weeks); `run_starts_on` is the first date of the run's first week.

    `week` is the latest week of the run when it was raised, `facts` the figures that raised it. Decided by nobody
    (`lapsed`) where the run broke or the target changed meanwhile. Rows stay as history.
    """

    admission = models.ForeignKey("people.Admission", on_delete=models.PROTECT, related_name="plan_suggestions")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="plan_suggestions")
    kind = models.CharField(max_length=10, choices=SuggestionKind.choices)
    run_starts_on = models.DateField()
    week = models.DateField()
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=10, choices=SuggestionDecision.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar = PlanSuggestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-raised_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["admission"], condition=Q(decision=""), name="suggestion_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["admission", "kind", "run_starts_on"], name="suggestion_once_a_run"),
            models.CheckConstraint(condition=Q(kind__in=SuggestionKind.values), name="suggestion_kind_known"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=SuggestionDecision.values, decided_at__isnull=False),
                name="suggestion_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(decision=SuggestionDecision.DISMISSED) | ~Q(reason=""), name="suggestion_dismissed_why"
            ),
        ]

    def __str__(self) -> str:
        return f"plan suggestion {self.pk}"
