"""Occurrences: worked examples, windows, exceptions, and agreement with a walk over the calendar."""

# ruff: noqa: DTZ001 - wall times are naive on purpose

import time as stopwatch
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.domain.time import Interval, parse_wall
from scheduling.domain.recurrence import Occurrence, occurrences, parse_rule, wall_times
from tests.cases import cases_of

DENVER = ZoneInfo("America/Denver")
UTC_ZONE = ZoneInfo("UTC")
START = datetime(2026, 11, 2, 18)


def walls(
    text: str, *, start: datetime = START, first: date = date.min, last: date = date(2100, 12, 31), limit: int = 60
) -> list[datetime]:
    """Return the first wall times of a rule."""
    rule = parse_rule(text, zone=UTC_ZONE)
    return list(islice(wall_times(rule, starts_at_local=start, first=first, last=last), limit))


@pytest.mark.parametrize("case", cases_of("recurrence"))
def test_worked_example(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["time_zone"])
    found = occurrences(
        parse_rule(case["rrule"], zone=zone),
        starts_at_local=parse_wall(case["starts_at_local"]),
        zone=zone,
        duration_minutes=case["duration_minutes"],
        cancelled_local=[parse_wall(text) for text in case["cancelled_local"]],
        moved_local=[(parse_wall(origin), parse_wall(target)) for origin, target in case["moved_local"]],
    )
    form = "%Y-%m-%dT%H:%M:%SZ"
    assert [[one.starts_at.strftime(form), one.ends_at.strftime(form)] for one in found] == case["expect"]


@st.composite
def rule_texts(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """Draw rules of every frequency."""

    def some(values: range | list[Any]) -> str:
        return ",".join(str(value) for value in draw(st.lists(st.sampled_from(values), min_size=1, max_size=3)))

    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}", f"WKST={draw(st.sampled_from(['MO', 'SU']))}"]
    weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    month_days = [*range(1, 32), *range(-31, 0)]
    choices: dict[str, list[str]] = {
        "DAILY": ["BYMONTH", "BYMONTHDAY", "BYDAY"],
        "WEEKLY": ["BYMONTH", "BYDAY"],
        "MONTHLY": ["BYMONTH", "BYMONTHDAY", "BYDAY", "COUNTED"],
        "YEARLY": ["BYMONTH", "BYMONTHDAY", "BYDAY", "COUNTED", "BYYEARDAY"],
    }
    chosen = draw(st.sets(st.sampled_from(choices[frequency]), max_size=2))
    if "BYMONTH" in chosen:
        parts.append(f"BYMONTH={some(range(1, 13))}")
    if "BYMONTHDAY" in chosen:
        parts.append(f"BYMONTHDAY={some(month_days)}")
    if "BYYEARDAY" in chosen:
        parts.append(f"BYYEARDAY={some([1, 59, 60, 61, 365, 366, -1, -60, -366])}")
    if "COUNTED" in chosen:
        counted = [f"{nth}{day}" for nth in (1, 2, 5, -1, -2) for day in weekdays]
        parts.append(f"BYDAY={some(counted)}")
    elif "BYDAY" in chosen:
        parts.append(f"BYDAY={some(weekdays)}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={some(range(24))}")
    # A week's positions begin at the start itself, not at the week: left out.
    if frequency != "WEEKLY" and len(parts) > 3 and draw(st.booleans()):
        parts.append(f"BYSETPOS={some([1, 2, 3, -1, -2])}")
    return ";".join(parts)


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@settings(deadline=None)
@given(
    st.sampled_from(["DAILY", "WEEKLY"]),
    st.integers(1, 5),
    st.sets(st.sampled_from(WEEKDAYS)),
    st.sets(st.integers(1, 12)),
    st.datetimes(datetime(2019, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(0, 3000),
)
def test_days_and_weeks_agree_with_a_walk_over_the_calendar(
    frequency: str, interval: int, weekdays: set[str], months: set[int], start: datetime, offset: int
) -> None:
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]
    parts += [f"BYDAY={','.join(weekdays)}"] if weekdays else []
    parts += [f"BYMONTH={','.join(map(str, months))}"] if months else []
    first = start.date() + timedelta(days=offset)
    days = [first + timedelta(days=step) for step in range(60)]
    named = weekdays or ({WEEKDAYS[start.weekday()]} if frequency == "WEEKLY" else set(WEEKDAYS))
    monday = start.date() - timedelta(days=start.weekday())
    expected = []
    for day in days:
        periods = (day - start.date()).days if frequency == "DAILY" else (day - monday).days // 7
        if periods % interval == 0 and WEEKDAYS[day.weekday()] in named and (not months or day.month in months):
            expected.append(datetime.combine(day, start.time()))
    assert walls(";".join(parts), start=start, first=first, last=days[-1]) == expected


@settings(deadline=None)
@given(
    rule_texts(),
    st.integers(1, 30),
    st.integers(-40, 400),
    st.integers(0, 60),
)
def test_window_holds_what_the_whole_has_there(text: str, count: int, offset: int, length: int) -> None:
    whole = walls(f"{text};COUNT={count}", limit=100)
    first = START.date() + timedelta(days=offset)
    last = first + timedelta(days=length)
    assert walls(f"{text};COUNT={count}", first=first, last=last) == [
        wall for wall in whole if first <= wall.date() <= last
    ]
    assert len(whole) <= count


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        # The first days of 2027 belong to the last week of 2026.
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR", datetime(2026, 12, 30, 9), ["2027-01-01T09:00", "2027-12-31T09:00"]),
        # In a leap year the last day but one of February is the 28th.
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-2", datetime(2027, 1, 1), ["2027-02-27T00:00", "2028-02-28T00:00"]),
        ("FREQ=YEARLY", datetime(2024, 2, 29, 9), ["2024-02-29T09:00", "2028-02-29T09:00"]),
        ("FREQ=MONTHLY", datetime(2026, 1, 31, 9), ["2026-01-31T09:00", "2026-03-31T09:00", "2026-05-31T09:00"]),
    ],
)
def test_rule_follows_the_standard(text: str, start: datetime, expected: list[str]) -> None:
    assert walls(text, start=start, limit=len(expected)) == [parse_wall(wall) for wall in expected]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1000000000",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=300",
        "FREQ=YEARLY;INTERVAL=100000000000000000000;BYMONTH=2;BYMONTHDAY=29",
    ],
)
def test_rule_that_never_matches_ends_promptly(text: str) -> None:
    began = stopwatch.process_time()
    assert walls(text) == []
    assert stopwatch.process_time() - began < 1


