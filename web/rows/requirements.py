"""What is asked beside the target, in words: who asks, the rule, how it stands, and what is still possible."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.domain.requirements import AverageJudgement, Judgement, Measure, PeriodsJudgement, Window
from attendance.enums import Asker
from attendance.models import Requirement
from scheduling.enums import Kind
from web import format as figures


@dataclass(frozen=True)
class StandingLine:
    """One rule of a week: its name, how it stands, and a look."""

    name: str
    asked_by: str
    words: str
    hint: str
    tone: str
    icon: str


def amount(measure: str, value: int) -> str:
    """ "3 days", "9 h", "2 sessions", "50 %"."""
    if measure == Measure.MINUTES:
        return figures.minutes(value)
    if measure == Measure.DAYS:
        return ngettext("%(count)d day", "%(count)d days", value) % {"count": value}
    if measure == Measure.SERVICES:
        return ngettext("%(count)d session", "%(count)d sessions", value) % {"count": value}
    return f"{value}{figures.NBSP}%"


def bounds(measure: str, minimum: int | None, maximum: int | None) -> str:
    """ "at least 3 days", "at most 50 %", "9 h to 19 h"."""
    if minimum is not None and maximum is not None:
        return _("%(least)s to %(most)s") % {"least": amount(measure, minimum), "most": amount(measure, maximum)}
    if minimum is not None:
        return _("at least %(least)s") % {"least": amount(measure, minimum)}
    return _("at most %(most)s") % {"most": amount(measure, maximum or 0)}


def rule_of(row: Requirement) -> str:
    """The rule as a sentence: "Each week at least 3 days of 3 h or more; group"."""
    within = row.get_window_display()
    if row.within_weeks is not None:
        words = ngettext("Within %(count)d week", "Within %(count)d weeks", row.within_weeks)
        within = words % {"count": row.within_weeks}
    said = f"{within} {bounds(row.measure, row.minimum, row.maximum)}"
    if row.measure == Measure.DAYS:
        said = _("%(rule)s of %(least)s or more") % {"rule": said, "least": figures.minutes(row.day_minimum_minutes)}
    only = [str(Kind(kind).label) for kind in row.kinds] + [focus.replace("-", " ") for focus in row.foci]
    return f"{said}; {', '.join(only)}" if only else said


def standing_line(one: Mapping[str, Any]) -> StandingLine:
    """How a week stands against one rule, as its row keeps it."""
    if one["value"] is None:
        words, tone, icon = _("no full week yet"), "slate", "dash-circle"
    elif one["met"]:
        words, tone, icon = _progress(one), "pine", "check-circle-fill"
    elif one["full"] and not one["reachable"]:
        words, tone, icon = _progress(one), "clay", "x-octagon-fill"
    elif one["at_stake"]:
        words, tone, icon = _progress(one), "amber", "exclamation-triangle-fill"
    else:
        words, tone, icon = _progress(one), "slate", "arrow-right-circle"
    return StandingLine(named(one), str(Asker(one["asked_by"]).label), words, _hint(one), tone, icon)


def named(one: Mapping[str, Any]) -> str:
    """The rule's name; beside a month's, the month: "One-to-one each month, November 2026"."""
    starts_on = one.get("month_starts_on")
    if not starts_on:
        return str(one["name"])
    return f"{one['name']}, {month_word(dt.date.fromisoformat(starts_on))}"


def month_word(starts_on: dt.date) -> str:
    """ "November 2026"."""
    return str(date_format(starts_on, "F Y"))


def _progress(one: Mapping[str, Any]) -> str:
    """ "1 of 3 days", "7 h 30 of 9 h", "2 sessions, 1 asked for", "60 %, at most 50 %"."""
    measure, most = one["measure"], one["maximum"]
    counted = measure in (Measure.DAYS, Measure.SERVICES)
    have = amount(measure, one["value"])
    if one["minimum"] is None or (most is not None and one["value"] > most):
        return _("%(have)s, %(bounds)s") % {"have": have, "bounds": bounds(measure, None, most)}
    if one["value"] > one["minimum"]:
        least = str(one["minimum"]) if counted else amount(measure, one["minimum"])
        return _("%(have)s, %(least)s asked for") % {"have": have, "least": least}
    have = str(one["value"]) if counted else have
    return _("%(have)s of %(least)s") % {"have": have, "least": amount(measure, one["minimum"])}


def _hint(one: Mapping[str, Any]) -> str:
    """ "Still possible: Saturday", "Out of reach", or nothing."""
    if one["met"] or not one["full"] or one["value"] is None or one["is_over"]:
        return ""
    if not one["reachable"]:
        return _("out of reach")
    if one["minimum"] is not None and (one["projected"] or 0) >= one["minimum"]:
        return _("booked")
    if one["possible_on"]:
        days = ", ".join(figures.long_day(dt.date.fromisoformat(day)) for day in one["possible_on"])
        return _("still possible: %(days)s") % {"days": days}
    return _("still possible")


def at_stake_words(requirements: Sequence[Mapping[str, Any]]) -> str:
    """Why a flag stands: each rule with its figures."""
    parts = []
    for one in requirements:
        hint = _hint({"met": False, "full": True, "is_over": False, **one})
        parts.append(f"{named(one)}: {_progress(one)}" + (f", {hint}" if hint else ""))
    return "; ".join(parts) + "."


def result_of(judgement: Judgement, row: Requirement) -> str:
    """How an admission stands against a rule over all its weeks."""
    if isinstance(judgement, PeriodsJudgement):
        full = [period for period in judgement.periods if period.full]
        met = sum(period.met for period in full)
        if judgement.window == Window.MONTH:
            words = ngettext("%(met)d of %(count)d full month", "%(met)d of %(count)d full months", len(full))
        else:
            words = ngettext("%(met)d of %(count)d full week", "%(met)d of %(count)d full weeks", len(full))
        return words % {"met": met, "count": len(full)} if full else _("Nothing full yet")
    if isinstance(judgement, AverageJudgement):
        if judgement.value is None:
            return _("No full week yet")
        words = ngettext(
            "%(value)s over %(count)d full week", "%(value)s over %(count)d full weeks", judgement.full_weeks
        )
        return words % {"value": amount(row.measure, judgement.value), "count": judgement.full_weeks}
    value = amount(row.measure, judgement.value)
    if judgement.due_on is None:
        return value
    return _("%(value)s, due %(day)s") % {"value": value, "day": figures.short_day(judgement.due_on)}
