"""The fact of one attendance."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from attendance.domain.marks import MARK_FIELDS, Mark
from attendance.enums import AttendanceMode, AttendanceStatus, ExcuseSource

if TYPE_CHECKING:
    from people.models import User


LONGEST_REMARK = 200


class AttendanceRecordQuerySet(models.QuerySet["AttendanceRecord"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the bookings that one sees."""
        from scheduling.models import Booking

        return self.filter(booking__in=Booking.objects.visible_to(user).values("pk"))


class AttendanceRecord(models.Model):
    """How a booking was kept. `credited_minutes` and `deductions` follow rule 3.

    `deductions` lists {"why", "minutes"}; planned minutes less their sum are the credited minutes, exactly.
    `excuse_reason` says why somebody is excused, or why they came late or left early; `remark` is administrative,
    never clinical. `starts_at`, `ends_at`, `breaks` and `policy` (grace, cut-off, rounding) copy what the record was
    last reckoned from; signing reckons once more, and then they stay.
    """

    booking = models.OneToOneField("scheduling.Booking", on_delete=models.PROTECT, related_name="attendance")
    session = models.ForeignKey("scheduling.Session", on_delete=models.PROTECT, related_name="attendance")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="attendance")
    status = models.CharField(max_length=12, choices=AttendanceStatus.choices)
    mode = models.CharField(max_length=10, choices=AttendanceMode.choices, default=AttendanceMode.IN_PERSON)
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    excuse_reason = models.CharField(max_length=80, blank=True)
    excuse_given_by = models.CharField(
        max_length=10, choices=ExcuseSource.choices, blank=True, default="", db_default=""
    )
    excuse_given_at = models.DateTimeField(null=True, blank=True)
    document_seen = models.BooleanField(default=False, db_default=False)
    remark = models.CharField(max_length=LONGEST_REMARK, blank=True, default="", db_default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    breaks = models.JSONField(default=list)
    planned_minutes = models.PositiveSmallIntegerField()
    late_minutes = models.PositiveSmallIntegerField(default=0)
    early_minutes = models.PositiveSmallIntegerField(default=0)
    credited_minutes = models.PositiveSmallIntegerField(default=0)
    deductions = models.JSONField(default=list)
    policy = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = AttendanceRecordQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["patient", "status", "starts_at"], name="record_patient_seen")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=AttendanceStatus.values), name="record_status_known"),
            models.CheckConstraint(
                condition=Q(status="present") | Q(credited_minutes=0), name="record_only_presence_counts"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="record_ends_after_start"),
            models.CheckConstraint(condition=Q(credited_minutes__lte=F("planned_minutes")), name="record_within_plan"),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(left_at=None) | Q(left_at__gte=F("arrived_at")),
                name="record_left_after_arrived",
            ),
            models.CheckConstraint(
                condition=Q(status="excused") | Q(excuse_given_by="", excuse_given_at=None, document_seen=False),
                name="record_only_excuses_are_given",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["present", "excused"]) | Q(excuse_reason=""),
                name="record_reason_goes_with_status",
            ),
            models.CheckConstraint(
                condition=Q(excuse_given_by__in=["", *ExcuseSource.values]), name="record_excuse_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"attendance record {self.pk}"

    @property
    def mark(self) -> Mark:
        """What it says, as a value."""
        return Mark(**{name: getattr(self, name) for name in MARK_FIELDS})

    @property
    def excuse_before_session(self) -> bool | None:
        """Whether the excuse was given before the session; None where it is not known when."""
        return self.excuse_given_at < self.starts_at if self.excuse_given_at else None
