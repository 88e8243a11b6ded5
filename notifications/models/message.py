"""The outbox: every message is a row before it is a delivery."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from notifications.enums import OPEN_STATES, Channel, MessageKind, MessageState
from people.enums import Language

if TYPE_CHECKING:
    from datetime import datetime

    from people.models import User


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: "User") -> Self:
        """One's own, and those of the patients of sites that one sees as a whole."""
        from people.models import Admission

        seen = Q(user_id=user.pk)
        if user.scope.patient_id is not None:
            seen |= Q(patient_id=user.scope.patient_id)
        if user.scope.site_ids:
            seen |= Q(patient__in=Admission.objects.filter(site_id__in=user.scope.site_ids).values("patient_id"))
        return self.filter(seen)

    def open(self) -> Self:
        """Those that may still be sent."""
        return self.filter(state__in=OPEN_STATES)

    def due(self, now: "datetime") -> Self:
        """Those whose time has come, and whose last claim, if any, has run out."""
        return self.open().filter(Q(lease_until=None) | Q(lease_until__lte=now), due_at__lte=now)


class Message(models.Model):
    """A rendered text on its way to one contact.

    A worker claims a row by a conditional UPDATE that writes its token (`claimed_by`) and a lease; only the holder
    of the token marks the row sent. `message_id` is the Message-ID header of every attempt. `last_error` is a code,
    never a text: answers of mail servers repeat addresses.
    """

    reminder = models.ForeignKey(
        "notifications.Reminder", on_delete=models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    patient = models.ForeignKey(
        "people.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="messages", db_index=False
    )
    user = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="messages")
    kind = models.CharField(max_length=24, choices=MessageKind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    contact = models.CharField(max_length=254)
    sender_name = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices)
    subject = models.CharField(max_length=160)
    body = models.TextField()
    message_id = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.PENDING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN_STATES), name="message_open_due"),
            models.Index(fields=["patient", "created_at"], name="message_patient"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(
                condition=~Q(state=MessageState.CLAIMED) | Q(lease_until__isnull=False), name="message_claim_is_lease"
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
