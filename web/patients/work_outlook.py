"""What one's work leaves: the drawing of it, whether the week's hours still fit, and the days that are different."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from people.domain.time import Interval, local_date, parse_wall, resolve_wall
from scheduling.domain.work_hours import WorkPattern, busy_in
from scheduling.models import Booking, WorkHours
from scheduling.services.outlook import week_outlook
from web import format as figures
from web.components.hours_bar import HoursBar, build_hours_bar
from web.components.week_grid import GridItem, WeekGrid, build_week_grid
from web.patients.visit import Visit

A_DAY = timedelta(days=1)
LEAST_HOURS = (7, 20)


@dataclass(frozen=True)
class StillFits:
    """Whether the goal of the next whole week can be reached beside the work, in words and as a bar."""

    reached: bool
    headline: str
    note: str
    bar: HoursBar


@dataclass(frozen=True)
class SingleDay:
    """A day that is different: its times, or that there is no work."""

    on: date
    name: str
    times: str


def still_fits(visit: Visit, work: Sequence[WorkPattern]) -> StillFits | None:
    """The real calculation for next week, with `work` in place of the hours kept; None where nothing is asked."""
    one = visit.week_with(visit.today + 7 * A_DAY)
    if one is None:
        return None
    outlook = week_outlook(one.admission, one.week, now=visit.now, work=work)
    target = outlook.target
    if target.exempt or not target.min_minutes:
        return None
    most = outlook.counted_minutes + outlook.bookable_minutes
    reached = most >= target.min_minutes
    goal = figures.hours_in_words(target.min_minutes)
    headline = _("Your %(goal)s fit") if reached else _("Your %(goal)s do not fit")
    note = _("Up to %(most)s of appointments next week are clear of this work.")
    return StillFits(
        reached,
        headline % {"goal": goal},
        note % {"most": figures.minutes(most)},
        build_hours_bar(done=0, booked=most, minimum=target.min_minutes, maximum=max(target.max_minutes, 1)),
    )


def clashes(visit: Visit, work: Iterable[WorkPattern]) -> list[str]:
    """The appointments ahead that lie in the work itself, as "Wed 18 Nov, 6 – 9 pm", in order; they stay booked."""
    ahead = list(
        Booking.objects.live()
        .filter(patient=visit.patient, starts_at__gt=visit.now)
        .order_by("starts_at")
        .values_list("starts_at", "ends_at")
    )
    if not ahead:
        return []
    window = Interval(ahead[0][0], max(ends_at for _starts_at, ends_at in ahead))
    shifts = [busy.work for busy in busy_in(work, window=window)]
    return [
        f"{figures.short_day(local_date(starts_at, visit.zone))}, "
        f"{figures.time_range(starts_at, ends_at, zone=visit.zone, spaced=True)}"
        for starts_at, ends_at in ahead
        if any(shift.overlaps(Interval(starts_at, ends_at)) for shift in shifts)
    ]


def draw_work(visit: Visit, work: Iterable[WorkPattern], *, turns: int) -> list[WeekGrid]:
    """The work of this week, with two turns of the next one too, Monday first."""
    monday = visit.today - timedelta(days=visit.today.weekday())
    first = resolve_wall(datetime.combine(monday, time.min), visit.zone)
    last = resolve_wall(datetime.combine(monday + timedelta(days=7 * turns), time.min), visit.zone)
    items: list[GridItem] = []
    for busy in busy_in(work, window=Interval(first, last)):
        items.append(GridItem(busy.work.start, busy.work.end, "work", _("Work")))
        travels = (way for way in (busy.travel_before, busy.travel_after) if way is not None)
        items += [GridItem(way.start, way.end, "travel", _("Travel")) for way in travels]
    weeks = [[monday + timedelta(days=7 * turn + day) for day in range(7)] for turn in range(turns)]
    return [build_week_grid(days, items, visit.zone, hours=LEAST_HOURS) for days in weeks]


def single_days(rows: Iterable[WorkHours], *, today: date) -> list[SingleDay]:
    """The days ahead that are different, in order; of a day with several times each is named."""
    times: dict[date, list[str]] = {}
    for row in rows:
        if row.rrule:
            for day in map(date.fromisoformat, row.except_on):
                times.setdefault(day, [])
            continue
        starts, ends = parse_wall(row.starts_at_local), parse_wall(row.ends_at_local)
        times.setdefault(starts.date(), []).append(figures.time_range(starts.time(), ends.time(), spaced=True))
    return [
        SingleDay(on, figures.short_day(on), ", ".join(times[on]) or _("No work"))
        for on in sorted(times)
        if on >= today
    ]
