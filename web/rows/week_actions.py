"""What was done about a short week, as lines in their order."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.enums import FlagState
from attendance.models import Flag
from attendance.queries.week_actions import PlanChange, WeekActions
from scheduling.models import Booking
from web import format as figures
from web.rows.contacts import when_said
from web.rows.flags import name_of, own_words, step_of
from web.rows.sessions import day_of, times_of


@dataclass(frozen=True)
class DoneLine:
    """One thing that was done, when, and what was remarked."""

    when: str
    words: str
    text: str = ""


def done_lines(actions: WeekActions, zone: ZoneInfo) -> list[DoneLine]:
    """Everything about one week, oldest first."""
    return [line for _at, line in sorted(_lines(actions, zone), key=lambda one: one[0])]


def _lines(actions: WeekActions, zone: ZoneInfo) -> Iterator[tuple[dt.datetime, DoneLine]]:
    for flag in actions.raised:
        yield flag.raised_at, _raised(flag, zone)
    for flag in actions.raised:
        if flag.state == FlagState.RESOLVED and flag.resolved_at and not flag.resolved_by_id:
            words = _("Settled by itself: %(flag)s") % {"flag": name_of(flag.kind, is_over=True)}
            yield flag.resolved_at, DoneLine(when_said(flag.resolved_at, zone), words, own_words(flag.resolution))
    for step in actions.steps:
        if step.by_id is not None:  # what the system did itself stands with its flag
            said = step_of(step, zone)
            yield step.at, DoneLine(said.when, said.words, said.text)
    for booking in actions.booked:
        yield booking.created_at, _booked(booking, zone)
    for change in actions.changed:
        yield change.at, _changed(change, zone)


def _raised(flag: Flag, zone: ZoneInfo) -> DoneLine:
    words = _("Raised: %(flag)s") % {"flag": name_of(flag.kind, is_over=True)}
    return DoneLine(when_said(flag.raised_at, zone), words)


def _booked(booking: Booking, zone: ZoneInfo) -> DoneLine:
    session = booking.session
    said = {"when": f"{figures.short_day(day_of(session))}, {times_of(session)}"}
    if booking.created_by is None:
        words = _("%(when)s was booked") % said
    else:
        words = _("%(who)s booked %(when)s") % {**said, "who": booking.created_by.name.split(" ")[0]}
    return DoneLine(when_said(booking.created_at, zone), words)


def _changed(change: PlanChange, zone: ZoneInfo) -> DoneLine:
    what = {
        "phase_added": _("a new weekly target"),
        "phase_changed": _("the weekly target changed"),
        "phase_removed": _("a weekly target taken out"),
        "template_applied": _("the plan set by a template"),
        "suggestion_accepted": _("a suggestion about the plan taken up"),
        "suggestion_dismissed": _("a suggestion about the plan dismissed"),
        "leave_added": _("days away entered"),
        "leave_changed": _("days away changed"),
        "leave_removed": _("days away taken back"),
        "discharged": _("discharged"),
        "joined_series": _("a standing booking made"),
        "left_series": _("a standing booking ended"),
    }.get(change.action, _("work hours changed"))
    words = f"{change.by.split(' ')[0]}: {what}" if change.by else f"{what[:1].upper()}{what[1:]}"
    return DoneLine(when_said(change.at, zone), words)
