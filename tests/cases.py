"""The worked examples that the rules are held to: one JSON file a rule.

`CASES_DIR` may name another folder with files of the same names and shapes.
"""

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest


def cases_of(name: str) -> list[Any]:
    """Return the cases of `<name>.json` as parameters, each with an id that says what it is about."""
    folder = Path(os.environ.get("CASES_DIR") or Path(__file__).with_name("cases"))
    cases = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    assert cases, f"{name}.json holds no case"
    return [pytest.param(case, id=f"{number:02}-{_label(case)}") for number, case in enumerate(cases, start=1)]


def instant(text: str) -> datetime:
    """Read an RFC 3339 instant."""
    return datetime.fromisoformat(text)


def day(text: str | None) -> date | None:
    """Read a date that may be absent."""
    return None if text is None else date.fromisoformat(text)


def _label(case: dict[str, Any]) -> str:
    """Say in a few words what tells the case from its neighbours."""
    if "name" in case:
        return str(case["name"]).replace(" ", "-")
    if "rrule" in case:
        return f"{case['time_zone']}-{case['starts_at_local']}-{case['rrule']}"
    if "requirement" in case:
        requirement = case["requirement"]
        return f"{requirement['measure']}-{requirement['window']}-as-of-{case['as_of']}"
    if "partial_week_policy" in case:
        return f"{case['week_starts_on']}-{case['partial_week_policy']}-{case['expect']['active_days']}-days"
    if "instant" in case:
        return f"{case['time_zone']}-{case['first_weekday']}-{case['instant']}"
    return str(case.get("expect", ""))
