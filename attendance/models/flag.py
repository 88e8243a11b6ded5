"""Something that a coordinator must act on."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from attendance.enums import FlagKind, FlagState

if TYPE_CHECKING:
    from people.models import User


class FlagQuerySet(models.QuerySet["Flag"]):
    def visible_to(self, user: "User") -> Self:
        """Staff only: those of the patients that they see, and the rosters of their sites and their own sessions."""
        from people.models import Patient
        from scheduling.models import SessionCounselor

        scope = user.scope
        if not user.is_clinic_staff:
            return self.none()
        seen = Q(patient__in=Patient.objects.visible_to(user).values("pk"))
        if scope.site_ids:
            seen |= Q(patient=None, session__site_id__in=scope.site_ids)
        if scope.counselor_id is not None:
            led = SessionCounselor.objects.filter(counselor_id=scope.counselor_id).values("session_id")
            seen |= Q(patient=None, session_id__in=led)
        return self.filter(seen)

    def active(self) -> Self:
        return self.exclude(state=FlagState.RESOLVED)


class Flag(models.Model):
    """Raised once for each (admission, week, kind), or once for each session whose roster is unsigned.

    `facts` holds the figures that raised it. One whose cause is gone resolves itself, says so in `resolution`, and
    opens again if the cause comes back; one that a person resolved (`resolved_by`) stays resolved.
    """

    admission = models.ForeignKey(
        "people.Admission", on_delete=models.PROTECT, null=True, blank=True, related_name="flags"
    )
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="flags")
    session = models.ForeignKey(
        "scheduling.Session", on_delete=models.PROTECT, null=True, blank=True, related_name="flags"
    )
    week = models.DateField()
    kind = models.CharField(max_length=20, choices=FlagKind.choices)
    state = models.CharField(max_length=12, choices=FlagState.choices, default=FlagState.OPEN)
    raised_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    assigned_to = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    resolution = models.CharField(max_length=200, blank=True)

    objects: ClassVar = FlagQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-raised_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["state", "week"], name="flag_state_week")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["admission", "week", "kind"], condition=Q(session=None), name="flag_once_a_week"
            ),
            models.UniqueConstraint(
                fields=["session", "kind"], condition=Q(session__isnull=False), name="flag_once_a_session"
            ),
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="flag_kind_known"),
            models.CheckConstraint(condition=Q(state__in=FlagState.values), name="flag_state_known"),
            models.CheckConstraint(
                condition=Q(admission__isnull=False) | Q(session__isnull=False), name="flag_about_something"
            ),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"
