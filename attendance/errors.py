"""Every refusal of the attendance app, by its code."""

from django.utils.translation import gettext_lazy as _

from people.errors import Refusal


class RosterIncomplete(Refusal):
    code = "roster_incomplete"
    title = _("Somebody is not marked yet")


class TooEarly(Refusal):
    code = "too_early"
    title = _("It is too early for this")


class WeekClosed(Refusal):
    code = "week_closed"
    title = _("This week is closed")


class WeekOpen(Refusal):
    code = "week_open"
    title = _("This week is not closed yet")


class Stale(Refusal):
    code = "stale"
    title = _("Somebody else has changed this meanwhile")
    status = 412


class SuggestionDecided(Refusal):
    code = "suggestion_decided"
    title = _("This suggestion is decided already")


class NothingToCheckIn(Refusal):
    code = "nothing_to_check_in"
    title = _("There is no appointment to check in to right now")


class DoorCodeStale(Refusal):
    code = "door_code_stale"
    title = _("This code has changed. Use the one on the screen now")


class TooManyAttempts(Refusal):
    code = "throttled"
    title = _("Too many wrong codes. Please wait ten minutes, or tell the team that you are here")
    status = 429


class MarkedAlready(Refusal):
    code = "marked_already"
    title = _("Please tell the team that you are here")


class FlagResolved(Refusal):
    code = "flag_resolved"
    title = _("This flag is resolved already")


class ReportNotReady(Refusal):
    code = "report_not_ready"
    title = _("This report has no file yet, or none any more")
