"""A person in care; needs no account to be booked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from people.domain.names import name_patterns
from people.enums import Language

if TYPE_CHECKING:
    from datetime import date

    from people.models.user import User


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: "User") -> Self:
        """Oneself; a counselor's caseload; everybody ever admitted at a site that one sees as a whole.

        The people on sessions that a counselor leads are added by `scheduling`, which knows of sessions.
        """
        scope = user.scope
        seen = Q(pk=scope.patient_id) if scope.patient_id is not None else Q(pk__in=[])
        if scope.site_ids:
            seen |= Q(admissions__site_id__in=scope.site_ids)
        if scope.counselor_id is not None:
            seen |= Q(admissions__primary_counselor_id=scope.counselor_id)
            for extend in COUNSELOR_REACH:
                seen |= extend(scope.counselor_id)
        return self.filter(pk__in=Patient.objects.filter(seen).values("pk"))

    def named(self, typed: str) -> Self:
        """Those whose name holds each word that was typed, in any case, with or without its accents; all for none."""
        found = self
        for pattern in name_patterns(typed):
            found = found.filter(name__iregex=pattern)
        return found

    def admitted_on(self, on: "date") -> Self:
        """Those whose admission covers the day."""
        return self.filter(
            Q(admissions__discharged_on=None) | Q(admissions__discharged_on__gte=on), admissions__admitted_on__lte=on
        ).distinct()


COUNSELOR_REACH: list[Callable[[int], Q]] = []
"""Conditions, by counselor id, under which a counselor sees a patient; upper apps append to it when they load."""


class Patient(models.Model):
    """A person. Names and contact details stay on this row; everything else refers to it by id."""

    user = models.OneToOneField("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="patient")
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ENGLISH)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = PatientQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["name"], name="patient_name")]

    def __str__(self) -> str:
        return f"patient {self.pk}"
