"""The intent to tell somebody of something at a time."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from notifications.enums import Channel, MessageKind, SubjectType

if TYPE_CHECKING:
    from people.models import User


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: "User") -> Self:
        """Those whose messages one sees."""
        from notifications.models.message import Message

        return self.filter(messages__in=Message.objects.visible_to(user)).distinct()


class Reminder(models.Model):
    """One row for each thing told: its uniqueness is what keeps a reminder from being queued twice.

    `occasion` is the offset in minutes before the subject's start ("1440"), or a digest's date. `recipient` is
    "patient:ID" or "user:ID", never a contact. `batch` names the sweep that wrote the row. When the subject's time
    changes, its rows are deleted: the new time is a new thing to tell.
    """

    subject_type = models.CharField(max_length=16, choices=SubjectType.choices)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=24, choices=MessageKind.choices)
    occasion = models.CharField(max_length=16)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    recipient = models.CharField(max_length=32)
    batch = models.CharField(max_length=32)
    created_at = models.DateTimeField()

    objects: ClassVar = ReminderQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "occasion", "channel", "recipient"], name="reminder_once"
            ),
            models.CheckConstraint(condition=Q(subject_type__in=SubjectType.values), name="reminder_subject_known"),
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="reminder_kind_known"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
