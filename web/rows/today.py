"""A counselor's day in rows: what waits for a signature, and what is on."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.services.roster_rules import OPENS_BEFORE
from scheduling.enums import SessionState
from web import format as figures
from web.components.actions import Action
from web.rows.sessions import described, icon_of, times_of


@dataclass(frozen=True)
class RosterEntry:
    """One session with the state of its roster. `tone` colours the state; `is_due` asks for something now."""

    times: str
    day: str
    icon: str
    described: str
    people: str
    state: str
    state_icon: str
    tone: str
    is_due: bool
    action: Action | None
    cover: Action | None = None


def roster_entry(session: Any, *, now: dt.datetime, today: dt.date, first: bool = False) -> RosterEntry:
    """The row of a session that carries `people` and `marked`; the `first` thing to do gets the filled button."""
    state, icon, tone, is_due = _state(session, now)
    on = session.starts_at.astimezone(session.site.zone).date()
    return RosterEntry(
        times=times_of(session, spaced=True),
        day=figures.relative_day(on, today=today),
        icon=icon_of(session),
        described=described(session),
        people=_people(session),
        state=state,
        state_icon=icon,
        tone=tone,
        is_due=is_due,
        action=Action(
            _do(session, now) if is_due else _("Roster"),
            reverse("roster", args=[session.pk]),
            look="primary" if first and is_due else "soft",
            hint=f"{figures.relative_day(on, today=today)}, {times_of(session)}",
        )
        if session.people
        else None,
        cover=_cover(session, now),
    )


def _cover(session: Any, now: dt.datetime) -> Action | None:
    """For whoever cannot lead it after all."""
    if session.state != SessionState.SCHEDULED or session.starts_at <= now:
        return None
    return Action(
        _("I can’t lead it"),
        reverse("session-cover", args=[session.pk]),
        look="text",
        small=True,
        hint=times_of(session),
    )


def is_to_sign(session: Any, *, now: dt.datetime) -> bool:
    """Whether everybody is marked and only the signature is missing."""
    return bool(session.people == session.marked and now >= session.ends_at and is_due(session, now=now))


def is_due(session: Any, *, now: dt.datetime) -> bool:
    """Whether the roster asks for something now."""
    return _state(session, now)[3]


def _do(session: Any, now: dt.datetime) -> str:
    return _("Sign roster") if is_to_sign(session, now=now) else _("Take roster")


def _people(session: Any) -> str:
    if not session.people:
        return _("Nobody booked")
    if session.people >= session.capacity:
        return ngettext("%(count)d person, full", "%(count)d people, full", session.people) % {"count": session.people}
    return _("%(count)d of %(capacity)d seats") % {"count": session.people, "capacity": session.capacity}


def _state(session: Any, now: dt.datetime) -> tuple[str, str, str, bool]:
    """Words, icon and tone of the roster's state, and whether it asks for something now."""
    if session.state == SessionState.SIGNED:
        return _("Signed"), "check-circle-fill", "pine", False
    if not session.people:
        return _("Nothing to take"), "dash-circle", "sunken", False
    if now < session.starts_at - OPENS_BEFORE:
        away = int((session.starts_at - now).total_seconds() // 60)
        return figures.time_until(away), "clock", "sunken", False
    missing = session.people - session.marked
    if missing and session.marked:
        words = ngettext("%(count)d to mark", "%(count)d to mark", missing) % {"count": missing}
        return words, "exclamation-triangle-fill", "amber", True
    if missing:
        return (_("To take"), "pencil-square", "slate", True) if now < session.ends_at else _overdue()
    if now < session.ends_at:
        return _("All marked"), "check2-all", "pine", False
    return _("To sign"), "pen", "amber", True


def _overdue() -> tuple[str, str, str, bool]:
    return _("Not taken"), "exclamation-triangle-fill", "clay", True
