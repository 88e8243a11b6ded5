"""Which session to book next, against every way of filling the week."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import Interval
from scheduling.domain.bookable import DayLoad
from scheduling.domain.fit import SessionOption
from scheduling.domain.next_best import NextBest, WeekLimits, next_best

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WIDE = WeekLimits(room_minutes=1140, days_limit=5)


def option(number: int, day: int, hour: int, minutes: int, seats: int = 5) -> SessionOption:
    starts_at = MONDAY + timedelta(days=day, hours=hour)
    return SessionOption(
        id=number,
        interval=Interval.of_minutes(starts_at, minutes),
        clinical_minutes=minutes,
        mode="in_person",
        kind="group",
        seats_left=seats,
        site_id=1,
        local_day=starts_at.date(),
        state="scheduled",
        booking_closes_at=starts_at,
    )


def chosen(
    options: Sequence[SessionOption], *, need: int, limits: WeekLimits = WIDE
) -> tuple[object, bool, int] | None:
    found = next_best(options, need_minutes=need, limits=limits)
    return (found.option.id, found.reaches, found.other_ways) if found else None


def test_the_one_that_reaches_the_goal_with_the_least_surplus_comes_first() -> None:
    options = [option(1, 0, 18, 180), option(2, 1, 18, 165), option(3, 2, 18, 150), option(4, 3, 9, 60)]
    assert chosen(options, need=150) == (3, True, 2)


def test_of_equal_ones_the_earliest_then_the_one_with_more_seats() -> None:
    options = [option(1, 5, 9, 165), option(2, 4, 18, 165, seats=1), option(3, 4, 18, 165, seats=4)]
    assert chosen(options, need=150) == (3, True, 2)


def test_where_none_reaches_it_the_longest_after_which_the_rest_still_fits() -> None:
    # The 180 overlaps both of 150, and 180 + 60 is not enough: 150 + 150 is.
    options = [option(1, 5, 10, 180), option(2, 5, 9, 150), option(3, 5, 12, 150), option(4, 4, 18, 60)]
    limits = WeekLimits(room_minutes=1140, days_limit=5, minutes_a_day=300)
    assert chosen(options, need=300, limits=limits) == (2, False, 3)


def test_where_all_of_it_is_not_enough_the_longest() -> None:
    assert chosen([option(1, 0, 18, 60), option(2, 1, 18, 90)], need=600) == (2, False, 1)


def test_a_day_that_is_full_and_a_week_that_has_its_days_are_left_alone() -> None:
    used = {date(2026, 11, 16): DayLoad(165, 1), date(2026, 11, 17): DayLoad(60, 2), date(2026, 11, 18): DayLoad(60, 1)}
    limits = WeekLimits(room_minutes=600, days_limit=3, existing_by_day=used)
    too_long, too_many, new_day, fits = (
        option(1, 0, 18, 90),
        option(2, 1, 18, 60),
        option(3, 4, 18, 60),
        option(4, 2, 18, 180),
    )
    assert [limits.allow(one) for one in (too_long, too_many, new_day, fits)] == [False, False, False, True]
    assert chosen([too_long, too_many, new_day], need=60, limits=limits) is None
    assert next_best([too_long, fits], need_minutes=60, limits=limits) == NextBest(fits, reaches=True, other_ways=0)


def test_nothing_beyond_the_weeks_maximum() -> None:
    assert chosen([option(1, 0, 18, 180)], need=60, limits=WeekLimits(room_minutes=179, days_limit=5)) is None


options_of_a_week = st.lists(
    st.tuples(st.integers(0, 3), st.integers(8, 14), st.sampled_from([60, 90, 120, 180])), min_size=1, max_size=6
).map(lambda rows: [option(number, *row) for number, row in enumerate(rows)])


@given(options_of_a_week, st.integers(30, 420), st.integers(1, 3))
def test_it_takes_the_first_step_of_a_way_to_the_goal_wherever_there_is_one(
    options: list[SessionOption], need: int, days_limit: int
) -> None:
    limits = WeekLimits(room_minutes=500, days_limit=days_limit)
    ways = [
        way
        for size in range(1, len(options) + 1)
        for way in combinations(options, size)
        if sum(one.clinical_minutes for one in way) >= need and _allowed(way, limits)
    ]
    found = next_best(options, need_minutes=need, limits=limits)
    if ways:
        assert found is not None
        assert any(found.option in way for way in ways)
        assert found.reaches == (min(len(way) for way in ways) == 1)


def _allowed(way: Sequence[SessionOption], limits: WeekLimits) -> bool:
    for one in way:
        if not limits.allow(one):
            return False
        limits = limits.after(one)
    return not any(one.interval.overlaps(other.interval) for one, other in combinations(way, 2))
