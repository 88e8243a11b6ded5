"""What somebody must see to in a site's week, on top of the schedule: one card each, the worst first."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.domain.time import local_date
from people.enums import ClosureState
from people.models import Site, SiteClosure, User
from scheduling.models import Session
from scheduling.services.cover import covers_of
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
    absent: Mapping[int, frozenset[int]] = field(default_factory=dict)


Source = Callable[[ScheduleWeek], Iterable[ScheduleNotice]]


def uncovered(week: ScheduleWeek) -> Iterable[ScheduleNotice]:
    """Sessions still to come without anybody there to lead them, and who could."""
    lacking = [one for one in week.sessions if one.ends_at > week.now and _is_uncovered(one, week)][:MOST]
    for cover in covers_of(lacking):
        session = cover.session
        off = [one.short_name for one in cover.leads if one.pk in cover.absent]
        why = _("%(who)s is off") % {"who": ", ".join(off)} if off else _("no counselor")
        booked = ngettext("%(count)d person booked.", "%(count)d people booked.", session.seats_taken)
        best = cover.proposed
        free = _("%(name)s is free and qualified.") % {"name": best.counselor.short_name} if best is not None else ""
        yield ScheduleNotice(
            look="clay",
            icon="person-exclamation",
            strong=_("%(when)s: %(why)s.") % {"when": when_and_where(session), "why": why},
            text=" ".join(part for part in (booked % {"count": session.seats_taken}, free) if part),
            action=Action(
                _("Find a cover"),
                reverse("session-cover", args=[session.pk]),
                look="text",
                icon="arrow-right",
                hint=when_and_where(session),
            )
            if week.user.has_perm("scheduling.change_session", session)
            else None,
        )


def _is_uncovered(session: Session, week: ScheduleWeek) -> bool:
    absent = week.absent.get(session.pk, frozenset())
    return all(one.pk in absent for one in session.counselors.all())


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


def outside_hours(week: ScheduleWeek) -> Iterable[ScheduleNotice]:
    """Series with evenings ahead for which the site's hours leave no room: nobody is on them until either changes."""
    if week.site.pk not in week.user.scope.managed_site_ids:
        return
    found: dict[int | None, list[Session]] = {}
    for row in Session.objects.outside_hours(now=week.now).filter(site=week.site).select_related("site"):
        found.setdefault(row.series_id, []).append(row)
    for series_id, rows in found.items():
        words = ngettext(
            "%(title)s: %(count)d session is not held.", "%(title)s: %(count)d sessions are not held.", len(rows)
        )
        first = f"{figures.short_day(day_of(rows[0]))}, {times_of(rows[0])}"
        yield ScheduleNotice(
            look="amber",
            icon="door-closed",
            strong=words % {"title": rows[0].title, "count": len(rows)},
            text=_("Outside the opening hours, from %(when)s on.") % {"when": first},
            action=Action(_("Look at the series"), reverse("schedule-series", args=[series_id]), hint=rows[0].title)
            if series_id is not None
            else Action(_("Look at the hours"), reverse("site", args=[week.site.pk]), hint=first),
        )


SOURCES: list[Source] = [uncovered, outside_hours, closures_ahead]
"""Asked in this order; each in a constant number of queries."""


def notices_of(week: ScheduleWeek) -> list[ScheduleNotice]:
    """The week's notices, the most pressing source first."""
    return [notice for source in SOURCES for notice in source(week)][:MOST]


def when_and_where(session: Session) -> str:
    """ "Thu 6–9 pm, Room 4": its site and room must be read."""
    day = figures.long_day(day_of(session)).partition(figures.NBSP)[0]
    parts = (f"{day} {times_of(session)}", str(place_of(session)))
    return ", ".join(part for part in parts if part)
