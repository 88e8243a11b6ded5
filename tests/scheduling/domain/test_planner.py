"""The heart of the planner against every way of choosing, tried one by one."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.bookable import DayLoad, WeekLimits
from scheduling.domain.planner import Costs, WeekAsk, WeekPlan, best_week
from tests.scheduling.domain.planning import WIDE, choices, cost_of, day_of, ids_by_day, option, weeks

COSTS = Costs()


@given(weeks(), st.dictionaries(st.integers(0, 9), st.sampled_from([0, 5, 20, 400]), max_size=6))
def test_no_way_of_choosing_costs_less_and_the_least_ids_win(week, prices) -> None:  # type: ignore[no-untyped-def]
    options, ask = week
    least = min(
        choices(options, ask.limits),
        key=lambda chosen: (cost_of(chosen, ask, COSTS, prices), ids_by_day(chosen, options)),
    )
    plan = best_week(options, ask=ask, costs=COSTS, prices=prices)
    assert plan == WeekPlan(
        tuple(sorted(least, key=lambda one: one.interval.start)), cost_of(least, ask, COSTS, prices)
    )


@given(weeks(most=7), st.randoms(use_true_random=False))
def test_the_order_of_the_options_does_not_matter(week, random: Random) -> None:  # type: ignore[no-untyped-def]
    options, ask = week
    shuffled = random.sample(options, len(options))
    assert best_week(shuffled, ask=ask) == best_week(options, ask=ask)


def test_nothing_on_leaves_what_is_missing() -> None:
    ask = WeekAsk(need_minutes=100, limits=WIDE, wanted_kinds=frozenset({"family"}), min_days=1)
    assert best_week([], ask=ask) == WeekPlan((), 20_000 + 100 * 20 + 300 + 150)


def test_of_parallel_sessions_the_cheapest_counts() -> None:
    options = [option(1, 0, 18, 165), option(2, 0, 18, 165)]
    plan = best_week(options, ask=WeekAsk(165, WIDE), prices={1: 7, 2: 3})
    assert (plan.added, plan.cost) == ((options[1],), 20 + 3)


def test_one_site_or_mode_does_not_stand_for_another() -> None:
    options = [option(1, 0, 18, 165), option(2, 0, 18, 165, mode="telehealth")]
    plan = best_week(options, ask=WeekAsk(165, WIDE), prices={2: 10})
    assert (plan.added, plan.cost) == ((options[1],), 10)


def test_a_trip_is_free_on_a_day_that_has_one() -> None:
    limits = WeekLimits(room_minutes=600, days_limit=5, existing_by_day={day_of(3): DayLoad(60, 1)})
    options = [option(1, 0, 18, 165), option(2, 3, 18, 165)]
    plan = best_week(options, ask=WeekAsk(165, limits, trip_days=frozenset({day_of(3)})))
    assert (plan.added, plan.cost) == ((options[1],), 0)


def test_what_runs_past_midnight_keeps_the_next_morning_free() -> None:
    late, early = option(1, 0, 23, 180), option(2, 1, 1, 60)
    plan = best_week([late, early], ask=WeekAsk(240, WIDE))
    assert plan.added == (late,)
    assert late.interval.end - early.interval.start == timedelta(hours=1)


@pytest.mark.parametrize(
    ("way", "early", "fit"),
    [(21, {}, 1), (20, {}, 2), (21, {"mode": "telehealth"}, 2), (21, {"site": 1}, 2)],
    ids=["too far", "just near enough", "by video", "at the same site"],
)
def test_the_way_to_another_site_takes_as_long_past_midnight(way, early, fit) -> None:  # type: ignore[no-untyped-def]
    late = option(1, 0, 22, 110, way=way)
    morning = option(2, 1, 1 / 6, 60, way=way, **{"site": 2, **early})
    assert (late.interval.end.minute, morning.interval.start.minute) == (50, 10)
    assert len(best_week([late, morning], ask=WeekAsk(300, WIDE)).added) == fit
    assert WIDE.bookable([late, morning]) == (170 if fit == 2 else 110)


def test_a_way_is_kept_over_what_lies_between() -> None:
    """Ten hours from one site to the other: what one joins by video at midnight makes them no shorter."""
    late, by_video = option(1, 0, 20, 60, way=600), option(2, 1, 0.5, 60, mode="telehealth")
    morning, noon = option(3, 1, 6, 90, way=600, site=2), option(4, 1, 8, 80, way=600, site=2)
    limits = WeekLimits(room_minutes=600, days_limit=5)
    assert limits.bookable([late, by_video, morning]) == 150
    assert limits.bookable([late, by_video, noon]) == 200
    plan = best_week([late, by_video, morning, noon], ask=WeekAsk(600, limits))
    assert [one.id for one in plan.added] == [1, 2, 4]


def test_an_overfull_day_only_keeps_itself_from_gaining() -> None:
    limits = WeekLimits(room_minutes=600, days_limit=2, existing_by_day={day_of(0): DayLoad(300, 3)})
    options = [option(1, 0, 18, 60), option(2, 1, 18, 165)]
    assert best_week(options, ask=WeekAsk(225, limits)).added == (options[1],)
