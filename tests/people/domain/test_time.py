"""Intervals of instants, ranges of dates and wall times."""

# ruff: noqa: DTZ001 - wall times are naive on purpose

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import (
    DateRange,
    Interval,
    as_utc,
    format_wall,
    local_date,
    merge,
    parse_wall,
    resolve_wall,
    to_wall,
)

DENVER = ZoneInfo("America/Denver")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def span(start: int, end: int) -> Interval:
    """Return the interval between two minutes after noon."""
    return Interval(NOON + timedelta(minutes=start), NOON + timedelta(minutes=end))


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: span(pair[0], pair[0] + pair[1]))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-23T18:00", datetime(2026, 11, 24, 1, tzinfo=UTC)),
        ("2026-03-08T02:30", datetime(2026, 3, 8, 9, 30, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),
        ("2026-07-01T08:00", datetime(2026, 7, 1, 14, tzinfo=UTC)),
    ],
    ids=["winter", "skipped by the spring change", "twice in the autumn change", "summer"],
)
def test_wall_time_resolves_to_its_instant(local: str, expected: datetime) -> None:
    assert resolve_wall(parse_wall(local), DENVER) == expected


def test_wall_time_on_a_day_that_a_zone_skipped_moves_forward_by_that_day() -> None:
    resolved = resolve_wall(parse_wall("2011-12-30T09:00"), ZoneInfo("Pacific/Apia"))
    assert to_wall(resolved, ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 31, 9)


def test_second_fold_of_a_wall_time_is_ignored() -> None:
    assert resolve_wall(datetime(2026, 11, 1, 1, 30, fold=1), DENVER) == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_aware_wall_time_is_refused() -> None:
    with pytest.raises(ValueError, match="a wall time has no zone"):
        resolve_wall(NOON, DENVER)


def test_instant_shows_its_wall_time_and_date() -> None:
    late = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)
    assert to_wall(late, DENVER) == datetime(2026, 11, 23, 23, 59)
    assert local_date(late, DENVER) == date(2026, 11, 23)


@pytest.mark.parametrize("text", ["2026-11-23T14:00", "1970-01-01T00:00", "2100-12-31T23:59"])
def test_wall_time_reads_as_it_is_written(text: str) -> None:
    assert format_wall(parse_wall(text)) == text


def test_wall_time_may_carry_zero_seconds() -> None:
    assert parse_wall("2026-11-23T14:00:00") == datetime(2026, 11, 23, 14)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23 14:00",
        "2026-11-23T14:00Z",
        "2026-11-23T14:00:30",
        "2026-02-30T14:00",
        "2026-11-23T24:00",
        "2026-1-23T14:00",
        "1969-12-31T23:59",
        "2101-01-01T00:00",
        "0000-01-01T00:00",
        "2026-11-23T14:00\n",
        "\u0662\u0660\u0662\u0666-11-23T14:00",
    ],
)
def test_other_text_is_no_wall_time(text: str) -> None:
    with pytest.raises(ValueError, match="wall time"):
        parse_wall(text)


def test_interval_keeps_utc_and_lasts_the_difference_of_instants() -> None:
    evening = Interval(datetime(2026, 10, 31, 22, tzinfo=DENVER), datetime(2026, 11, 1, 6, tzinfo=DENVER))
    assert evening.start.tzinfo is UTC
    assert (evening.start, evening.end, evening.minutes, evening.seconds) == (
        datetime(2026, 11, 1, 4, tzinfo=UTC),
        datetime(2026, 11, 1, 13, tzinfo=UTC),
        540,
        32_400,
    )


def test_interval_must_end_after_it_starts() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Interval(NOON, NOON)


def test_interval_of_naive_datetimes_is_refused() -> None:
    with pytest.raises(ValueError, match="an instant needs a zone"):
        Interval(datetime(2026, 1, 1), datetime(2026, 1, 2))


def test_interval_is_made_from_minutes() -> None:
    start = datetime(2026, 3, 8, 1, tzinfo=timezone(timedelta(hours=-7)))
    assert Interval.of_minutes(start, 120) == Interval(
        datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 3, 8, 10, tzinfo=UTC)
    )


def test_interval_holds_its_start_and_not_its_end() -> None:
    hour = span(0, 60)
    assert [hour.contains(NOON + timedelta(minutes=minute)) for minute in (-1, 0, 59, 60)] == [False, True, True, False]
    assert [hour.covers(other) for other in (span(0, 60), span(10, 20), span(-1, 60), span(0, 61))] == [
        True,
        True,
        False,
        False,
    ]


@given(spans, spans)
def test_overlap_and_intersection_agree_with_the_minutes_shared(one: Interval, other: Interval) -> None:
    def minutes(interval: Interval) -> set[datetime]:
        return {interval.start + timedelta(minutes=offset) for offset in range(interval.minutes)}

    shared = minutes(one) & minutes(other)
    common = one.intersection(other)
    assert one.overlaps(other) == bool(shared)
    assert (minutes(common) if common else set()) == shared


@given(st.lists(spans, max_size=8))
def test_merged_intervals_hold_the_same_minutes_and_never_touch(intervals: list[Interval]) -> None:
    def minutes(some: list[Interval]) -> set[datetime]:
        return {interval.start + timedelta(minutes=offset) for interval in some for offset in range(interval.minutes)}

    merged = merge(intervals)
    assert minutes(merged) == minutes(intervals)
    assert all(earlier.end < later.start for earlier, later in pairwise(merged))


def test_intervals_that_touch_or_overlap_become_one() -> None:
    assert merge([span(30, 40), span(0, 10), span(10, 20), span(15, 18)]) == [span(0, 20), span(30, 40)]


def test_dates_of_a_range_include_both_ends() -> None:
    leave = DateRange(date(2026, 11, 11), date(2026, 11, 13))
    assert [leave.contains(date(2026, 11, day)) for day in (10, 11, 13, 14)] == [False, True, True, False]
    assert DateRange(date(2026, 11, 11)).contains(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (DateRange(date(2026, 11, 13), date(2026, 11, 20)), True),
        (DateRange(date(2026, 11, 14), date(2026, 11, 20)), False),
        (DateRange(date(2026, 11, 1), date(2026, 11, 10)), False),
        (DateRange(date(2026, 11, 1), date(2026, 11, 11)), True),
        (DateRange(date(2026, 11, 1)), True),
        (DateRange(date(2026, 11, 14)), False),
    ],
)
def test_ranges_overlap_where_they_share_a_date(other: DateRange, expected: bool) -> None:
    leave = DateRange(date(2026, 11, 11), date(2026, 11, 13))
    assert (leave.overlaps(other), other.overlaps(leave)) == (expected, expected)


def test_range_must_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="must not end before it starts"):
        DateRange(date(2026, 11, 2), date(2026, 11, 1))


def test_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="an instant needs a zone"):
        as_utc(datetime(2026, 11, 23, 12))
