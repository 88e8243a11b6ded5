"""The closed lists of the notifications app; the stored values are those of the outside contract."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")


class SubjectType(models.TextChoices):
    """What a reminder is about."""

    BOOKING = "booking", _("Appointment")
    INVITATION = "invitation", _("Invitation")
    USER = "user", _("Account")
    SESSION = "session", _("Session")


class MessageKind(models.TextChoices):
    """Why something is told."""

    APPOINTMENT = "appointment", _("Reminder of an appointment")
    INVITATION = "invitation", _("Invitation")
    INVITATION_CHANGE = "invitation_change", _("Change of an invitation")
    CHANGE = "change", _("Change of an appointment")
    NUDGE = "nudge", _("Unsigned roster")
    DIGEST = "digest", _("Morning digest of the board")
    OFFER = "offer", _("A time has opened")
    SEAT = "seat", _("A time that was waited for")
    OFFER_ENDED = "offer_ended", _("A time was passed on")


class MessageState(models.TextChoices):
    """Where an outbox row stands. Open rows are `pending` and `claimed`; a claim is a lease, not an end."""

    PENDING = "pending", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    DROPPED = "dropped", _("No longer needed")


OPEN_STATES = (MessageState.PENDING, MessageState.CLAIMED)
"""The states in which a message may still be sent."""


class CallReason(models.TextChoices):
    """Why no message tells somebody in time."""

    NO_ADDRESS = "no_address", _("No e-mail address")
    UNWANTED = "unwanted", _("Wants no e-mail")
    FAILED = "failed", _("The e-mail could not be delivered")
    NOT_SENT = "not_sent", _("The e-mail has not left yet")


class FeedDetail(models.TextChoices):
    """What a calendar shows of an appointment; `full` is chosen knowingly, after a warning."""

    BUSY = "busy", _("Busy")
    APPOINTMENT = "appointment", _("Appointment")
    FULL = "full", _("Title and place")


class FeedColor(models.TextChoices):
    """Colour names of CSS (RFC 7986, section 5.9), readable on light and dark."""

    NONE = "", _("As my calendar app likes")
    TEAL = "teal", _("Teal")
    SLATEBLUE = "slateblue", _("Blue")
    SEAGREEN = "seagreen", _("Green")
    CHOCOLATE = "chocolate", _("Orange")
    MEDIUMVIOLETRED = "mediumvioletred", _("Plum")
    SLATEGRAY = "slategray", _("Grey")


HEX_COLORS = {
    FeedColor.TEAL: "#008080",
    FeedColor.SLATEBLUE: "#6A5ACD",
    FeedColor.SEAGREEN: "#2E8B57",
    FeedColor.CHOCOLATE: "#D2691E",
    FeedColor.MEDIUMVIOLETRED: "#C71585",
    FeedColor.SLATEGRAY: "#708090",
}
"""The same colours for X-APPLE-CALENDAR-COLOR, which wants them in numbers."""


class EventStatus(models.TextChoices):
    """The statuses of RFC 5545, section 3.8.1.11, in small letters."""

    CONFIRMED = "confirmed", _("Confirmed")
    TENTATIVE = "tentative", _("Tentative")
    CANCELLED = "cancelled", _("Cancelled")
