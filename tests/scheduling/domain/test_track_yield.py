"""What a track yields, and when it has no slack."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.track_yield import Meeting, TrackWarning, Wanted, WeeklyRule, track_yield

MONDAY = date(2026, 11, 23)
NINE_HOURS = Wanted(540, 1140, 5)


def evenings(*days: int, minutes: int = 160) -> list[Meeting]:
    return [Meeting(MONDAY + timedelta(days=day), minutes, "group", "process") for day in days]


def test_three_evenings_of_three_hours_less_their_breaks_are_eight_hours() -> None:
    found = track_yield(evenings(0, 2, 3), weeks=[MONDAY], wanted=NINE_HOURS)
    assert (found.least_minutes, found.least_days, found.spare_minutes) == (480, 3, -60)
    assert found.warnings == (TrackWarning.BELOW_MINIMUM,)


@pytest.mark.parametrize(
    ("minutes", "warnings"), [(179, (TrackWarning.BELOW_MINIMUM,)), (180, (TrackWarning.NO_SLACK,)), (198, ())]
)
def test_less_than_a_tenth_to_spare_is_no_slack(minutes: int, warnings: tuple[TrackWarning, ...]) -> None:
    """180 x 3 is nine hours to the minute; 198 x 3 is 594, a tenth above."""
    assert track_yield(evenings(0, 2, 3, minutes=minutes), weeks=[MONDAY], wanted=NINE_HOURS).warnings == warnings


def test_the_lightest_week_decides_and_the_fullest_may_be_too_much() -> None:
    weeks = [MONDAY, MONDAY + timedelta(weeks=1)]
    found = track_yield(evenings(0, 1, 2, 3, 4, 5, 7, minutes=200), weeks=weeks, wanted=NINE_HOURS)
    assert (found.least_minutes, found.most_minutes, found.least_days, found.most_days) == (200, 1200, 1, 6)
    assert found.warnings == (TrackWarning.BELOW_MINIMUM, TrackWarning.OVER_MAXIMUM, TrackWarning.OVER_DAYS)


def test_requirements_are_judged_each_on_its_own() -> None:
    rules = [
        WeeklyRule("Payer", "days", minimum=3),
        WeeklyRule("Minors' payer", "days", minimum=3, day_minimum_minutes=120),
        WeeklyRule("Licence", "services", minimum=1, kinds=("individual",)),
        WeeklyRule("Education", "minutes", maximum=300, foci=("process",)),
    ]
    found = track_yield(evenings(0, 2, 3, 5), weeks=[MONDAY], wanted=NINE_HOURS, rules=rules)
    assert [(one.rule.name, one.least, one.met) for one in found.rules] == [
        ("Payer", 0, False),
        ("Minors' payer", 4, True),
        ("Licence", 0, False),
        ("Education", 640, False),
    ]
    assert found.warnings == (TrackWarning.REQUIREMENT,)


@given(st.lists(st.tuples(st.integers(0, 27), st.integers(1, 300)), max_size=30))
def test_it_is_what_counting_week_by_week_gives(listed: list[tuple[int, int]]) -> None:
    weeks = [MONDAY + timedelta(weeks=number) for number in range(4)]
    found = track_yield(
        [Meeting(MONDAY + timedelta(days=day), minutes) for day, minutes in listed], weeks=weeks, wanted=NINE_HOURS
    )
    sums = [sum(minutes for day, minutes in listed if day // 7 == number) for number in range(4)]
    days = [len({day for day, _minutes in listed if day // 7 == number}) for number in range(4)]
    assert (found.least_minutes, found.most_minutes) == (min(sums), max(sums))
    assert (found.least_days, found.most_days) == (min(days), max(days))


def test_a_track_without_a_week_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="one week"):
        track_yield([], weeks=[], wanted=NINE_HOURS)
