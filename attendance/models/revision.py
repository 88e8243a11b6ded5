"""What a closed week was found to be, each time that it was: at its close, and after each correction since."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from attendance.enums import RevisionCause

if TYPE_CHECKING:
    from people.models import User


class WeekRevisionQuerySet(models.QuerySet["WeekRevision"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the patients that one sees."""
        from people.models import Patient

        return self.filter(week__patient__in=Patient.objects.visible_to(user).values("pk"))


class WeekRevision(models.Model):
    """Evidence, only ever added (rule 6). Number 1 is the close itself; the week's row shows the latest.

    `figures` holds the week's columns by name, in minutes; `records` what was counted: {"attendance", "booking",
    "session", "starts_at", "status", "planned_minutes", "credited_minutes"}, and of a make-up
    "makes_up_for": {"booking", "starts_at"}; `unsigned` the ids of the sessions whose roster nobody had signed. `by` is
    empty where the sweep closed it.
    """

    week = models.ForeignKey("attendance.TreatmentWeek", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cause = models.CharField(max_length=12, choices=RevisionCause.choices)
    reason = models.CharField(max_length=200, blank=True)
    figures = models.JSONField()
    records = models.JSONField()
    unsigned = models.JSONField(default=list)

    objects: ClassVar = WeekRevisionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["week", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["week", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_counts_from_one"),
            models.CheckConstraint(condition=Q(cause__in=RevisionCause.values), name="revision_cause_known"),
            models.CheckConstraint(
                condition=~Q(cause__in=("amended", "revised")) | ~Q(reason=""), name="revision_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of week {self.week_id}"
