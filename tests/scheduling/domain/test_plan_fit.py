"""Whether standing bookings fit a phase, and which of them could be given up."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.weeks import Weekday
from scheduling.domain.plan_fit import can_be_given_up, fit_of, whole_weeks
from scheduling.domain.track_yield import Meeting, TrackWarning, Wanted

MONDAY = date(2026, 11, 23)
WEEKS = [MONDAY, MONDAY + timedelta(weeks=1)]
Held = Mapping[int, list[Meeting]]


def evenings(*days: int, minutes: int = 165) -> Held:
    """One weekly evening a day of the week, each by its number."""
    return {day: [Meeting(week + timedelta(days=day), minutes) for week in WEEKS] for day in days}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (MONDAY, MONDAY + timedelta(days=13), WEEKS),
        (MONDAY - timedelta(days=5), MONDAY + timedelta(days=12), WEEKS[:1]),
        (MONDAY + timedelta(days=1), MONDAY + timedelta(days=12), []),
    ],
)
def test_only_whole_weeks_are_looked_at(first: date, last: date, expected: list[date]) -> None:
    assert whole_weeks(first, last, first_weekday=Weekday.MONDAY) == expected


def test_without_an_end_eight_weeks_are_enough() -> None:
    assert len(whole_weeks(MONDAY, None, first_weekday=Weekday.WEDNESDAY)) == 8


@pytest.mark.parametrize(
    ("held", "wanted", "warnings", "give_up"),
    [
        (evenings(0, 2, 3), Wanted(480, 1140, 3), (), []),
        (evenings(0, 2, 3), Wanted(490, 1140, 3), (), []),
        (evenings(0, 2, 3), Wanted(540, 1140, 3), (TrackWarning.BELOW_MINIMUM,), []),
        (evenings(0, 2, 3), Wanted(300, 600, 2), (TrackWarning.OVER_DAYS,), [0, 2, 3]),
        (evenings(0, 2, 3), Wanted(360, 600, 2), (TrackWarning.OVER_DAYS,), []),
        (evenings(0, 1, 2, 3), Wanted(300, 600, 2), (TrackWarning.OVER_MAXIMUM, TrackWarning.OVER_DAYS), []),
        (evenings(0, 1, 2, 3), Wanted(300, 600, 4), (TrackWarning.OVER_MAXIMUM,), [0, 1, 2, 3]),
        ({}, Wanted(300, 600, 4), (TrackWarning.BELOW_MINIMUM,), []),
    ],
    ids=[
        "fits",
        "no slack is no news",
        "short",
        "a day too many",
        "short without it",
        "two too many",
        "too much",
        "none",
    ],
)
def test_what_does_not_fit(held: Held, wanted: Wanted, warnings: tuple[TrackWarning, ...], give_up: list[int]) -> None:
    assert fit_of(held, weeks=WEEKS, wanted=wanted).warnings == warnings
    assert can_be_given_up(held, weeks=WEEKS, wanted=wanted) == give_up


@given(
    st.dictionaries(st.integers(0, 6), st.integers(30, 240), max_size=6),
    st.integers(0, 900),
    st.integers(0, 600),
    st.integers(1, 5),
)
def test_giving_up_any_one_that_is_named_leaves_a_fit(
    lengths: dict[int, int], minimum: int, more: int, days: int
) -> None:
    """Against sums that need no track: one meeting a day, the same every week."""
    held = {day: evenings(day, minutes=minutes)[day] for day, minutes in lengths.items()}
    wanted = Wanted(minimum, minimum + more, days)

    def fits(chosen: dict[int, int]) -> bool:
        return minimum <= sum(chosen.values()) <= minimum + more and len(chosen) <= days

    too_much = sum(lengths.values()) > minimum + more or len(lengths) > days
    expected = [day for day in lengths if too_much and fits({k: v for k, v in lengths.items() if k != day})]
    assert can_be_given_up(held, weeks=WEEKS, wanted=wanted) == expected
    assert (not fit_of(held, weeks=WEEKS, wanted=wanted).warnings) == fits(lengths)
