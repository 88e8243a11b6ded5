"""What a closed week was asked beside its target: kept with its figures, so that no later rule judges it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attendance.models import Requirement, TreatmentWeek

RULE = "rule"
"""Where a closed week's standing keeps what else its rule asks."""

PLAIN = ("day_minimum_minutes", "kinds", "foci", "within_weeks")
DATES = ("in_force_from", "in_force_to")
SHOWN = ("name", "asked_by", "measure", "window", "minimum", "maximum")


def rule_to_keep(row: Requirement) -> dict[str, Any]:
    """What a standing does not show of its rule, as JSON."""
    plain = {name: getattr(row, name) for name in PLAIN}
    dates = {name: value.isoformat() if (value := getattr(row, name)) else None for name in DATES}
    return plain | dates


def asked_when_closed(weeks: Iterable[TreatmentWeek]) -> dict[tuple[int, date], Sequence[Requirement]]:
    """By admission and week, the rules that the closed weeks keep; unsaved rows, the removed and changed ones too.

    A week that closed before rules were kept is not in it.
    """
    return {
        (week.admission_id, week.week): _rows(week) for week in weeks if all(RULE in one for one in week.requirements)
    }


def _rows(week: TreatmentWeek) -> list[Requirement]:
    """One for each rule, though a month's may stand there twice."""
    by_rule = {one["requirement"]: one for one in week.requirements}
    return [_row(one) for one in by_rule.values()]


def _row(standing: Mapping[str, Any]) -> Requirement:
    rule = standing[RULE]
    dates = {name: date.fromisoformat(rule[name]) if rule[name] else None for name in DATES}
    shown = {name: standing[name] for name in SHOWN}
    return Requirement(pk=standing["requirement"], **shown, **{name: rule[name] for name in PLAIN}, **dates)
