"""What brings a week back: the fewest additions, and what stands in the way where nothing does."""

from hypothesis import given

from scheduling.domain.bookable import DayLoad, WeekLimits
from scheduling.domain.planner import WeekAsk
from scheduling.domain.repair import InTheWay, Repair, WhyNot, repair, why_not_repaired
from tests.scheduling.domain.planning import WIDE, choices, day_of, option, weeks


@given(weeks())
def test_it_reaches_the_minimum_with_the_fewest_or_gets_the_most(week) -> None:  # type: ignore[no-untyped-def]
    options, ask = week
    found = repair(options, ask=ask)
    ways = [(sum(one.clinical_minutes for one in way), len(way)) for way in choices(options, ask.limits)]
    reaching = [size for minutes, size in ways if minutes >= ask.need_minutes]
    if ask.need_minutes == 0 or max(ways)[0] == 0:
        assert found is None
    elif reaching:
        assert found is not None
        assert (found.reaches, len(found.added)) == (True, min(reaching))
    else:
        assert found is not None
        most = max(minutes for minutes, _ in ways)
        assert (found.reaches, found.minutes) == (False, most)
        assert len(found.added) == min(size for minutes, size in ways if minutes == most)
    assert (found.minutes if found else 0) <= ask.limits.bookable(options) or found.reaches  # type: ignore[union-attr]


def test_one_that_reaches_beats_two_with_the_least_surplus_first() -> None:
    options = [option(1, 0, 18, 180), option(2, 1, 18, 165), option(3, 2, 18, 150), option(4, 3, 9, 60)]
    assert repair(options, ask=WeekAsk(150, WIDE)) == Repair((options[2],), reaches=True, other_ways=2)


def test_the_sooner_of_two_alike() -> None:
    options = [option(1, 4, 18, 165), option(2, 2, 18, 165)]
    assert repair(options, ask=WeekAsk(150, WIDE)) == Repair((options[1],), reaches=True, other_ways=1)


def test_a_day_on_which_one_comes_anyway_beats_another_trip() -> None:
    limits = WeekLimits(room_minutes=600, days_limit=5, existing_by_day={day_of(4): DayLoad(60, 1)})
    options = [option(1, 2, 18, 165), option(2, 4, 18, 165)]
    found = repair(options, ask=WeekAsk(150, limits, trip_days=frozenset({day_of(4)})))
    assert found == Repair((options[1],), reaches=True, other_ways=1)


def test_video_beats_a_trip_and_home_beats_another_site() -> None:
    options = [option(1, 2, 18, 165), option(2, 3, 18, 165, mode="telehealth")]
    assert repair(options, ask=WeekAsk(150, WIDE)) == Repair((options[1],), reaches=True, other_ways=1)
    options = [option(1, 2, 18, 165, site=2), option(2, 3, 18, 165)]
    assert repair(options, ask=WeekAsk(150, WIDE), home_site_id=1) == Repair((options[1],), reaches=True, other_ways=1)


def test_two_where_no_single_one_suffices() -> None:
    options = [option(1, 2, 18, 165), option(2, 3, 18, 60), option(3, 4, 18, 165)]
    assert repair(options, ask=WeekAsk(300, WIDE)) == Repair((options[0], options[2]), reaches=True)


def test_the_most_where_nothing_suffices() -> None:
    options = [option(1, 2, 18, 165), option(2, 3, 18, 60)]
    assert repair(options, ask=WeekAsk(300, WIDE)) == Repair((options[0], options[1]), reaches=False)


def test_the_clinics_part_is_named_before_the_patients() -> None:
    free, full, working = option(1, 2, 18, 165), option(2, 3, 18, 165), option(3, 4, 10, 165)
    ask = WeekAsk(300, WIDE)
    assert why_not_repaired([free], ask=ask, full=[full], at_work=[working]) == WhyNot(InTheWay.SEATS, (full,), 330)
    assert why_not_repaired([free], ask=ask, full=[], at_work=[working]) == WhyNot(InTheWay.WORK, (working,), 330)
    assert why_not_repaired([free], ask=ask, full=[], at_work=[]) is None


def test_a_plan_of_few_days_stands_in_the_way_by_itself() -> None:
    limits = WeekLimits(room_minutes=600, days_limit=1)
    options = [option(1, 2, 18, 165), option(2, 3, 18, 165)]
    found = why_not_repaired(options, ask=WeekAsk(300, limits), full=[], at_work=[])
    assert found == WhyNot(InTheWay.PLAN_DAYS, (), 330)
