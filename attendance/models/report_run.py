"""A report that a worker makes: what was asked, how far it is, and its file in pieces until it expires."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from attendance.enums import ReportFormat, ReportKind, RunState

if TYPE_CHECKING:
    from people.models import User


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    def visible_to(self, user: "User") -> Self:
        """One's own, and none once one answers for nobody: a report is shown to nobody but whoever asked for it."""
        return self.filter(requested_by_id=user.pk) if user.scope.answers_for_anybody else self.none()

    def claimable(self, now: datetime) -> Self:
        """Those that wait, and those whose worker has not been heard of for longer than its lease."""
        return self.filter(
            Q(state=RunState.WAITING) | Q(state=RunState.RUNNING, claimed_until__lte=now), expires_at__gt=now
        )


class ReportRun(models.Model):
    """`asked` says what (see `ReportAsked`), `done` of `total` people are through. A claim is a lease: `claimed_until`
    moves on with every piece written, and `attempts` numbers the claims, so that a worker knows that it lost its own.
    `held` are the admissions whose weeks the file holds: only whoever still answers for all of them may fetch it.
    """

    requested_by = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="report_runs")
    kind = models.CharField(max_length=10, choices=ReportKind.choices)
    format = models.CharField(max_length=4, choices=ReportFormat.choices)
    asked = models.JSONField()
    language = models.CharField(max_length=2, default="en")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    held = models.JSONField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    objects: ClassVar = ReportRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-requested_at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["requested_at"],
                condition=Q(state__in=(RunState.WAITING, RunState.RUNNING)),
                name="report_run_to_do",
            ),
            models.Index(fields=["expires_at"], name="report_run_expiry"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_run_kind_known"),
            models.CheckConstraint(condition=Q(format__in=ReportFormat.values), name="report_run_format_known"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="report_run_state_known"),
        ]

    def __str__(self) -> str:
        return f"report run {self.pk}"

    @property
    def is_going(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in (RunState.WAITING, RunState.RUNNING)


class ReportPiece(models.Model):
    """A stretch of a run's file: in the database, so that any web process can hand out what any worker wrote."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "number"], name="report_piece_once")]

    def __str__(self) -> str:
        return f"piece {self.number} of report run {self.run_id}"
