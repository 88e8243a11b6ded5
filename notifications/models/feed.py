"""A secret, revocable address that a calendar app subscribes to."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from notifications.enums import FeedColor, FeedDetail

if TYPE_CHECKING:
    from people.models import User

LONGEST_ALARM_MINUTES = 7 * 24 * 60


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: "User") -> Self:
        """One's own alone: how much a patient lets their calendar show is nobody else's business."""
        return self.filter(patient__user_id=user.pk)

    def live(self) -> Self:
        """Those whose address still answers."""
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """One subscription of a patient.

    Of the address's token only the SHA-256 is kept (`token_hash`, hex); the address itself is shown once. `version`
    rises with every change of what the feed would show, and `changed_at` with it, by a whole second at least: it
    becomes Last-Modified, and two states of a feed must never share one.
    """

    patient = models.ForeignKey("people.Patient", on_delete=models.CASCADE, related_name="calendar_feeds")
    name = models.CharField(max_length=60)
    detail = models.CharField(max_length=12, choices=FeedDetail.choices, default=FeedDetail.APPOINTMENT)
    alarm_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    color = models.CharField(max_length=16, choices=FeedColor.choices, default=FeedColor.NONE, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_fetched_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(detail__in=FeedDetail.values), name="feed_detail_known"),
            models.CheckConstraint(condition=Q(color__in=FeedColor.values), name="feed_color_known"),
            models.CheckConstraint(
                condition=Q(alarm_minutes=None) | Q(alarm_minutes__lte=LONGEST_ALARM_MINUTES),
                name="feed_alarm_within_week",
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"
