"""A change of an appointment that somebody has to learn of, and what they were last told of it."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: "User") -> Self:
        """One's own; staff also see what the patients that they see have not been told."""
        from people.models import Patient

        seen = Q(user_id=user.pk)
        if user.scope.patient_id is not None:
            seen |= Q(patient_id=user.scope.patient_id)
        if user.is_clinic_staff:
            seen |= Q(patient__in=Patient.objects.visible_to(user).values("pk"))
        return self.filter(seen)

    def waiting(self) -> Self:
        """Those that somebody still has to be told, if they are still true."""
        return self.filter(waiting=True)


class Change(models.Model):
    """One row a (recipient, session) that ever changed for them without their doing.

    `known` is the appointment as the recipient knows it, `said` as the latest `message` says it (`Standing.as_json`);
    once that message is sent, what was said is what is known. While nobody has a row for it, they know it as it is.
    `recipient` is "patient:ID" or "user:ID"; `waiting` until it is told, taken back or over.
    """

    recipient = models.CharField(max_length=32)
    patient = models.ForeignKey(
        "people.Patient", on_delete=models.CASCADE, null=True, blank=True, related_name="changes", db_index=False
    )
    user = models.ForeignKey(
        "people.User", on_delete=models.CASCADE, null=True, blank=True, related_name="changes", db_index=False
    )
    session = models.ForeignKey("scheduling.Session", on_delete=models.CASCADE, related_name="changes")
    known = models.JSONField()
    said = models.JSONField(null=True, blank=True)
    waiting = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    message = models.ForeignKey(
        "notifications.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="changes"
    )

    objects: ClassVar = ChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["recipient"], condition=Q(waiting=True), name="change_waiting"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "session"], name="change_once"),
            models.CheckConstraint(
                condition=Q(patient=None, user__isnull=False) | Q(patient__isnull=False, user=None),
                name="change_one_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"
