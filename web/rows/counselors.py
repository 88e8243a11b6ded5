"""Counselors in a list, and one of them with their week, their hours and their time off."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.domain.time import Interval, parse_wall, resolve_wall, to_wall
from people.domain.weeks import Week
from people.enums import Language
from people.models import Counselor
from scheduling.domain.staffing import CounselorTimes
from scheduling.enums import SessionState
from scheduling.models import CounselorAvailability, Session, TimeOff
from web import format as figures
from web.components.week_grid import GridItem, WeekGrid, build_week_grid
from web.forms.schedule_edit import DAYS
from web.rows.covers import language_name
from web.rows.sessions import icon_of

DRAWN = (7, 21)
"""From when to when time off is drawn: nights would make the week twice as tall."""
_SIMPLE = re.compile(r"FREQ=WEEKLY(?:;INTERVAL=(\d{1,2}))?;BYDAY=((?:[A-Z]{2},?)+)", re.ASCII)


@dataclass(frozen=True)
class CounselorRow:
    """One line of the list: who, what they hold and speak, their week, and whether they are off."""

    name: str
    url: str
    described: str
    week: str
    off: str
    uncovered: str


def counselor_row(
    counselor: Counselor,
    *,
    led_minutes: int,
    uncovered: int,
    off: Sequence[Interval],
    zone: ZoneInfo,
    today: dt.date,
    now: dt.datetime,
) -> CounselorRow:
    """The line; their credentials are prefetched."""
    codes = [
        row.code for row in counselor.held_credentials.all() if row.valid_until is None or row.valid_until >= today
    ]
    languages = [language_name(code) for code in counselor.languages if code != Language.ENGLISH]
    words = ngettext("%(count)d session to cover", "%(count)d sessions to cover", uncovered)
    return CounselorRow(
        name=counselor.name,
        url=reverse("counselor", args=[counselor.pk]),
        described=" · ".join([*codes, *languages]),
        week=_("%(time)s this week") % {"time": figures.minutes(led_minutes)},
        off=_off(off, zone, now=now),
        uncovered=words % {"count": uncovered} if uncovered else "",
    )


def _off(off: Sequence[Interval], zone: ZoneInfo, *, now: dt.datetime) -> str:
    if not off:
        return ""
    first = min(off)
    when = off_in_words(first, zone)
    return _("Off now: %(when)s") % {"when": when} if first.contains(now) else _("Off %(when)s") % {"when": when}


def off_in_words(off: Interval, zone: ZoneInfo) -> str:
    """ "19–21 Nov" where whole days, "19 Nov, 2–6 pm" else."""
    start, end = to_wall(off.start, zone), to_wall(off.end, zone)
    midnight = dt.time.min
    if start.time() == midnight and end.time() == midnight:
        return figures.day_range(start.date(), end.date() - dt.timedelta(days=1))
    if start.date() == end.date():
        return f"{figures.short_day(start.date())}, {figures.time_range(off.start, off.end, zone=zone)}"
    ends = [f"{figures.short_day(one.date())}, {figures.clock(one.time())}" for one in (start, end)]
    return f"{ends[0]} {figures.DASH} {ends[1]}"


# --- one counselor ---


@dataclass(frozen=True)
class HoursRow:
    """Hours that recur, in words."""

    pk: int
    days: str
    times: str
    note: str
    ends_on: dt.date | None


@dataclass(frozen=True)
class OffRow:
    """A stretch of time off."""

    pk: int
    when: str
    reason: str
    cover_url: str
    uncovered: str


def hours_row(row: CounselorAvailability, *, many_sites: bool) -> HoursRow:
    """The hours; the site must be read."""
    start, end = parse_wall(row.starts_at_local), parse_wall(row.ends_at_local)
    notes = [row.site.name] if many_sites else []
    notes.append(
        _("since %(day)s") % {"day": _with_year(row.starts_on)}
        if row.ends_on is None
        else figures.day_range(row.starts_on, row.ends_on)
    )
    return HoursRow(row.pk, _days(row.rrule), figures.time_range(start, end), " · ".join(notes), row.ends_on)


def _with_year(on: dt.date) -> str:
    return f"{figures.day_range(on, on)}{figures.NBSP}{on.year}"


def weekday_of(row: CounselorAvailability) -> tuple[int, str]:
    """The first weekday of hours and their start, to put rows in the order of the week."""
    found = _SIMPLE.fullmatch(row.rrule)
    codes = found[2].split(",") if found else []
    order = [code for code, _label in DAYS]
    return min((order.index(code) for code in codes if code in order), default=7), row.starts_at_local[11:]


def _days(rrule: str) -> str:
    """ "Mon, Wed"; the rule itself where it is less simple."""
    found = _SIMPLE.fullmatch(rrule)
    names = dict(DAYS)
    codes = found[2].split(",") if found else []
    if found is None or not set(codes) <= names.keys():
        return rrule
    days = ", ".join(str(names[code]) for code, _label in DAYS if code in codes)
    every = int(found[1] or 1)
    return f"{days}, {_('every %(count)d weeks') % {'count': every}}" if every > 1 else days


def off_row(row: TimeOff, *, zone: ZoneInfo, knows_why: bool, uncovered: int) -> OffRow:
    """The time off, and how many of their sessions nobody covers yet."""
    words = ngettext("%(count)d session to cover", "%(count)d sessions to cover", uncovered)
    start, end = to_wall(row.starts_at, zone), to_wall(row.ends_at, zone)
    query = f"?first={start.date()}&last={(end - dt.timedelta(minutes=1)).date()}&off={row.pk}"
    return OffRow(
        pk=row.pk,
        when=off_in_words(row.interval, zone),
        reason=row.reason if knows_why else "",
        cover_url=f"{reverse('counselor-away', args=[row.counselor_id])}{query}" if uncovered else "",
        uncovered=words % {"count": uncovered} if uncovered else "",
    )


def draw_counselor_week(
    week: Week,
    zone: ZoneInfo,
    times: CounselorTimes,
    sessions: Iterable[Session],
    *,
    urls: Mapping[int, str],
    now: dt.datetime,
) -> WeekGrid:
    """Hours beneath, time off above them, and what they lead."""
    items = []
    for hours in (times.hours or {}).values():
        items += [
            GridItem(one.start, one.end, "open", _("Hours of work")) for one in hours if one.overlaps(week.interval)
        ]
    for day in week.days:
        shown = Interval(*(resolve_wall(dt.datetime.combine(day, dt.time(hour)), zone) for hour in DRAWN))
        items += [
            GridItem(part.start, part.end, "off", _("Off"))
            for off in times.off
            if (part := off.intersection(shown)) is not None
        ]
    for session in sessions:
        done = session.ends_at <= now
        items.append(
            GridItem(
                session.starts_at,
                session.ends_at,
                "done" if done else "booked",
                session.title,
                icon_of(session),
                url=urls.get(session.pk, ""),
            )
        )
    return build_week_grid(week.days, items, zone, now=now)


def week_answer(counselor: Counselor, sessions: Sequence[Session], uncovered: int) -> str:
    """The first line of somebody's page: what needs somebody, else how much they lead."""
    if uncovered:
        words = ngettext(
            "%(count)d session of %(name)s needs somebody", "%(count)d sessions of %(name)s need somebody", uncovered
        )
        return words % {"count": uncovered, "name": counselor.short_name}
    minutes = sum(one.interval.minutes for one in sessions if one.state != SessionState.CANCELLED)
    return _("%(name)s leads %(time)s this week") % {"name": counselor.short_name, "time": figures.minutes(minutes)}


def profile_line(counselor: Counselor, *, today: dt.date) -> list[str]:
    """What is kept of somebody, in a few words each."""
    parts = []
    for row in counselor.held_credentials.all():
        until = row.valid_until
        if until is None:
            parts.append(row.code)
        elif until < today:
            parts.append(_("%(code)s ran out on %(day)s") % {"code": row.code, "day": _with_year(until)})
        else:
            parts.append(_("%(code)s until %(day)s") % {"code": row.code, "day": _with_year(until)})
    languages = [language_name(code) for code in counselor.languages]
    if languages:
        parts.append(get_text_list(languages, _("and")))
    if counselor.daily_maximum_minutes is not None:
        parts.append(_("%(time)s a day at most") % {"time": figures.minutes(counselor.daily_maximum_minutes)})
    return parts
