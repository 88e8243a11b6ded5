"""The closed lists of the people app; the stored values are those of the outside contract."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PATIENT = "patient", _("Patient")
    COUNSELOR = "counselor", _("Counselor")
    COORDINATOR = "coordinator", _("Coordinator")
    DIRECTOR = "director", _("Director")
    AUDITOR = "auditor", _("Auditor")


STAFF_ROLES = (Role.COUNSELOR, Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR)


class FirstWeekday(models.TextChoices):
    MONDAY = "monday", _("Monday")
    TUESDAY = "tuesday", _("Tuesday")
    WEDNESDAY = "wednesday", _("Wednesday")
    THURSDAY = "thursday", _("Thursday")
    FRIDAY = "friday", _("Friday")
    SATURDAY = "saturday", _("Saturday")
    SUNDAY = "sunday", _("Sunday")


class PartialWeekPolicy(models.TextChoices):
    """What a week with fewer than seven days in force asks for (rule 4)."""

    PRORATE = "prorate", _("A seventh for each day")
    FULL = "full", _("The whole minimum")
    EXEMPT = "exempt", _("Nothing")


class Rounding(models.TextChoices):
    """How counted minutes are rounded at the end (rule 3)."""

    EXACT = "exact", _("To the minute")
    DOWN_15 = "down_15", _("Down to a quarter of an hour")
    NEAREST_15 = "nearest_15", _("To the nearest quarter of an hour")


class WaitlistPolicy(models.TextChoices):
    """What becomes of a freed seat for which somebody waits."""

    BOOK = "book", _("Booked at once for the first in line")
    OFFER = "offer", _("Offered to the first in line")


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Español"


class FamilyShare(models.TextChoices):
    """What a family member may be told, each only under a consent that names it."""

    INVITATIONS = "invitations", _("When and where to come with the patient")
    ATTENDANCE = "attendance", _("Whether the patient came")


class ClosureKind(models.TextChoices):
    HOLIDAY = "holiday", _("Holiday")
    CLOSURE = "closure", _("Closure")


class ClosureState(models.TextChoices):
    """A holiday of the state's is proposed until somebody says that the site is closed; one that was lifted, or that
    nobody wanted, is not proposed again."""

    PROPOSED = "proposed", _("Not decided yet")
    IN_FORCE = "in_force", _("Closed")
    LIFTED = "lifted", _("Open after all")


class Look(models.TextChoices):
    """What the trail records besides changes: who opened what."""

    PATIENT = "opened_patient", _("Opened a patient's record")
    ROSTER = "opened_roster", _("Opened a roster")
    REPORT = "opened_report", _("Opened a report")
