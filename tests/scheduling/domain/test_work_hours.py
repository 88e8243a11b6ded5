"""Shifts by the wall clock, across clock changes and windows."""

# ruff: noqa: DTZ001 - wall times are naive on purpose

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import Interval, resolve_wall
from scheduling.domain.recurrence import RuleError
from scheduling.domain.work_hours import Busy, WorkPattern, busy_in, busy_intervals

DENVER = ZoneInfo("America/Denver")
LATE = WorkPattern(
    starts_at_local=datetime(2026, 11, 24, 14),
    ends_at_local=datetime(2026, 11, 24, 22),
    zone=DENVER,
    rrule="FREQ=WEEKLY;BYDAY=TU,TH",
    starts_on=date(2026, 11, 23),
    travel_before_minutes=30,
    travel_after_minutes=45,
)
NIGHT = WorkPattern(
    starts_at_local=datetime(2026, 10, 1, 22),
    ends_at_local=datetime(2026, 10, 2, 6),
    zone=DENVER,
    rrule="FREQ=DAILY",
)


def window(first: str, last: str) -> Interval:
    """Return the instants between two wall times in Denver."""
    return Interval(
        resolve_wall(datetime.fromisoformat(first), DENVER), resolve_wall(datetime.fromisoformat(last), DENVER)
    )


WEEK = window("2026-11-23T00:00", "2026-11-30T00:00")


def starts(pattern: WorkPattern, when: Interval = WEEK) -> list[str]:
    """Return when shifts begin, as wall times in Denver."""
    return [f"{busy.work.start.astimezone(DENVER):%m-%dT%H:%M}" for busy in busy_intervals(pattern, window=when)]


def test_shift_carries_its_travel() -> None:
    busy = busy_intervals(LATE, window=window("2026-11-23T00:00", "2026-11-25T00:00"))
    assert busy == [
        Busy(
            work=window("2026-11-24T14:00", "2026-11-24T22:00"),
            travel_before=window("2026-11-24T13:30", "2026-11-24T14:00"),
            travel_after=window("2026-11-24T22:00", "2026-11-24T22:45"),
        )
    ]
    assert busy[0].whole == window("2026-11-24T13:30", "2026-11-24T22:45")


def test_shift_without_travel_is_the_work_alone() -> None:
    busy = busy_intervals(replace(LATE, travel_before_minutes=0, travel_after_minutes=0), window=WEEK)[0]
    assert busy == Busy(work=window("2026-11-24T14:00", "2026-11-24T22:00"))
    assert busy.whole == busy.work


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["11-24T14:00", "11-26T14:00"]),
        ({"except_on": (date(2026, 11, 26),)}, ["11-24T14:00"]),
        ({"starts_on": date(2026, 11, 25)}, ["11-26T14:00"]),
        ({"ends_on": date(2026, 11, 25)}, ["11-24T14:00"]),
        ({"ends_on": date(2026, 11, 24)}, ["11-24T14:00"]),
        ({"ends_on": date(2026, 11, 23)}, []),
        ({"starts_on": None}, ["11-24T14:00", "11-26T14:00"]),
        ({"starts_on": date(2020, 1, 1), "rrule": "FREQ=DAILY;COUNT=3"}, ["11-24T14:00", "11-25T14:00", "11-26T14:00"]),
        ({"rrule": None}, ["11-24T14:00"]),
        ({"rrule": None, "except_on": (date(2026, 11, 24),)}, []),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20261125"}, ["11-24T14:00"]),
    ],
)
def test_dates_bound_the_shifts(change: dict[str, Any], expected: list[str]) -> None:
    assert starts(replace(LATE, **change)) == expected


def test_alternating_weeks_count_from_the_first_shift() -> None:
    pattern = replace(LATE, rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    month = window("2026-11-23T00:00", "2027-01-04T00:00")
    assert starts(pattern, month) == ["11-24T14:00", "12-08T14:00", "12-22T14:00"]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (("2026-10-31T20:00", "2026-11-01T20:00"), [9 * 60]),
        (("2027-03-13T20:00", "2027-03-14T20:00"), [7 * 60]),
        (("2026-11-10T20:00", "2026-11-11T20:00"), [8 * 60]),
    ],
    ids=["clock goes back", "clock goes forward", "any other night"],
)
def test_night_shift_ends_by_the_wall_clock(when: tuple[str, str], expected: list[int]) -> None:
    assert [busy.work.minutes for busy in busy_intervals(NIGHT, window=window(*when))] == expected


def test_shift_within_the_hour_that_is_skipped_is_none() -> None:
    pattern = WorkPattern(datetime(2027, 3, 13, 2, 30), datetime(2027, 3, 13, 3), DENVER, rrule="FREQ=DAILY")
    assert starts(pattern, window("2027-03-13T00:00", "2027-03-16T00:00")) == ["03-13T02:30", "03-15T02:30"]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (("2026-11-11T05:59", "2026-11-11T12:00"), ["11-10T22:00"]),
        (("2026-11-11T06:00", "2026-11-11T22:00"), []),
        (("2026-11-11T06:00", "2026-11-11T22:01"), ["11-11T22:00"]),
    ],
    ids=["began before", "ended before", "begins at its end"],
)
def test_window_holds_what_reaches_into_it(when: tuple[str, str], expected: list[str]) -> None:
    assert starts(NIGHT, window(*when)) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (("2026-11-24T13:00", "2026-11-24T13:31"), ["11-24T14:00"]),
        (("2026-11-24T13:00", "2026-11-24T13:30"), []),
        (("2026-11-24T22:44", "2026-11-24T23:00"), ["11-24T14:00"]),
        (("2026-11-24T22:45", "2026-11-24T23:00"), []),
    ],
)
def test_travel_alone_reaches_into_the_window(when: tuple[str, str], expected: list[str]) -> None:
    assert starts(LATE, window(*when)) == expected


def test_shifts_of_all_patterns_come_in_order() -> None:
    early = WorkPattern(datetime(2026, 11, 26, 6), datetime(2026, 11, 26, 12), DENVER)
    found = busy_in([LATE, early], window=WEEK)
    assert [busy.work.start.astimezone(DENVER).hour for busy in found] == [14, 6, 14]


def test_rule_that_is_none_is_refused() -> None:
    with pytest.raises(RuleError, match="FREQ is DAILY"):
        busy_intervals(replace(LATE, rrule="FREQ=HOURLY"), window=WEEK)


@given(
    st.integers(0, 23),
    st.integers(1, 200),
    st.sampled_from([0, 30, 90, 5000]),
    st.datetimes(datetime(2026, 10, 20), datetime(2027, 4, 1)),
    st.integers(1, 100),
)
def test_no_shift_that_reaches_into_the_window_is_missed(
    hour: int, hours: int, travel: int, begin: datetime, length: int
) -> None:
    first = datetime(2026, 10, 1, hour)
    pattern = WorkPattern(
        first,
        first + timedelta(hours=hours),
        DENVER,
        rrule="FREQ=DAILY;INTERVAL=3",
        travel_before_minutes=travel,
        travel_after_minutes=travel,
    )
    start = begin.replace(tzinfo=UTC)
    when = Interval(start, start + timedelta(hours=length))
    single = [
        replace(
            pattern, rrule=None, starts_at_local=first + offset, ends_at_local=first + offset + timedelta(hours=hours)
        )
        for offset in (timedelta(days=3 * number) for number in range(70))
    ]
    wide = Interval(datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 8, 1, tzinfo=UTC))
    expected = [busy for one in single for busy in busy_intervals(one, window=wide) if busy.whole.overlaps(when)]
    assert busy_intervals(pattern, window=when) == expected
