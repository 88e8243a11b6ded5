"""What was done about a flag, or for a person without one: a note, a call, an assignment, a resolution."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from attendance.enums import CallOutcome, OutreachKind

if TYPE_CHECKING:
    from people.models import User


class OutreachQuerySet(models.QuerySet["Outreach"]):
    def visible_to(self, user: "User") -> Self:
        """Staff only: what was done about the patients and flags that they see."""
        from attendance.models.flag import Flag
        from people.models import Patient

        if not user.is_clinic_staff:
            return self.none()
        patients = Q(patient__in=Patient.objects.visible_to(user).values("pk"))
        return self.filter(patients | Q(patient=None, flag__in=Flag.objects.visible_to(user).values("pk")))


class Outreach(models.Model):
    """One step, never changed afterwards. `text` is a short administrative remark: no clinical note is kept here.

    `by` is empty where the system itself acted (a flag that resolved or opened itself again). `assignee` is whom it
    was given to. Contact with the person is a kind of its own, so that a board can say when somebody last spoke to
    them.
    """

    flag = models.ForeignKey("attendance.Flag", on_delete=models.PROTECT, null=True, blank=True, related_name="steps")
    patient = models.ForeignKey(
        "people.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="outreach"
    )
    kind = models.CharField(max_length=14, choices=OutreachKind.choices)
    outcome = models.CharField(max_length=12, choices=CallOutcome.choices, blank=True)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    assignee = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar = OutreachQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "-at"],
                condition=Q(kind__in=[OutreachKind.CALL, OutreachKind.TEXT, OutreachKind.IN_PERSON]),
                name="outreach_contact",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=OutreachKind.values), name="outreach_kind_known"),
            models.CheckConstraint(
                condition=Q(flag__isnull=False) | Q(patient__isnull=False), name="outreach_about_something"
            ),
        ]

    def __str__(self) -> str:
        return f"outreach {self.pk}"
