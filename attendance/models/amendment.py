"""A correction of evidence: what a signed record said before, and why it says something else now."""

from typing import ClassVar

from django.db import models


class Amendment(models.Model):
    """Only ever added. `before` and `after` hold the mark and its credit as the trail keeps them."""

    record = models.ForeignKey("attendance.AttendanceRecord", on_delete=models.PROTECT, related_name="amendments")
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="amendment_has_reason"),
        ]

    def __str__(self) -> str:
        return f"amendment {self.pk}"
