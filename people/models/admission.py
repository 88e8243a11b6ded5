"""An episode of care."""

from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from people.domain.weeks import Week, week_containing, week_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from people.models.user import User


class AdmissionQuerySet(models.QuerySet["Admission"]):
    def visible_to(self, user: "User") -> Self:
        """The admissions of the patients that one sees."""
        from people.models.patient import Patient

        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))

    def in_force_on(self, on: "date") -> Self:
        return self.filter(Q(discharged_on=None) | Q(discharged_on__gte=on), admitted_on__lte=on)

    def in_force_between(self, first: "date", last: "date") -> Self:
        """Those with at least one day in the range, both ends included."""
        return self.filter(Q(discharged_on=None) | Q(discharged_on__gte=first), admitted_on__lte=last)


class Admission(models.Model):
    """A patient in a program at a home site from one day to another; a patient's admissions never overlap."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="admissions")
    program = models.ForeignKey("people.Program", on_delete=models.PROTECT, related_name="admissions")
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="admissions")
    primary_counselor = models.ForeignKey(
        "people.Counselor", on_delete=models.SET_NULL, null=True, blank=True, related_name="caseload"
    )
    admitted_on = models.DateField()
    discharged_on = models.DateField(null=True, blank=True)

    objects: ClassVar = AdmissionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-admitted_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["site", "admitted_on"], name="admission_site_from")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(discharged_on=None) | Q(discharged_on__gte=F("admitted_on")),
                name="admission_dates_in_order",
            ),
            models.UniqueConstraint(fields=["patient"], condition=Q(discharged_on=None), name="admission_one_open"),
        ]

    def __str__(self) -> str:
        return f"admission {self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the home site, which gives the patient's days and weeks."""
        return self.site.zone

    def week_of(self, instant: "datetime") -> Week:
        """The patient's week that holds the instant."""
        return week_of(instant, zone=self.zone, first_weekday=self.program.week_begins)

    def week_containing(self, on: "date") -> Week:
        """The patient's week that holds the day."""
        return week_containing(on, zone=self.zone, first_weekday=self.program.week_begins)

    def covers(self, on: "date") -> bool:
        """Whether the day lies within the episode, both ends included."""
        return self.admitted_on <= on and (self.discharged_on is None or on <= self.discharged_on)
