"""A patient's busy time: only the times are kept, never where or for whom."""

from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from people.domain.time import parse_wall
from people.validators import validate_time_zone
from scheduling.domain.work_hours import WorkPattern

if TYPE_CHECKING:
    from people.models import User


class WorkHoursQuerySet(models.QuerySet["WorkHours"]):
    def visible_to(self, user: "User") -> Self:
        from people.models import Patient

        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))


class WorkHours(models.Model):
    """A recurring busy time, or a single one where `rrule` is empty.

    `starts_at_local` and `ends_at_local` are wall times "YYYY-MM-DDTHH:MM" in `time_zone`; both ends are wall times,
    so that a night
    shift across a clock change has the hours that it really has. Travel is added on both sides, none for telehealth.
    """

    patient = models.ForeignKey("people.Patient", on_delete=models.CASCADE, related_name="work_hours")
    label = models.CharField(max_length=60, blank=True)
    starts_at_local = models.CharField(max_length=16)
    ends_at_local = models.CharField(max_length=16)
    rrule = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    except_on = models.JSONField(default=list, blank=True)
    travel_before_minutes = models.PositiveSmallIntegerField(default=0)
    travel_after_minutes = models.PositiveSmallIntegerField(default=0)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])

    objects: ClassVar = WorkHoursQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at_local", "id"]
        verbose_name_plural = "work hours"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at_local__gt=F("starts_at_local")), name="work_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="work_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(travel_before_minutes__lte=480, travel_after_minutes__lte=480), name="work_travel_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"work hours {self.pk}"

    @property
    def pattern(self) -> WorkPattern:
        """These hours as the pure value that `scheduling.domain` expands."""
        from datetime import date

        return WorkPattern(
            starts_at_local=parse_wall(self.starts_at_local),
            ends_at_local=parse_wall(self.ends_at_local),
            rrule=self.rrule or None,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            except_on=tuple(date.fromisoformat(day) for day in self.except_on),
            travel_before_minutes=self.travel_before_minutes,
            travel_after_minutes=self.travel_after_minutes,
            zone=ZoneInfo(self.time_zone),
        )
