"""A session on the schedule."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.enums import Mode
from scheduling.models import Session
from web import format as figures
from web.components.actions import Action
from web.rows.sessions import counselors_of, day_of, icon_of, kind_of, place_of, times_of


@dataclass(frozen=True)
class SessionEntry:
    """One line: when, what, who leads it, seats as figure and line."""

    on: dt.date
    day: str
    when: str
    times: str
    short_times: str
    icon: str
    described: str
    counselors: str
    needs_counselor: bool
    seats: str
    is_full: bool
    fill: str
    is_past: bool
    action: Action | None
    edit_url: str
    topic: str
    rooms: str
    is_video: bool
    cover_url: str = ""


def session_entry(
    session: Session,
    *,
    now: dt.datetime,
    may_open: bool,
    may_change: bool = False,
    absent: Collection[int] = (),
) -> SessionEntry:
    """The line of a session, with its site, room and counselors read; `absent` are those of them who are off then."""
    on, past = day_of(session), session.ends_at <= now
    counselors = counselors_of(session, absent=absent)
    covered = any(one.pk not in absent for one in session.counselors.all())
    taken, capacity = session.seats_taken, session.capacity
    topic = "" if session.focus == session.kind else session.focus.replace("-", " ").replace("_", " ")
    place = str(place_of(session))
    parts = [kind_of(session), topic, place]
    when = (
        f"{figures.long_day(on).partition(figures.NBSP)[0]} {figures.clock(session.starts_at, zone=session.site.zone)}"
    )
    return SessionEntry(
        on=on,
        day=figures.short_day(on),
        when=when,
        times=times_of(session, spaced=True),
        short_times=times_of(session),
        icon=icon_of(session),
        described=" · ".join(part for part in parts if part),
        counselors=counselors,
        needs_counselor=not covered and not past,
        seats=_("Full") if session.seats_left == 0 else f"{taken}/{capacity}",
        is_full=session.seats_left == 0,
        fill=f"{100 * min(taken, capacity) / capacity:.0f}%",
        is_past=past,
        action=_roster(session, f"{when}, {place}") if may_open and taken else None,
        edit_url=reverse("schedule-session", args=[session.pk]) if may_change else "",
        topic=session.title,
        rooms=place,
        is_video=session.mode == Mode.TELEHEALTH,
        cover_url=reverse("session-cover", args=[session.pk]) if may_change and not covered and not past else "",
    )


def _roster(session: Session, named: str) -> Action:
    return Action(_("Roster"), reverse("roster", args=[session.pk]), look="text", small=True, hint=named)
