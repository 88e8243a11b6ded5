"""A note to the recount: something has changed, and these weeks no longer stand as they were counted."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class RecountMark(models.Model):
    """Written in the changing transaction, taken up by the recount.

    It names the weeks of a patient, or all of a program, that meet `[from_at, to_at)`; without a span, all that are
    open. Marks are only ever inserted: no booking waits for another one's weeks, and two that touch the same weeks
    cannot deadlock.
    """

    patient = models.ForeignKey("people.Patient", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    program = models.ForeignKey("people.Program", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    from_at = models.DateTimeField(null=True, blank=True)
    to_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(patient=None, program__isnull=False) | Q(patient__isnull=False, program=None),
                name="mark_names_patient_or_program",
            ),
            models.CheckConstraint(
                condition=Q(from_at=None, to_at=None) | Q(to_at__gt=F("from_at")), name="mark_span_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"recount mark {self.pk}"