def test_old_daily_rule_costs_no_more_than_a_new_one() -> None:
    rule = parse_rule("FREQ=DAILY", zone=DENVER)
    began = stopwatch.process_time()
    for _ in range(200):
        week = list(
            occurrences(
                rule,
                starts_at_local=datetime(1970, 1, 1, 18),
                zone=DENVER,
                duration_minutes=60,
                between=(date(2026, 11, 23), date(2026, 11, 29)),
            )
        )
    assert [one.local for one in week] == [datetime(2026, 11, day, 18) for day in range(23, 30)]
    assert stopwatch.process_time() - began < 0.5


def test_rule_without_end_ends_with_the_century() -> None:
    assert walls("FREQ=YEARLY", limit=1000)[-1] == datetime(2100, 11, 2, 18)


def weekly(**wanted: Any) -> list[Occurrence]:
    """Return the occurrences of Monday evenings in Denver."""
    rule = parse_rule("FREQ=WEEKLY;UNTIL=20261214", zone=DENVER)
    return list(occurrences(rule, starts_at_local=START, zone=DENVER, duration_minutes=180, **wanted))


def occurrence(local: datetime, starts_at: datetime) -> Occurrence:
    """Return an occurrence of three hours."""
    return Occurrence(local=local, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=180))


def test_occurrence_keeps_its_identity_when_it_is_moved() -> None:
    found = weekly(
        between=(date(2026, 11, 9), date(2026, 11, 20)),
        moved_local=[(datetime(2026, 11, 16, 18), datetime(2026, 11, 17, 19))],
    )
    assert found == [
        occurrence(datetime(2026, 11, 9, 18), datetime(2026, 11, 10, 1, tzinfo=UTC)),
        occurrence(datetime(2026, 11, 16, 18), datetime(2026, 11, 18, 2, tzinfo=UTC)),
    ]
    assert found[1].interval == Interval(datetime(2026, 11, 18, 2, tzinfo=UTC), datetime(2026, 11, 18, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"moved_local": [(datetime(2026, 11, 16, 18), datetime(2026, 11, 24, 18))]}, [9]),
        ({"moved_local": [(datetime(2026, 11, 2, 18), datetime(2026, 11, 10, 18))]}, [9, 2, 16]),
        ({"moved_local": [(datetime(2026, 11, 3, 18), datetime(2026, 11, 10, 18))]}, [9, 16]),
        ({"cancelled_local": [datetime(2026, 11, 9, 18)]}, [16]),
        (
            {
                "cancelled_local": [datetime(2026, 11, 9, 18)],
                "moved_local": [(datetime(2026, 11, 9, 18), datetime(2026, 11, 10, 18))],
            },
            [16],
        ),
        ({"cancelled_local": [datetime(2026, 11, 9, 17)]}, [9, 16]),
        (
            {
                "cancelled_local": [datetime(2026, 11, 10, 18)],
                "moved_local": [(datetime(2026, 11, 9, 18), datetime(2026, 11, 10, 18))],
            },
            [9, 16],
        ),
    ],
    ids=[
        "moved out of the window",
        "moved into the window",
        "what the rule never gave cannot be moved",
        "cancelled",
        "cancelled and moved",
        "another time is not it",
        "cancelling the place it moved to does not cancel it",
    ],
)
def test_exceptions_within_a_window(wanted: dict[str, Any], expected: list[int]) -> None:
    found = weekly(between=(date(2026, 11, 9), date(2026, 11, 20)), **wanted)
    assert [one.local.day for one in found] == expected


