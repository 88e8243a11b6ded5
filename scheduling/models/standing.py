"""Membership of a series: a seat that is one's own, evening after evening."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from datetime import date

    from people.models import User


class StandingBookingQuerySet(models.QuerySet["StandingBooking"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the patients that one sees."""
        from people.models import Patient

        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))

    def in_force(self) -> Self:
        """All but those that were withdrawn before they began."""
        return self.filter(withdrawn_at=None)

    def in_force_between(self, first: "date", last: "date | None") -> Self:
        """Those with at least one day in the range, both ends included; `last` None: to the end of time."""
        rows = self.in_force().filter(Q(ends_on=None) | Q(ends_on__gte=first))
        return rows if last is None else rows.filter(starts_on__lte=last)


class StandingBooking(models.Model):
    """A patient's place in every occurrence of a series from `starts_on` to `ends_on` (open end: null).

    Leaving writes `ends_on`; whoever leaves before the first day has the row `withdrawn_at`, which counts for nothing
    and stays as history. Rejoining is another row. A patient's rows of one series never share a day.
    """

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="standing_bookings")
    admission = models.ForeignKey("people.Admission", on_delete=models.PROTECT, related_name="standing_bookings")
    series = models.ForeignKey("scheduling.SessionSeries", on_delete=models.PROTECT, related_name="standing_bookings")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    override_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    leave_reason = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StandingBookingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["series", "starts_on"], name="standing_series_start"),
            models.Index(fields=["patient", "starts_on"], name="standing_patient_start"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="standing_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["patient", "series", "starts_on"], condition=Q(withdrawn_at=None), name="standing_start_once"
            ),
        ]

    def __str__(self) -> str:
        return f"standing booking {self.pk}"

    def covers(self, on: "date") -> bool:
        """Whether the day of an occurrence lies within the membership."""
        return self.withdrawn_at is None and self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


class StandingGap(models.Model):
    """An occurrence that a standing booking does not hold: left out when joining, or in the way of something.

    `codes` say why. Open ones (`closed_at` null) wait for staff, and for the sweep, which tries them again.
    """

    class Outcome(models.TextChoices):
        LEFT_OUT = "left_out", "Left out when joining"
        BOOKED = "booked", "Booked after all"
        DISMISSED = "dismissed", "Let go by staff"

    standing_booking = models.ForeignKey(StandingBooking, on_delete=models.CASCADE, related_name="gaps")
    session = models.ForeignKey("scheduling.Session", on_delete=models.CASCADE, related_name="standing_gaps")
    codes = models.JSONField(default=list, blank=True)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        ordering: ClassVar = ["session__starts_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["session"], condition=Q(closed_at=None), name="standing_gap_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standing_booking", "session"], name="standing_gap_once"),
        ]

    def __str__(self) -> str:
        return f"standing gap {self.pk}"
