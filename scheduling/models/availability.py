"""When a counselor can be put on a session, and when not."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from people.domain.time import Interval, parse_wall
from scheduling.domain.work_hours import WorkPattern

if TYPE_CHECKING:
    from people.models import User


class OfCounselorsQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def visible_to(self, user: "User") -> Self:
        """Those of the counselors whom one sees; to patients there are none."""
        from people.models import Counselor

        if not user.is_clinic_staff:
            return self.none()
        return self.filter(counselor__in=Counselor.objects.visible_to(user).values("pk"))


class CounselorAvailability(models.Model):
    """Hours at a site that recur, in the site's wall clock; `starts_on` and `ends_on` bound the dates in force.

    A counselor without any row is available always; with one they are available in their rows' hours alone.
    """

    counselor = models.ForeignKey("people.Counselor", on_delete=models.CASCADE, related_name="availability")
    site = models.ForeignKey("people.Site", on_delete=models.CASCADE, related_name="+")
    starts_at_local = models.CharField(max_length=16)
    ends_at_local = models.CharField(max_length=16)
    rrule = models.CharField(max_length=300)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar = OfCounselorsQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_on", "starts_at_local", "id"]
        verbose_name_plural = "counselor availability"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at_local__gt=F("starts_at_local")), name="availability_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="availability_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(rrule=""), name="availability_recurs"),
        ]

    def __str__(self) -> str:
        return f"availability {self.pk}"

    @property
    def pattern(self) -> WorkPattern:
        """These hours as the pure value that `scheduling.domain` expands; the site must be read."""
        return WorkPattern(
            starts_at_local=parse_wall(self.starts_at_local),
            ends_at_local=parse_wall(self.ends_at_local),
            zone=self.site.zone,
            rrule=self.rrule,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


class TimeOff(models.Model):
    """A stretch in which a counselor leads nothing, from one instant to another, and why."""

    counselor = models.ForeignKey("people.Counselor", on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar = OfCounselorsQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        verbose_name_plural = "time off"
        indexes: ClassVar = [models.Index(fields=["counselor", "ends_at"], name="time_off_counselor_end")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="time_off_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"time off {self.pk}"

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)
