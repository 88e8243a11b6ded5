"""A site's week by rooms or by counselors, day beside day; and the same sessions for the calendar of hours."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.domain.time import to_wall
from people.models import Counselor, Room, Site
from scheduling.models import Session
from web import format as figures
from web.rows.schedule import SessionEntry

A_DAY = dt.timedelta(days=1)
NOBODY = "none"
"""The line, and the calendar's resource, of what has no counselor or no room."""


@dataclass(frozen=True)
class GridDay:
    """The head of a column."""

    name: str
    number: int
    is_today: bool


@dataclass(frozen=True)
class GridLine:
    """A room or a counselor, with a cell of sessions for each day."""

    name: str
    note: str
    is_lacking: bool
    cells: tuple[tuple[SessionEntry, ...], ...]


@dataclass(frozen=True)
class ScheduleGrid:
    """Seven days, and a line for each room or counselor that has something on."""

    by: str
    days: tuple[GridDay, ...]
    lines: tuple[GridLine, ...]


def schedule_grid(
    view: str,
    sessions: Sequence[Session],
    entries: Sequence[SessionEntry],
    *,
    site: Site,
    first: dt.date,
    today: dt.date,
) -> ScheduleGrid | None:
    """The grid; what lacks somebody stands first. None where nothing is on."""
    if not sessions:
        return None
    days = [first + dt.timedelta(days=number) for number in range(7)]
    heads = tuple(GridDay(figures.short_day(day).partition(figures.NBSP)[0], day.day, day == today) for day in days)
    lines = _by_room(sessions, entries, site) if view == "rooms" else _by_counselor(sessions, entries)
    return ScheduleGrid(
        by=view,
        days=heads,
        lines=tuple(
            GridLine(name, note, lacking, tuple(tuple(one for one in found if one.on == day) for day in days))
            for name, note, lacking, found in lines
        ),
    )


Line = tuple[str, str, bool, list[SessionEntry]]


def _by_room(sessions: Sequence[Session], entries: Sequence[SessionEntry], site: Site) -> list[Line]:
    pairs = list(zip(sessions, entries, strict=True))
    without = [entry for one, entry in pairs if one.room_id is None]
    lines: list[Line] = []
    for room in site.rooms.all():
        seats = ngettext("%(count)d seat", "%(count)d seats", room.seats) % {"count": room.seats}
        lines.append((room.name, seats, False, [entry for one, entry in pairs if one.room_id == room.pk]))
    lines.append((_("Video"), "", False, [entry for entry in without if entry.is_video]))
    lines.append(
        (_("No room"), "", True, [entry for one, entry in pairs if one.room_id is None and not entry.is_video])
    )
    return [line for line in lines if line[3]]


def _by_counselor(sessions: Sequence[Session], entries: Sequence[SessionEntry]) -> list[Line]:
    pairs = list(zip(sessions, entries, strict=True))
    people: dict[int, Counselor] = {who.pk: who for one in sessions for who in one.counselors.all()}
    lines: list[Line] = [(_("No counselor"), "", True, [entry for one, entry in pairs if not one.counselors.all()])]
    for who in sorted(people.values(), key=lambda one: (one.name, one.pk)):
        mine = [entry for one, entry in pairs if who in one.counselors.all()]
        lines.append((who.short_name, "", False, mine))
    return [line for line in lines if line[3]]


def calendar_data(
    sessions: Sequence[Session], entries: Sequence[SessionEntry], *, site: Site, first: dt.date, now: dt.datetime
) -> dict[str, Any]:
    """What the calendar of hours draws: wall times of the site, rooms and counselors as columns of a day.

    By `offset`, that of the site's clocks, it knows which day is today wherever the browser is.
    """
    today = to_wall(now, site.zone).date()
    rooms = list(Room.objects.filter(site=site))
    people = list(Counselor.objects.filter(sites=site))
    return {
        "first": first.isoformat(),
        "last": (first + 6 * A_DAY).isoformat(),
        "shown": (today if first <= today <= first + 6 * A_DAY else first).isoformat(),
        "offset": now.astimezone(site.zone).isoformat("T", "minutes")[-len("+00:00") :],
        "rooms": [
            *({"id": str(room.pk), "title": room.name} for room in rooms),
            {"id": NOBODY, "title": _("No room")},
        ],
        "counselors": [
            *({"id": str(one.pk), "title": one.short_name} for one in people),
            {"id": NOBODY, "title": _("No counselor")},
        ],
        "events": [_event(one, entry) for one, entry in zip(sessions, entries, strict=True)],
        "earliest": _earliest(sessions, site),
    }


def _event(session: Session, entry: SessionEntry) -> dict[str, Any]:
    zone = session.site.zone
    return {
        "id": str(session.pk),
        "start": to_wall(session.starts_at, zone).isoformat(),
        "end": to_wall(session.ends_at, zone).isoformat(),
        "title": session.title,
        "room": str(session.room_id or NOBODY),
        "counselors": [str(one.pk) for one in session.counselors.all()] or [NOBODY],
        "who": entry.counselors or _("No counselor"),
        "seats": entry.seats,
        "lacking": entry.needs_counselor,
        "movable": bool(entry.edit_url) and not entry.is_past,
        "url": entry.edit_url,
    }


def _earliest(sessions: Sequence[Session], site: Site) -> str:
    hours = [to_wall(one.starts_at, site.zone).hour for one in sessions] or [8]
    return f"{max(0, min(hours) - 1):02d}:00"
