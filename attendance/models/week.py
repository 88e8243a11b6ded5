"""How one admission's week stands: recounted while it is open, frozen at its close."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from attendance.enums import WeekState

if TYPE_CHECKING:
    from people.models import User


class TreatmentWeekQuerySet(models.QuerySet["TreatmentWeek"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the patients that one sees."""
        from people.models import Patient

        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))

    def on_board_of(self, user: "User") -> Self:
        """What one answers for: the admissions at the sites that one sees as a whole, and one's own caseload."""
        scope = user.scope
        if scope.counselor_id is None:
            return self.filter(site_id__in=scope.site_ids)
        caseload = Q(admission__primary_counselor_id=scope.counselor_id)
        return self.filter(Q(site_id__in=scope.site_ids) | caseload if scope.site_ids else caseload)

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def in_board_order(self) -> Self:
        """Below, at risk, over, on track, met, exempt; then the larger shortfall, then id."""
        return self.order_by("status_rank", "-shortfall_minutes", "id")


class TreatmentWeek(models.Model):
    """One row a (admission, week). All figures are minutes.

    `week` is the first local date, `starts_at` and `ends_at` its instants. `credited` and `booked` sum the bookings'
    counted minutes with and without a mark, `bookable` is the most that can still be added (rule 5). `shortfall` is
    what credited and booked lack to the minimum. `offered`: the most that one person could attend of the sessions
    open to them, whatever their work; `scheduled`: the clinical minutes of what they booked, attended or not; `days`:
    local days with credited minutes, `billable_days`: those with 180 or more. `requirements` holds how each rule beside
    the target stands (see `services/requirement_figures.py`), `at_stake` how many of them would fail as booked.

    `stale_at` says since when the figures may be behind (see `RecountMark`), `change_count` how often they were found
    so: a recount clears `stale_at` only if the count did not move meanwhile. `claimed_until` is a worker's lease.
    Once `closed_at` is set the row shows the latest `revision` (see `WeekRevision`), and no recount touches it.
    """

    admission = models.ForeignKey("people.Admission", on_delete=models.PROTECT, related_name="weeks")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="weeks")
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="weeks")
    program = models.ForeignKey("people.Program", on_delete=models.PROTECT, related_name="weeks")
    week = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    min_minutes = models.PositiveIntegerField(default=0)
    max_minutes = models.PositiveIntegerField(default=0)
    exempt = models.BooleanField(default=False)
    transition = models.BooleanField(default=False)
    credited_minutes = models.PositiveIntegerField(default=0)
    booked_minutes = models.PositiveIntegerField(default=0)
    bookable_minutes = models.PositiveIntegerField(default=0)
    offered_minutes = models.PositiveIntegerField(default=0)
    scheduled_minutes = models.PositiveIntegerField(default=0)
    days = models.PositiveSmallIntegerField(default=0)
    billable_days = models.PositiveSmallIntegerField(default=0)
    requirements = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    at_stake = models.PositiveSmallIntegerField(default=0, db_default=0)
    shortfall_minutes = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=WeekState.choices, default=WeekState.BELOW)
    status_rank = models.PositiveSmallIntegerField(default=0)
    computed_at = models.DateTimeField(null=True, blank=True)
    stale_at = models.DateTimeField(null=True, blank=True)
    change_count = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveSmallIntegerField(default=1)

    objects: ClassVar = TreatmentWeekQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-week", "id"]
        indexes: ClassVar = [
            models.Index(fields=["site", "week", "status_rank", "-shortfall_minutes", "id"], name="week_board"),
            models.Index(fields=["week", "status_rank", "-shortfall_minutes", "id"], name="week_board_wide"),
            models.Index(fields=["patient", "week"], name="week_patient"),
            models.Index(fields=["stale_at"], condition=Q(stale_at__isnull=False), name="week_stale"),
            models.Index(fields=["ends_at"], condition=Q(closed_at=None), name="week_to_close"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["admission", "week"], name="week_once"),
            models.CheckConstraint(condition=Q(status__in=WeekState.values), name="week_status_known"),
            models.CheckConstraint(condition=Q(exempt=False) | Q(min_minutes=0), name="week_exempt_asks_nothing"),
        ]

    def __str__(self) -> str:
        return f"week {self.week} of admission {self.admission_id}"

    @property
    def projected_minutes(self) -> int:
        """Credited and booked together."""
        return self.credited_minutes + self.booked_minutes
