"""Weeks to plan, for the tests of the planner: options in a few words, and every way of choosing among them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import strategies as st

from people.domain.time import Interval
from scheduling.domain.bookable import NOTHING, DayLoad, WeekLimits
from scheduling.domain.fit import SessionOption
from scheduling.domain.planner import Costs, WeekAsk

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WIDE = WeekLimits(room_minutes=1140, days_limit=5)


def option(
    number: int,
    day: int,
    hour: float,
    minutes: int,
    *,
    kind: str = "group",
    mode: str = "in_person",
    site: int = 1,
    way: int = 0,
) -> SessionOption:
    """A session of the week that begins on 16 November; from site 1 to site 2 it is `way` minutes."""
    starts_at = MONDAY + timedelta(days=day, hours=hour)
    return SessionOption(
        id=number,
        interval=Interval.of_minutes(starts_at, minutes),
        clinical_minutes=minutes,
        mode=mode,
        kind=kind,
        seats_left=5,
        site_id=site,
        local_day=starts_at.date(),
        state="scheduled",
        booking_closes_at=starts_at,
        ways=((3 - site, way),) if way else (),
    )


def day_of(number: int) -> date:
    return (MONDAY + timedelta(days=number)).date()


def choices(options: Sequence[SessionOption], limits: WeekLimits) -> Iterator[tuple[SessionOption, ...]]:
    """Every set that the limits allow, tried one by one."""
    for size in range(len(options) + 1):
        for chosen in combinations(options, size):
            if allowed(chosen, limits):
                yield chosen


def too_far(one: SessionOption, other: SessionOption) -> bool:
    """Looked at minute by minute: nobody is at the other site before the way is over, be it past midnight."""
    if "telehealth" in (one.mode, other.mode) or one.site_id == other.site_id:
        return False
    first, second = sorted((one, other), key=lambda each: each.interval.start)
    minutes = dict(first.ways).get(second.site_id, 0)
    return first.interval.end + timedelta(minutes=minutes) > second.interval.start


def allowed(chosen: Sequence[SessionOption], limits: WeekLimits) -> bool:
    if any(one.interval.overlaps(other.interval) for one, other in combinations(chosen, 2)):
        return False
    if any(too_far(one, other) for one, other in combinations(chosen, 2)):
        return False
    days = {one.local_day for one in chosen}
    for day in days:
        load = limits.existing_by_day.get(day, NOTHING)
        added = [one for one in chosen if one.local_day == day]
        if load.sessions + len(added) > limits.sessions_a_day:
            return False
        if load.minutes + sum(one.clinical_minutes for one in added) > limits.minutes_a_day:
            return False
    new_days = days - limits.existing_by_day.keys()
    if new_days and len(new_days) + len(limits.existing_by_day) > limits.days_limit:
        return False
    return sum(one.clinical_minutes for one in chosen) <= max(0, limits.room_minutes)


def cost_of(chosen: Sequence[SessionOption], ask: WeekAsk, costs: Costs, prices: Mapping[int, int]) -> int:
    """What the week costs, straight from the definition."""
    missing = max(0, ask.need_minutes - sum(one.clinical_minutes for one in chosen))
    kinds = {one.kind for one in chosen}
    trips = {one.local_day for one in chosen if one.mode != "telehealth"} - ask.trip_days
    days = {one.local_day for one in chosen} | ask.limits.existing_by_day.keys()
    return (
        (costs.missing_minimum if missing else 0)
        + missing * costs.missing_minute
        + len(ask.wanted_kinds - kinds) * costs.lacking_kind
        + max(0, ask.min_days - len(days)) * costs.missing_day
        + len(trips) * costs.trip
        + sum(prices.get(int(str(one.id)), 0) for one in chosen)
    )


def ids_by_day(chosen: Sequence[SessionOption], options: Sequence[SessionOption]) -> tuple[tuple[int, ...], ...]:
    """Each day's ids, which decide among equal costs."""
    days = sorted({one.local_day for one in options})
    return tuple(tuple(sorted(int(str(one.id)) for one in chosen if one.local_day == day)) for day in days)


@st.composite
def weeks(draw: st.DrawFn, most: int = 9) -> tuple[list[SessionOption], WeekAsk]:
    """Some sessions, among them equal ones, ones that overlap, ones across midnight, and ones at two sites with a way
    between them; and what is asked."""
    count = draw(st.integers(0, most))
    way = draw(st.sampled_from([0, 0, 30, 90, 600]))
    options = [
        option(
            number,
            draw(st.integers(0, 4)),
            draw(st.sampled_from([0.5, 9, 10, 17, 18, 19.5, 22.5, 23])),
            draw(st.sampled_from([60, 90, 165, 180])),
            kind=draw(st.sampled_from(["group", "individual", "family"])),
            mode=draw(st.sampled_from(["in_person", "telehealth"])),
            site=draw(st.integers(1, 2)),
            way=way,
        )
        for number in draw(st.permutations(range(count)))
    ]
    existing = draw(
        st.dictionaries(
            st.integers(0, 4).map(day_of),
            st.builds(DayLoad, st.sampled_from([60, 165, 240]), st.integers(1, 2)),
            max_size=3,
        )
    )
    limits = WeekLimits(
        room_minutes=draw(st.sampled_from([-30, 150, 330, 400, 900])),
        days_limit=draw(st.integers(1, 5)),
        existing_by_day=existing,
    )
    ask = WeekAsk(
        need_minutes=draw(st.sampled_from([0, 45, 150, 330, 600])),
        limits=limits,
        wanted_kinds=draw(st.frozensets(st.sampled_from(["group", "individual", "family"]), max_size=2)),
        min_days=draw(st.integers(0, 4)),
        trip_days=frozenset(draw(st.sets(st.sampled_from(sorted(existing)))) if existing else ()),
    )
    return options, ask
