"""The trail of the schedule and of a person, a line for each entry: who changed what, from what, to what, and when."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.queries.touch_words import reason_words, touch_words
from people.models import Counselor, Room, TrailEntry
from people.models import User as Account
from scheduling.models import Session
from web import format as figures
from web.rows.contacts import when_said
from web.rows.differences import Names, differences, span_in_words


@dataclass(frozen=True)
class HistoryLine:
    """One entry in words; `about` is the session, series or closure that it is about, where the page shows several."""

    what: str
    about: str
    about_url: str
    details: tuple[str, ...]
    reason: str
    who: str
    when: str


def history_lines(
    entries: Sequence[TrailEntry], *, zone: ZoneInfo, named: bool, may_open: bool = False
) -> list[HistoryLine]:
    """The entries in words, in the order given, in four queries however many there are.

    `named` says of each which session it is about; `may_open` links it to the session's own page.
    """
    accounts = _names(Account, {entry.actor_id for entry in entries})
    names = Names(
        rooms=_names(Room, _ids(entries, "room")), counselors=_names(Counselor, _ids(entries, "counselors")), zone=zone
    )
    sessions = Session.objects.select_related("site").in_bulk(
        {pk for entry in entries if (pk := _session_id(entry)) is not None} | _ids(entries, "session")
    )
    return [_line(entry, accounts, names, sessions, named=named, may_open=may_open) for entry in entries]


def _line(
    entry: TrailEntry,
    accounts: Mapping[int, str],
    names: Names,
    sessions: Mapping[int, Session],
    *,
    named: bool,
    may_open: bool,
) -> HistoryLine:
    session_id = _session_id(entry)
    session = sessions.get(session_id) if session_id is not None else None
    return HistoryLine(
        what=touch_words(entry.action),
        about=_about(entry, session, names) if named else "",
        about_url=reverse("session-history", args=[session.pk]) if session is not None and may_open else "",
        details=tuple(differences(entry, names, sessions)),
        reason=reason_words(entry.reason),
        who=accounts.get(entry.actor_id or 0) or _("The system"),
        when=when_said(entry.at, names.zone),
    )


def _about(entry: TrailEntry, session: Session | None, names: Names) -> str:
    if session is not None:
        return span_in_words(session.starts_at, session.ends_at, session.site.zone)
    facts = entry.after or entry.before or {}
    if entry.subject_type == "room":
        return str(facts.get("name", ""))
    if entry.subject_type == "timeoff":
        start, end = (dt.datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
        return f"{when_said(start, names.zone)} {figures.DASH} {when_said(end, names.zone)}"
    if entry.subject_type in {"siteclosure", "leave", "standingbooking"} and facts.get("starts_on"):
        first = dt.date.fromisoformat(facts["starts_on"])
        last = dt.date.fromisoformat(facts["ends_on"]) if facts.get("ends_on") else None
        return figures.day_range(first, last) if last else _("from %(day)s on") % {"day": figures.short_day(first)}
    return ""


def _session_id(entry: TrailEntry) -> int | None:
    """The session that an entry is about: itself, or that of a booking."""
    if entry.subject_type == "session":
        return entry.subject_id
    if entry.subject_type == "booking":
        found: int | None = (entry.after or entry.before or {}).get("session")
        return found
    return None


def _ids(entries: Sequence[TrailEntry], name: str) -> set[int]:
    """The ids that the facts of the entries hold under the name."""
    found: set[int] = set()
    for facts in (facts for entry in entries for facts in (entry.before, entry.after) if facts):
        value: Any = facts.get(name)
        found |= {one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int)}
    return found


def _names(model: Any, ids: Collection[int | None]) -> dict[int, str]:
    wanted = {pk for pk in ids if pk is not None}
    return dict(model.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
