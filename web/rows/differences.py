"""What an entry of the trail says that changed: "Seats: 12 → 10", a line for each value."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import TrailEntry
from scheduling.enums import Kind, Mode
from scheduling.models import Session
from scheduling.services.series_changes import Scope
from web import format as figures
from web.forms.schedule_edit import SCOPES, breaks_text

NONE = gettext_lazy("none")
TOLD = frozenset({"session", "sessionseries", "room"})
"""Whose values are told one by one."""


@dataclass(frozen=True)
class Names:
    """The names behind the ids that the trail holds, and the clock of its times."""

    rooms: Mapping[int, str]
    counselors: Mapping[int, str]
    zone: ZoneInfo


def differences(entry: TrailEntry, names: Names, sessions: Mapping[int, Session]) -> Iterator[str]:
    """Each value that the change gave another one; of a new thing what it was made of, of a move from where it came."""
    before, after = entry.before or {}, entry.after or {}
    if entry.action == "moved" and before.get("session") in sessions:
        was = sessions[before["session"]]
        yield _("from %(when)s") % {"when": span_in_words(was.starts_at, was.ends_at, was.site.zone)}
    if entry.subject_type not in TOLD or not after:
        return
    if after.get("scope"):
        yield _reach(after, names)
    yield from _times(before, after, names)
    for name, (label, words) in VALUES.items():
        if name in after and before.get(name) != after[name]:
            if name == "link":
                yield str(label)
                continue
            now = words(after[name], names) or str(NONE)
            if not before:
                yield f"{label}: {now}"
                continue
            yield f"{label}: {words(before.get(name), names) or NONE} → {now}"


def span_in_words(start: dt.datetime, end: dt.datetime, zone: ZoneInfo) -> str:
    """ "Tue 24 Nov, 6–9 pm"."""
    times = figures.time_range(start, end, zone=zone)
    return _("%(day)s, %(times)s") % {"day": figures.short_day(start.astimezone(zone).date()), "times": times}


def _times(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> Iterator[str]:
    """When a session takes place, where that is another time."""
    was, now = _span(before, names), _span(after, names)
    if was and now and was != now:
        yield f"{was} → {now}"
    elif now and not before:
        yield now


def _span(facts: Mapping[str, Any], names: Names) -> str:
    if "starts_at" not in facts:
        return ""
    start, end = (dt.datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
    return span_in_words(start, end, names.zone)


def _reach(after: Mapping[str, Any], names: Names) -> str:
    """How far an edit of a series reached."""
    label = str(dict(SCOPES).get(after["scope"], ""))
    if after["scope"] != Scope.FOLLOWING or not after.get("occurrence"):
        return label
    return f"{label}: {_wall(after['occurrence'], names)}"


def _plain(value: Any, _names: Names) -> str:
    return "" if value is None else str(value)


def _kind(value: Any, _names: Names) -> str:
    return str(Kind(value).label) if value in Kind.values else ""


def _mode(value: Any, _names: Names) -> str:
    return str(Mode(value).label) if value in Mode.values else ""


def _wall(value: Any, _names: Names) -> str:
    if not value:
        return ""
    at = dt.datetime.fromisoformat(value)
    return _("%(day)s, %(time)s") % {"day": figures.short_day(at.date()), "time": figures.clock(at)}


def _length(value: Any, _names: Names) -> str:
    return figures.minutes(int(value)) if value else ""


def _day(value: Any, _names: Names) -> str:
    return figures.short_day(dt.date.fromisoformat(value)) if value else ""


def _room(value: Any, names: Names) -> str:
    return names.rooms.get(value, "") if value else ""


def _counselors(value: Any, names: Names) -> str:
    return ", ".join(names.counselors[pk] for pk in value or () if pk in names.counselors)


def _breaks(value: Any, names: Names) -> str:
    """A session keeps instants, a series minutes after its start."""
    found = list(value or ())
    if found and isinstance(found[0], Mapping):
        return breaks_text((one["after_minutes"], one["minutes"]) for one in found)
    spans = [[dt.datetime.fromisoformat(text) for text in pair] for pair in found]
    return ", ".join(figures.time_range(start, end, zone=names.zone) for start, end in spans)


def _pauses(value: Any, _names: Names) -> str:
    days = [[dt.date.fromisoformat(text) for text in pair] for pair in value or ()]
    return ", ".join(figures.day_range(first, last) for first, last in days)


def _use(value: Any, _names: Names) -> str:
    return _("in use") if value else _("not in use any more")


Words = Callable[[Any, Names], str]

VALUES: Mapping[str, tuple[Any, Words]] = {
    "rrule": (gettext_lazy("Rule"), _plain),
    "starts_at_local": (gettext_lazy("Begins"), _wall),
    "duration_minutes": (gettext_lazy("Length"), _length),
    "ends_on": (gettext_lazy("Last day"), _day),
    "pauses": (gettext_lazy("Pauses"), _pauses),
    "title": (gettext_lazy("Title"), _plain),
    "kind": (gettext_lazy("Kind"), _kind),
    "focus": (gettext_lazy("Topic"), _plain),
    "breaks": (gettext_lazy("Breaks"), _breaks),
    "capacity": (gettext_lazy("Seats"), _plain),
    "seats": (gettext_lazy("Seats"), _plain),
    "active": (gettext_lazy("Use"), _use),
    "name": (gettext_lazy("Name"), _plain),
    "room": (gettext_lazy("Room"), _room),
    "counselors": (gettext_lazy("Counselors"), _counselors),
    "mode": (gettext_lazy("How"), _mode),
    "link": (gettext_lazy("Another link for video"), _plain),
}
"""The values that the trail keeps of sessions and series, each with its name and the way to write it."""
