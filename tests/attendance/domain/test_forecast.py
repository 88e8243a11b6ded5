"""Forecasts of requirements: examples, and agreement with trying every set of sessions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.forecast import Choice, Reach, can_meet, furthest
from attendance.domain.requirements import AttendedSession, Requirement, measure
from people.domain.time import Interval
from scheduling.domain.bookable import DayLoad, WeekLimits
from scheduling.domain.fit import SessionOption

MONDAY = date(2026, 11, 16)
GROUP = frozenset({("group", "skills")})
ALONE = frozenset({("individual", "")})
ROOMY = WeekLimits(room_minutes=1140, days_limit=7)


def choice(day: int, hour: int, minutes: int = 180, natures: frozenset[tuple[str, str]] = GROUP) -> Choice:
    on = MONDAY + timedelta(days=day)
    start = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    end = start + timedelta(minutes=minutes)
    option = SessionOption(
        id=(day, hour, minutes),
        interval=Interval(start, end),
        clinical_minutes=minutes,
        mode="in_person",
        kind="",
        seats_left=1,
        site_id=0,
        local_day=on,
        state="scheduled",
        booking_closes_at=start,
    )
    return Choice(option, natures)


def attended(day: int, minutes: int = 180, kind: str = "group") -> AttendedSession:
    return AttendedSession(MONDAY + timedelta(days=day), kind, "skills" if kind == "group" else "", minutes)


def test_the_third_day_is_still_possible_on_saturday() -> None:
    days = Requirement("days", "week", minimum=3)
    reach = furthest(days, [attended(0), attended(2)], [choice(5, 9), choice(3, 18, minutes=60)], ROOMY)
    assert reach == Reach(3, (MONDAY + timedelta(days=5),))
    assert can_meet(days, 2, reach)


def test_a_short_day_is_lifted_by_what_is_booked_beside_it() -> None:
    days = Requirement("days", "week", minimum=1)
    limits = WeekLimits(room_minutes=300, days_limit=3, existing_by_day={MONDAY: DayLoad(120, 1)})
    assert furthest(days, [attended(0, 120)], [choice(0, 20, minutes=60)], limits) == Reach(1, (MONDAY,))


def test_only_what_counts_is_booked_for_it() -> None:
    alone = Requirement("services", "week", minimum=1, kinds=frozenset({"individual"}))
    assert furthest(alone, [attended(0)], [choice(1, 18)], ROOMY).value == 0
    assert furthest(alone, [attended(0)], [choice(1, 18, 60, ALONE)], ROOMY).value == 1


def test_a_share_that_was_passed_is_thinned_by_other_sessions() -> None:
    cap = Requirement("percent", "week", maximum=50, kinds=frozenset({"group"}))
    reach = furthest(cap, [attended(0)], [choice(1, 18, 180, ALONE)], ROOMY)
    assert (reach.value, can_meet(cap, 100, reach)) == (50, True)


def test_a_maximum_that_is_passed_stays_passed() -> None:
    most = Requirement("minutes", "week", maximum=100)
    assert not can_meet(most, 180, furthest(most, [attended(0)], [], ROOMY))


# --- against every set ---

TIMES = st.builds(
    choice,
    st.integers(0, 3),
    st.sampled_from([9, 11, 18, 20]),
    st.sampled_from([60, 90, 120, 180]),
    st.sampled_from([GROUP, ALONE]),
)
LIMITS = st.builds(
    WeekLimits,
    room_minutes=st.sampled_from([120, 240, 400, 1140]),
    days_limit=st.integers(1, 4),
    minutes_a_day=st.sampled_from([180, 240, 300]),
    sessions_a_day=st.integers(1, 2),
)


def sets_within(choices: Sequence[Choice], limits: WeekLimits) -> Iterator[tuple[Choice, ...]]:
    """Every set that could be booked together in a week that holds nothing yet."""
    for size in range(len(choices) + 1):
        for some in combinations(choices, size):
            by_day: dict[date, list[SessionOption]] = {}
            for one in some:
                by_day.setdefault(one.option.local_day, []).append(one.option)
            fits = (
                sum(one.option.clinical_minutes for one in some) <= limits.room_minutes
                and len(by_day) <= limits.days_limit
                and all(len(day) <= limits.sessions_a_day for day in by_day.values())
                and all(
                    sum(option.clinical_minutes for option in day) <= limits.minutes_a_day for day in by_day.values()
                )
                and not any(a.option.interval.overlaps(b.option.interval) for a, b in combinations(some, 2))
            )
            if fits:
                yield some


def as_attended(some: Sequence[Choice]) -> list[AttendedSession]:
    found = []
    for one in some:
        ((kind, focus),) = one.natures
        found.append(AttendedSession(one.option.local_day, kind, focus, one.option.clinical_minutes))
    return found


@given(st.lists(TIMES, max_size=7, unique_by=lambda one: one.option.id), LIMITS)
@pytest.mark.parametrize("name", ["minutes", "days"])
def test_minutes_and_days_come_as_far_as_the_best_set(name: str, choices: list[Choice], limits: WeekLimits) -> None:
    requirement = Requirement(name, "week", minimum=1, day_minimum_minutes=120)
    best = max(measure(requirement, as_attended(some)) for some in sets_within(choices, limits))
    assert furthest(requirement, [], choices, limits).value == best


@given(st.lists(TIMES, max_size=6, unique_by=lambda one: one.option.id), LIMITS)
def test_a_day_is_named_if_some_set_makes_it_a_full_one(choices: list[Choice], limits: WeekLimits) -> None:
    requirement = Requirement("days", "week", minimum=1, day_minimum_minutes=120)
    possible = set()
    for some in sets_within(choices, limits):
        for one in some:
            on_day = [other for other in some if other.option.local_day == one.option.local_day]
            if sum(other.option.clinical_minutes for other in on_day) >= 120:
                possible.add(one.option.local_day)
    assert set(furthest(requirement, [], choices, limits).possible_on) == possible


@given(st.lists(TIMES, max_size=6, unique_by=lambda one: one.option.id), LIMITS)
def test_sessions_promised_can_be_attended(choices: list[Choice], limits: WeekLimits) -> None:
    """Never more than the best set; and at least as many as any single day allows."""
    requirement = Requirement("services", "week", minimum=1)
    sizes = [len(some) for some in sets_within(choices, limits)]
    assert furthest(requirement, [], choices, limits).value <= max(sizes)
