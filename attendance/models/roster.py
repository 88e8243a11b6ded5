"""All bookings of a session, taken and signed together."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Roster(models.Model):
    """One a session, made at its first mark. `version` rises with every save, so that a stale writer is told (412)."""

    session = models.OneToOneField("scheduling.Session", on_delete=models.PROTECT, related_name="roster")
    version = models.PositiveIntegerField(default=0)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None) | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="roster_signed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"roster {self.pk}"
