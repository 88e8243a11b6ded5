"""Closures in words: their days, what they call off, whose weeks they leave short, and what could be instead."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.enums import ClosureState
from people.models import Site, SiteClosure
from people.services.closures import ClosureFields
from scheduling.models import Session
from scheduling.services.closure_preview import ClosurePreview, ShortWeek, Suggestion
from web import format as figures
from web.rows.sessions import day_of, place_of, times_of

MOST = 60
FAR_OFF = dt.timedelta(days=120)


@dataclass(frozen=True)
class ClosureRow:
    """One closure in a site's list."""

    url: str
    days: str
    reason: str
    state: str
    is_proposed: bool


@dataclass(frozen=True)
class ShortRow:
    """Somebody whose week would not reach its goal: their name, their record, and what would be left of it."""

    name: str
    url: str
    what: str


@dataclass(frozen=True)
class ClosureView:
    """A preview as its page shows it."""

    answer: str
    sessions: tuple[str, ...]
    restored: tuple[str, ...]
    falls: tuple[ShortRow, ...]
    short: tuple[ShortRow, ...]
    suggestions: tuple[tuple[str, str], ...]
    confirmed: str


def closure_rows(site: Site, *, today: dt.date) -> list[ClosureRow]:
    """Those that are not over, soonest first; lifted ones are left out, and proposals for a time that is far off."""
    rows = site.closures.filter(ends_on__gte=today).exclude(state=ClosureState.LIFTED)
    rows = rows.exclude(state=ClosureState.PROPOSED, starts_on__gt=today + FAR_OFF)
    return [
        ClosureRow(
            url=reverse("closure", args=[site.pk, row.pk]),
            days=days_of(row),
            reason=row.reason,
            state=str(ClosureState(row.state).label),
            is_proposed=row.state == ClosureState.PROPOSED,
        )
        for row in rows
    ]


def days_of(closure: SiteClosure | ClosureFields) -> str:
    """ "Thu 26 Nov", "24–26 Dec", "Wed 25 Nov, 5–11 pm"."""
    if closure.starts_on != closure.ends_on:
        return figures.day_range(closure.starts_on, closure.ends_on)
    day = figures.short_day(closure.starts_on)
    if closure.starts_at is None or closure.ends_at is None:
        return day
    start, end = (dt.datetime.combine(closure.starts_on, at) for at in (closure.starts_at, closure.ends_at))
    times = figures.time_range(start.replace(tzinfo=dt.UTC), end.replace(tzinfo=dt.UTC), zone=dt.UTC)
    return _("%(day)s, %(times)s") % {"day": day, "times": times}


def closure_view(preview: ClosurePreview) -> ClosureView:
    """Everything that it would do, the answer first."""
    return ClosureView(
        answer=_answer(preview),
        sessions=tuple(_session(preview, one.pk, _when(one)) for one in preview.sessions),
        restored=tuple(_when(one) for one in preview.restored),
        falls=tuple(_short(one) for one in preview.short if one.falls)[:MOST],
        short=tuple(_short(one) for one in preview.short if not one.falls)[:MOST],
        suggestions=tuple(_suggestion(one) for one in preview.suggestions),
        confirmed=",".join(str(row.pk) for row in preview.bookings),
    )


def _answer(preview: ClosurePreview) -> str:
    count = len(preview.sessions)
    if not count and preview.restored:
        back = len(preview.restored)
        words = ngettext("%(count)d session could take place again", "%(count)d sessions could take place again", back)
        return words % {"count": back}
    if not count:
        return _("Nothing that is planned would be called off")
    people = len(preview.patients)
    sessions = ngettext("%(count)d session would be called off", "%(count)d sessions would be called off", count)
    booked = ngettext("%(count)d person is booked", "%(count)d people are booked", people)
    return _("%(sessions)s, %(people)s") % {
        "sessions": sessions % {"count": count},
        "people": booked % {"count": people},
    }


def _when(session: Session) -> str:
    """ "Thu 26 Nov, 6–9 pm, Room 4"."""
    parts = (figures.short_day(day_of(session)), times_of(session), str(place_of(session)))
    return ", ".join(part for part in parts if part)


def _session(preview: ClosurePreview, session_id: int, when: str) -> str:
    seats = sum(1 for row in preview.bookings if row.live and row.session_id == session_id)
    booked = ngettext("%(count)d booked", "%(count)d booked", seats) % {"count": seats}
    return _("%(when)s: %(booked)s") % {"when": when, "booked": booked}


def _short(one: ShortWeek) -> ShortRow:
    what = _("%(left)s of %(goal)s in the week of %(day)s") % {
        "left": figures.minutes(one.left_minutes),
        "goal": figures.minutes(one.minimum_minutes),
        "day": figures.short_day(one.week),
    }
    return ShortRow(one.patient.name, reverse("patient", args=[one.patient.pk]), what)


def _suggestion(one: Suggestion) -> tuple[str, str]:
    """What could be instead, and where it is put on the schedule."""
    session, zone = one.session, one.session.site.zone
    local = one.interval.start.astimezone(zone)
    when = _("%(day)s, %(times)s") % {
        "day": figures.short_day(local.date()),
        "times": figures.time_range(one.interval.start, one.interval.end, zone=zone),
    }
    free = ngettext("%(free)d of %(count)d person is free", "%(free)d of %(count)d people are free", one.of)
    query = {"program": session.program_id, "site": session.site_id, "on": local.date().isoformat()}
    words = _("%(when)s instead of %(was)s: %(free)s") % {
        "when": when,
        "was": f"{figures.short_day(day_of(session))}, {times_of(session)}",
        "free": free % {"free": one.free, "count": one.of},
    }
    return words, f"{reverse('schedule-session-new')}?{urlencode(query)}"
