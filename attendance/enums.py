"""The closed lists of the attendance app; the stored values are those of the outside contract."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", _("Present")
    EXCUSED = "excused", _("Excused")
    NO_SHOW = "no_show", _("No-show")
    TURNED_AWAY = "turned_away", _("Turned away")


class AttendanceMode(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    TELEHEALTH = "telehealth", _("By video")


class ExcuseSource(models.TextChoices):
    """Who gave an excuse."""

    PATIENT = "patient", _("The patient")
    FAMILY = "family", _("Family")
    EMPLOYER = "employer", _("Employer")
    COURT = "court", _("Court or probation")
    CARE = "care", _("Another place of care")
    CLINIC = "clinic", _("The clinic")


class WeekState(models.TextChoices):
    """How a week stands (rule 5)."""

    OVER = "over", _("Over")
    EXEMPT = "exempt", _("No target")
    MET = "met", _("Reached")
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    BELOW = "below", _("Below")


class Asker(models.TextChoices):
    """Who asks for a requirement."""

    PAYER = "payer", _("Payer")
    LICENCE = "licence", _("Licence")
    COURT = "court", _("Court")
    PROGRAM = "program", _("Program")


class RequirementMeasure(models.TextChoices):
    """What a requirement counts."""

    MINUTES = "minutes", _("Minutes")
    DAYS = "days", _("Days")
    SERVICES = "services", _("Sessions")
    PERCENT = "percent", _("Share")


class RequirementWindow(models.TextChoices):
    """Over which stretch a requirement counts."""

    WEEK = "week", _("Each week")
    MONTH = "month", _("Each month")
    AVERAGE = "average", _("On average")
    TOTAL = "total", _("In total")


class RevisionCause(models.TextChoices):
    """Why a closed week was put down: at its close, or since."""

    CLOSED = "closed", _("Closed")
    AMENDED = "amended", _("A record was amended")
    SIGNED_LATE = "signed_late", _("A roster was signed later")
    REVISED = "revised", _("Judged again")


class FlagKind(models.TextChoices):
    AT_RISK = "at_risk", _("Can still be repaired")
    BELOW_MINIMUM = "below_minimum", _("Nothing free reaches the minimum")
    OVER_MAXIMUM = "over_maximum", _("Above the maximum")
    UNBOOKED = "unbooked", _("Nothing booked")
    FIRST_ABSENCE = "first_absence", _("First absence")
    REPEATED_ABSENCE = "repeated_absence", _("Repeated absence")
    INACTIVE = "inactive", _("Not seen for days")
    REQUIREMENT = "requirement", _("A requirement is at stake")
    UNSIGNED_ROSTER = "unsigned_roster", _("A roster is not signed")


ABSENCE_KINDS = (FlagKind.FIRST_ABSENCE, FlagKind.REPEATED_ABSENCE)
"""About the same absences: one follows the other as they become more."""


class FlagState(models.TextChoices):
    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    RESOLVED = "resolved", _("Resolved")


class OutreachKind(models.TextChoices):
    """What was done. The first three are contact with the person."""

    CALL = "call", _("Call")
    TEXT = "text", _("Text message")
    IN_PERSON = "in_person", _("Talk in person")
    NOTE = "note", _("Note")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    ASSIGNED = "assigned", _("Assigned")
    RESOLVED = "resolved", _("Resolved")
    REOPENED = "reopened", _("Opened again")


CONTACT = (OutreachKind.CALL, OutreachKind.TEXT, OutreachKind.IN_PERSON)
"""The kinds that count as contact with the person."""


class CallOutcome(models.TextChoices):
    """What came of a contact."""

    REACHED = "reached", _("Reached")
    LEFT_MESSAGE = "left_message", _("Left a message")
    NO_ANSWER = "no_answer", _("No answer")
    WILL_BOOK = "will_book", _("Will book")
    CANNOT_COME = "cannot_come", _("Cannot come")


class SuggestionKind(models.TextChoices):
    """What the weeks suggest for a plan."""

    STEP_DOWN = "step_down", _("Could step down")
    REVIEW = "review", _("To review")


class SuggestionDecision(models.TextChoices):
    """What became of a suggestion; `lapsed` by itself."""

    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")
    LAPSED = "lapsed", _("No longer so")


class ReportKind(models.TextChoices):
    HOURS = "hours", _("Weekly hours")
    GRID = "grid", _("Hours by day")
    SUMMARY = "summary", _("Program summary")
    LEDGER = "ledger", _("Hours ledger")
    HISTORY = "history", _("Attendance history")
    PACKET = "packet", _("Packet for a reviewer")


class ReportFormat(models.TextChoices):
    CSV = "csv", _("Text, CSV")
    XLSX = "xlsx", _("Spreadsheet, XLSX")


class RunState(models.TextChoices):
    """How far a report is that a worker makes."""

    WAITING = "waiting", _("Waiting for its turn")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("It could not be made")
    CANCELLED = "cancelled", _("Cancelled")