def test_window_of_instants_holds_what_starts_in_it() -> None:
    first = datetime(2026, 11, 10, 1, tzinfo=UTC)
    window = Interval(first, first + timedelta(days=7))
    assert weekly(between=window) == [occurrence(datetime(2026, 11, 9, 18), first)]


def test_occurrence_on_a_day_that_the_zone_skipped_is_found_where_it_lands() -> None:
    zone = ZoneInfo("Pacific/Apia")
    day = Interval(datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2011, 12, 31, 10, tzinfo=UTC))
    rule = parse_rule("FREQ=WEEKLY", zone=zone)
    found = occurrences(rule, starts_at_local=datetime(2011, 12, 16, 9), zone=zone, duration_minutes=60, between=day)
    assert [(one.local, one.starts_at) for one in found] == [
        (datetime(2011, 12, 30, 9), datetime(2011, 12, 30, 19, tzinfo=UTC))
    ]


def test_occurrence_at_a_midnight_that_comes_before_the_clock_goes_back_is_found() -> None:
    # Clocks in Newfoundland went back from 00:01 on Sunday to 23:01 on Saturday.
    zone = ZoneInfo("America/St_Johns")
    midnight = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    found = occurrences(
        parse_rule("FREQ=DAILY", zone=zone),
        starts_at_local=datetime(2010, 11, 1),
        zone=zone,
        duration_minutes=60,
        between=Interval(midnight, midnight + timedelta(minutes=30)),
    )
    assert [(one.local, one.starts_at) for one in found] == [(datetime(2010, 11, 7), midnight)]


@pytest.mark.parametrize(
    ("weeks", "first", "last", "expected"),
    [
        ("1", date(2024, 12, 1), date(2024, 12, 31), datetime(2024, 12, 31, 9)),
        ("53", date(2027, 1, 1), date(2027, 1, 31), datetime(2027, 1, 1, 9)),
    ],
    ids=["the first week begins in the old year", "the last week ends in the new year"],
)
def test_window_finds_weeks_that_cross_the_year(weeks: str, first: date, last: date, expected: datetime) -> None:
    rule = f"FREQ=YEARLY;BYWEEKNO={weeks};BYDAY={'TU' if weeks == '1' else 'FR'}"
    assert walls(rule, start=datetime(2020, 1, 1, 9), first=first, last=last) == [expected]


def test_occurrence_lasts_a_minute_or_more() -> None:
    rule = parse_rule("FREQ=DAILY", zone=DENVER)
    with pytest.raises(ValueError, match="lasts a minute or more, not 0"):
        list(occurrences(rule, starts_at_local=START, zone=DENVER, duration_minutes=0))
