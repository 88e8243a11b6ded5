"""Days of an admission on which nothing is expected: hospital, jail, travel."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from people.models.user import User


class LeaveQuerySet(models.QuerySet["Leave"]):
    def visible_to(self, user: "User") -> Self:
        from people.models.patient import Patient

        return self.filter(admission__patient__in=Patient.objects.visible_to(user).values("pk"))


class Leave(models.Model):
    """A stretch of leave; both ends are included."""

    admission = models.ForeignKey("people.Admission", on_delete=models.CASCADE, related_name="leaves")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    objects: ClassVar = LeaveQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="leave_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"leave {self.pk}"
