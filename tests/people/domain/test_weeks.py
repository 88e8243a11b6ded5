"""Weeks of a zone, across clock changes and missing midnights."""

# ruff: noqa: DTZ001 - Hypothesis takes its bounds naive

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import Interval
from people.domain.weeks import Week, Weekday, week_containing, week_of, week_start
from tests.cases import cases_of, instant

ZONES = [
    ZoneInfo(name)
    for name in (
        "America/Denver",
        "America/Havana",
        "America/St_Johns",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "UTC",
    )
]


@pytest.mark.parametrize("case", cases_of("weeks"))
def test_worked_example(case: dict[str, Any]) -> None:
    week = week_of(
        instant(case["instant"]),
        zone=ZoneInfo(case["time_zone"]),
        first_weekday=Weekday.named(case["first_weekday"]),
    )
    assert {
        "starts_on": week.starts_on.isoformat(),
        "starts_at": week.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends_at": week.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hours": week.hours,
    } == case["expect"]


@given(
    st.datetimes(datetime(1972, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(Weekday),
)
def test_every_instant_lies_in_exactly_one_week(moment: datetime, zone: ZoneInfo, first_weekday: Weekday) -> None:
    week = week_of(moment, zone=zone, first_weekday=first_weekday)
    before = week_containing(week.starts_on - timedelta(days=7), zone=zone, first_weekday=first_weekday)
    after = week_containing(week.starts_on + timedelta(days=7), zone=zone, first_weekday=first_weekday)
    assert week.contains(moment)
    assert (before.ends_at, after.starts_at) == (week.starts_at, week.ends_at)
    assert week.starts_on.weekday() == first_weekday


def test_date_that_comes_twice_does_not_tear_its_week() -> None:
    # Clocks in Newfoundland went back from 00:01 on Sunday to 23:01 on Saturday: that hour belongs to Sunday's week.
    zone = ZoneInfo("America/St_Johns")
    moment = datetime(2010, 11, 7, 2, 45, tzinfo=UTC)
    assert moment.astimezone(zone).date() == date(2010, 11, 6)
    assert week_of(moment, zone=zone, first_weekday=Weekday.SUNDAY) == Week(
        starts_on=date(2010, 11, 7),
        starts_at=datetime(2010, 11, 7, 2, 30, tzinfo=UTC),
        ends_at=datetime(2010, 11, 14, 3, 30, tzinfo=UTC),
    )


def test_week_with_a_skipped_day_is_a_day_shorter() -> None:
    week = week_containing(date(2011, 12, 30), zone=ZoneInfo("Pacific/Apia"), first_weekday=Weekday.MONDAY)
    assert (week.starts_on, week.hours) == (date(2011, 12, 26), 144)


def test_week_names_its_days() -> None:
    week = week_containing(date(2026, 11, 25), zone=ZoneInfo("America/Denver"), first_weekday=Weekday.MONDAY)
    assert week.days == tuple(date(2026, 11, day) for day in range(23, 30))
    assert week.ends_on == date(2026, 11, 29)
    assert week.interval == Interval(datetime(2026, 11, 23, 7, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("first_weekday", "expected"),
    [
        (Weekday.MONDAY, date(2026, 11, 23)),
        (Weekday.TUESDAY, date(2026, 11, 24)),
        (Weekday.WEDNESDAY, date(2026, 11, 25)),
        (Weekday.THURSDAY, date(2026, 11, 19)),
        (Weekday.SUNDAY, date(2026, 11, 22)),
    ],
)
def test_week_starts_on_its_first_weekday(first_weekday: Weekday, expected: date) -> None:
    assert week_start(date(2026, 11, 25), first_weekday) == expected


def test_unknown_day_is_refused() -> None:
    with pytest.raises(ValueError, match="not a day of the week: 'someday'"):
        Weekday.named("someday")
