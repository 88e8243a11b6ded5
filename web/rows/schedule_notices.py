"""What somebody must see to in a site's week, on top of the schedule: one card each, the worst first."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.domain.time import local_date
from people.enums import ClosureState
from people.models import Site, SiteClosure, User
from scheduling.models import Session
from web import format as figures
from web.components.actions import Action
from web.rows.sessions import day_of, place_of, times_of

LOOK_AHEAD = dt.timedelta(days=28)
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


def closures_ahead(week: ScheduleWeek) -> Iterable[ScheduleNotice]:
    """Days of the week on which the site is closed, and holidays of the coming weeks that nobody has decided on."""
    soon = local_date(week.now, week.site.zone) + LOOK_AHEAD
    last = week.first_day + dt.timedelta(days=6)
    rows = SiteClosure.objects.filter(site=week.site).exclude(state=ClosureState.LIFTED).order_by("starts_on", "pk")
    today = local_date(week.now, week.site.zone)
    for row in rows.filter(ends_on__gte=today, starts_on__lte=max(soon, last)):
        proposed = row.state == ClosureState.PROPOSED
        if not proposed and not (row.starts_on <= last and row.ends_on >= week.first_day):
            continue
        days = figures.day_range(row.starts_on, row.ends_on)
        if row.starts_on == row.ends_on:
            days = figures.short_day(row.starts_on)
        address = reverse("closure", args=[week.site.pk, row.pk])
        label = _("Decide") if proposed else _("Look at it")
        may_change = week.site.pk in week.user.scope.managed_site_ids
        yield ScheduleNotice(
            look="amber" if proposed else "plain",
            icon="calendar-x",
            strong=_("%(days)s: open or closed?") % {"days": days}
            if proposed
            else _("%(days)s: closed.") % {"days": days},
            text=row.reason,
            action=Action(label, address, hint=days) if may_change else None,
        )


SOURCES: list[Source] = [uncovered, closures_ahead]
"""Asked in this order; each in a constant number of queries."""


def notices_of(week: ScheduleWeek) -> list[ScheduleNotice]:
    """The week's notices, the most pressing source first."""
    return [notice for source in SOURCES for notice in source(week)][:MOST]


def when_and_where(session: Session) -> str:
    """ "Thu 6–9 pm, Room 4": its site and room must be read."""
    day = figures.long_day(day_of(session)).partition(figures.NBSP)[0]
    parts = (f"{day} {times_of(session)}", str(place_of(session)))
    return ", ".join(part for part in parts if part)
