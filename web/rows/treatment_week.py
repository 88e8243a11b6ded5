"""One week of somebody's as evidence: what it was found to be each time, and who touched it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attendance.enums import AttendanceStatus, WeekState
from attendance.models import TreatmentWeek, WeekRevision
from attendance.queries.touch_words import reason_words, touch_words
from attendance.queries.touched import Touch
from scheduling.models import Booking, Session
from web import format as figures
from web.rows.deductions import taken_words
from web.rows.make_ups import day_made_up, make_up_notes
from web.rows.sessions import day_of, times_of

A_DAY = dt.timedelta(days=1)

COMPARED = (
    ("min_minutes", gettext_lazy("goal")),
    ("max_minutes", gettext_lazy("at most")),
    ("credited_minutes", gettext_lazy("attended")),
    ("scheduled_minutes", gettext_lazy("scheduled")),
    ("offered_minutes", gettext_lazy("offered")),
)
"""The minutes that a revision may have changed."""


@dataclass(frozen=True)
class RevisionView:
    """One time that the week was put down. `changes` name a figure, what it was and what it became."""

    title: str
    when: str
    by: str
    reason: str
    status: str
    sum: str
    changes: Sequence[tuple[str, str, str]]
    records: Sequence[tuple[str, str, Sequence[str], int, int]]
    unsigned: str


@dataclass(frozen=True)
class TouchView:
    """Who did what, when."""

    when: str
    by: str
    what: str
    reason: str


@dataclass(frozen=True)
class UnsignedView:
    """A roster that the week waits for."""

    label: str
    url: str


def week_answer(week: TreatmentWeek, unsigned: int) -> str:
    """The first line: how it was closed, or what keeps it open."""
    done, goal = figures.minutes(week.credited_minutes), figures.minutes(week.min_minutes)
    if week.closed_at is not None and week.exempt:
        return _("Closed with %(done)s, no goal") % {"done": done}
    if week.closed_at is not None:
        return _("Closed with %(done)s of %(goal)s") % {"done": done, "goal": goal}
    if unsigned:
        words = ngettext("%(count)d roster is not signed yet", "%(count)d rosters are not signed yet", unsigned)
        return words % {"count": unsigned}
    return _("%(done)s of %(goal)s so far") % {"done": done, "goal": goal}


def revisions_of(revisions: Sequence[WeekRevision], zone: ZoneInfo) -> list[RevisionView]:
    """The revisions, the latest first, each beside the one before it."""
    return [_revision(one, before, zone) for one, before in zip_longest(revisions, revisions[1:])]


def _revision(one: WeekRevision, before: WeekRevision | None, zone: ZoneInfo) -> RevisionView:
    found = one.figures
    changes = [
        (str(word), figures.minutes(before.figures.get(name, 0)), figures.minutes(found.get(name, 0)))
        for name, word in COMPARED
        if before is not None and before.figures.get(name) != found.get(name)
    ]
    count = len(one.unsigned)
    words = ngettext("%(count)d roster was not signed", "%(count)d rosters were not signed", count)
    return RevisionView(
        title=_("%(number)d. %(cause)s") % {"number": one.number, "cause": one.get_cause_display()},
        when=_moment(one.at, zone),
        by=one.by.name if one.by else _("by itself"),
        reason=one.reason,
        status=found["status"],
        sum=_("%(done)s of %(goal)s, %(status)s")
        % {
            "done": figures.minutes(found["credited_minutes"]),
            "goal": figures.minutes(found["min_minutes"]),
            "status": WeekState(found["status"]).label,
        },
        changes=changes,
        records=[_record(record, zone) for record in one.records],
        unsigned=words % {"count": count} if count else "",
    )


def _record(record: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, str, Sequence[str], int, int]:
    """A record as it was frozen: planned less what was taken is counted. One frozen before this was kept says less."""
    starts_at = dt.datetime.fromisoformat(record["starts_at"])
    status = str(AttendanceStatus(record["status"]).label)
    taken = ", ".join(f"{figures.MINUS}{words}" for words in taken_words(record.get("deductions", ())))
    missed = record.get("makes_up_for")
    made_up = day_made_up(dt.datetime.fromisoformat(missed["starts_at"]) if missed else None, zone)
    notes = [note for note in (taken, made_up) if note]
    return _moment(starts_at, zone), status, notes, record["planned_minutes"], record["credited_minutes"]


def touches_view(touches: Sequence[Touch], zone: ZoneInfo) -> list[TouchView]:
    """The trail of the week, as it was read."""
    return [
        TouchView(
            when=_moment(one.at, zone),
            by=one.by or _("The system"),
            what=touch_words(one.entry.action),
            reason=reason_words(one.entry.reason),
        )
        for one in touches
    ]


def make_ups_view(bookings: Sequence[Booking], week: TreatmentWeek) -> list[str]:
    """What of the week stands for something else, or was made up for elsewhere: a line for each of its bookings."""
    zone = week.site.zone
    return [f"{_moment(one.starts_at, zone)}: {note}" for one in bookings for note in make_up_notes(one, zone)]


def unsigned_view(sessions: Sequence[Session]) -> list[UnsignedView]:
    """The rosters that nobody has signed, each with its address."""
    return [
        UnsignedView(f"{figures.short_day(day_of(one))}, {times_of(one)}", reverse("roster", args=[one.pk]))
        for one in sessions
    ]


def range_of(week: TreatmentWeek) -> str:
    """ "16–22 Nov 2026"."""
    return figures.dated_range(week.week, week.week + 6 * A_DAY)


def _moment(at: dt.datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{figures.short_day(local.date())}, {figures.clock(local)}"
