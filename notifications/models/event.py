"""What a patient's calendars show of one session, kept as rendered bytes."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from notifications.enums import EventStatus

if TYPE_CHECKING:
    from people.models import User


class CalendarEventQuerySet(models.QuerySet["CalendarEvent"]):
    def visible_to(self, user: "User") -> Self:
        """One's own alone, like the feeds that show them."""
        return self.filter(patient__user_id=user.pk)


class CalendarEvent(models.Model):
    """One row a (patient, session) that was ever in one of the patient's calendars; kept up while a feed is live.

    `uid` is the booking's, the same for every booking of the pair. `sequence` rises with each change of time, place
    or status (RFC 5545, section 3.8.7.4); `changed_at` is DTSTAMP and LAST-MODIFIED, in whole seconds. `core` is the
    VEVENT without its end and without what the feed's `detail` decides; `summary` and `place` are the lines that
    only `full` shows. A feed joins them, so nothing is rendered when it is fetched.
    """

    patient = models.ForeignKey(
        "people.Patient", on_delete=models.CASCADE, related_name="calendar_events", db_index=False
    )
    session = models.ForeignKey("scheduling.Session", on_delete=models.CASCADE, related_name="calendar_events")
    uid = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=EventStatus.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    core = models.BinaryField()
    summary = models.BinaryField()
    place = models.BinaryField()

    objects: ClassVar = CalendarEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        indexes: ClassVar = [models.Index(fields=["patient", "starts_at"], name="event_patient_start")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "session"], name="event_once"),
            models.CheckConstraint(condition=Q(status__in=EventStatus.values), name="event_status_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"),
            models.CheckConstraint(
                condition=Q(status=EventStatus.CANCELLED, cancelled_at__isnull=False)
                | (~Q(status=EventStatus.CANCELLED) & Q(cancelled_at=None)),
                name="event_cancelled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar event {self.pk}"
