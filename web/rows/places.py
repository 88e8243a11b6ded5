"""What stands in the way of something, a line each: sessions, closures, hours."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from people.errors import Refusal
from web import format as figures

MOST = 20


def conflict_lines(refusal: Refusal) -> list[str]:
    """Each thing that a refusal names, "Tue 24 Nov, 6–9 pm: the room is taken"; nothing where it names none."""
    named: Iterable[Mapping[str, Any]] = refusal.data.get("conflicts", ())
    return [_line(one) for one in list(named)[:MOST]]


def _line(one: Mapping[str, Any]) -> str:
    start, end = (datetime.fromisoformat(str(one[name])) for name in ("starts_at", "ends_at"))
    when = _("%(day)s, %(times)s") % {
        "day": figures.short_day(start.date()),
        "times": figures.time_range(start, end, zone=start.tzinfo),
    }
    words = {
        "room": _("the room is taken"),
        "counselor": _("a counselor has another session"),
        "patient": _("somebody booked has another appointment"),
        "opening_hours": _("not open"),
        "closure": _("closed: %(reason)s") % {"reason": one.get("reason", "")},
        "travel": _("too short a way between two sites"),
        "session": _("a session is on"),
    }
    return _("%(when)s: %(why)s") % {"when": when, "why": words.get(str(one.get("what")), _("taken"))}
