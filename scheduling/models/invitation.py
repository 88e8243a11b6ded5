"""Asking a family member to come to one session with the patient."""

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string, salted_hmac

from scheduling.enums import InvitationState

if TYPE_CHECKING:
    from people.models import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the bookings that one sees."""
        from scheduling.models.booking import Booking

        return self.filter(booking__in=Booking.objects.visible_to(user).values("pk"))

    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.exclude(state=InvitationState.WITHDRAWN)

    def by_token(self, token: str) -> Self:
        """The one that the link names, if any."""
        return self.filter(token_digest=digest_of(token))


class Invitation(models.Model):
    """A family member asked to one family session; answers by a link, without an account.

    The link's token is made from `nonce` and the server's secret, so that it can be written into a message when it
    leaves and stands in no table; `token_digest` finds it again.
    """

    booking = models.ForeignKey("scheduling.Booking", on_delete=models.PROTECT, related_name="invitations")
    session = models.ForeignKey("scheduling.Session", on_delete=models.PROTECT, related_name="invitations")
    member = models.ForeignKey("people.FamilyMember", on_delete=models.PROTECT, related_name="invitations")
    state = models.CharField(max_length=10, choices=InvitationState.choices, default=InvitationState.ASKED)
    nonce = models.CharField(max_length=32)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["invited_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking", "member"], condition=~Q(state=InvitationState.WITHDRAWN), name="invited_once"
            ),
            models.CheckConstraint(condition=Q(state__in=InvitationState.values), name="invitation_state_known"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def token(self) -> str:
        """What the link holds: 32 characters that nobody can guess."""
        return token_of(self.nonce)


def new_nonce() -> str:
    """The random part of a token."""
    return get_random_string(32)


def token_of(nonce: str) -> str:
    """The token that belongs to a nonce."""
    mac = salted_hmac("scheduling.invitation", nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()


def digest_of(token: str) -> str:
    """How a token is looked up without being kept."""
    return sha256(token.encode()).hexdigest()
