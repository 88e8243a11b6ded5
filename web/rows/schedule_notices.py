"""What somebody must see to in a site's week, on top of the schedule: one card each, the worst first."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.models import Site, User
from scheduling.models import Session
from web import format as figures
from web.components.actions import Action
from web.rows.sessions import day_of, place_of, times_of

MOST = 6
"""More cards than these push the week itself off the screen; the rest is in the list."""


@dataclass(frozen=True)
class ScheduleNotice:
    """One thing to see to: the heavy words, the rest, and the remedy beside it."""

    look: Literal["clay", "amber", "plain"]
    icon: str
    strong: str
    text: str = ""
    action: Action | None = None


@dataclass(frozen=True)
class ScheduleWeek:
    """What a source of notices is told: the site, its week's sessions as shown, who reads it, and the moment."""

    site: Site
    first_day: dt.date
    sessions: Sequence[Session]
    user: User
    now: dt.datetime


Source = Callable[[ScheduleWeek], Iterable[ScheduleNotice]]


def uncovered(week: ScheduleWeek) -> Iterable[ScheduleNotice]:
    """Sessions still to come without anybody to lead them."""
    for session in week.sessions:
        if session.ends_at <= week.now or session.counselors.all():
            continue
        booked = ngettext("%(count)d person booked.", "%(count)d people booked.", session.seats_taken)
        yield ScheduleNotice(
            look="clay",
            icon="person-exclamation",
            strong=_("%(when)s: no counselor.") % {"when": when_and_where(session)},
            text=booked % {"count": session.seats_taken},
        )


SOURCES: list[Source] = [uncovered]
"""Asked in this order; each in a constant number of queries."""


def notices_of(week: ScheduleWeek) -> list[ScheduleNotice]:
    """The week's notices, the most pressing source first."""
    return [notice for source in SOURCES for notice in source(week)][:MOST]


def when_and_where(session: Session) -> str:
    """ "Thu 6–9 pm, Room 4": its site and room must be read."""
    day = figures.long_day(day_of(session)).partition(figures.NBSP)[0]
    parts = (f"{day} {times_of(session)}", str(place_of(session)))
    return ", ".join(part for part in parts if part)
