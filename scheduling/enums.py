"""The closed lists of the scheduling app; the stored values are those of the outside contract."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    INDIVIDUAL = "individual", _("One-to-one")
    GROUP = "group", _("Group")
    FAMILY = "family", _("Family")


class Mode(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    TELEHEALTH = "telehealth", _("By video")
    EITHER = "either", _("In person or by video")


class SessionState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    CANCELLED = "cancelled", _("Cancelled")
    SIGNED = "signed", _("Signed")


class BookingStatus(models.TextChoices):
    BOOKED = "booked", _("Booked")
    WAITLISTED = "waitlisted", _("On the waiting list")
    OFFERED = "offered", _("Offered")
    CANCELLED = "cancelled", _("Cancelled")


class WaitlistEvent(models.TextChoices):
    """What happens to somebody in line without their doing."""

    OFFERED = "offered", _("A seat is offered")
    PROMOTED = "promoted", _("A seat was booked")
    EXPIRED = "expired", _("An offer ran out")


class ApartReason(models.TextChoices):
    """Why two patients are kept apart; no more is written down."""

    COURT = "court", _("An order of a court")
    SAFETY = "safety", _("Safety")
    REQUEST = "request", _("A request of one of them")
    CLINICAL = "clinical", _("A decision of the team")


class InvitationState(models.TextChoices):
    ASKED = "asked", _("Not answered yet")
    COMING = "coming", _("Coming")
    DECLINED = "declined", _("Not coming")
    WITHDRAWN = "withdrawn", _("Withdrawn")


HOLDS_SEAT = (BookingStatus.BOOKED, BookingStatus.OFFERED)
