"""The trail: who looked at what, who changed what, with before and after. Append-only in the database itself."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

if TYPE_CHECKING:
    from people.models.user import User


class TrailQuerySet(models.QuerySet["TrailEntry"]):
    def visible_to(self, user: "User") -> Self:
        """What concerns patients of the sites that one sees as a whole."""
        from people.models.admission import Admission

        sites = user.scope.site_ids
        return self.filter(patient_id__in=Admission.objects.filter(site_id__in=sites).values("patient_id"))


class TrailEntry(models.Model):
    """One look or change. Ids only, no foreign keys: nothing that is deleted takes its trail with it."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    patient_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar = TrailQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["patient_id", "at"], name="trail_patient_at"),
            models.Index(fields=["subject_type", "subject_id"], name="trail_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
