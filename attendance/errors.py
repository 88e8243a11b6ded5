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


class FlagResolved(Refusal):
    code = "flag_resolved"
    title = _("This flag is resolved already")


class ReportNotReady(Refusal):
    code = "report_not_ready"
    title = _("This report has no file yet, or none any more")
