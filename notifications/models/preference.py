"""How somebody wants to be told. Without a row the defaults hold; the language is the person's own."""

from datetime import time
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User

QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(8, 0)


class NotificationPreferenceQuerySet(models.QuerySet["NotificationPreference"]):
    def visible_to(self, user: "User") -> Self:
        """One's own, as an account or as a patient."""
        return self.filter(Q(user_id=user.pk) | Q(patient__user_id=user.pk))


class NotificationPreference(models.Model):
    """One row a patient (with or without an account) or an account of the staff.

    Quiet hours are wall times in the person's zone, half-open, and may span midnight; equal ends mean none.
    """

    patient = models.OneToOneField(
        "people.Patient", on_delete=models.CASCADE, null=True, blank=True, related_name="notification_preference"
    )
    user = models.OneToOneField(
        "people.User", on_delete=models.CASCADE, null=True, blank=True, related_name="notification_preference"
    )
    email_enabled = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    changed_at = models.DateTimeField()

    objects: ClassVar = NotificationPreferenceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(patient=None, user__isnull=False) | Q(patient__isnull=False, user=None),
                name="preference_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"preference {self.pk}"
