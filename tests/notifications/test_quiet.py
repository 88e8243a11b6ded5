"""Quiet hours, and the moment at which a reminder is told."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.quiet import QuietHours, reminder_due_at

DENVER = ZoneInfo("America/Denver")
NIGHT = QuietHours(time(21), time(8), DENVER)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DENVER).astimezone(UTC)


@pytest.mark.parametrize(
    ("instant", "held_until"),
    [
        ("2026-11-18 20:59", "2026-11-18 20:59"),
        ("2026-11-18 21:00", "2026-11-19 08:00"),
        ("2026-11-18 23:59", "2026-11-19 08:00"),
        ("2026-11-19 00:00", "2026-11-19 08:00"),
        ("2026-11-19 07:59", "2026-11-19 08:00"),
        ("2026-11-19 08:00", "2026-11-19 08:00"),
        ("2026-10-31 22:00", "2026-11-01 08:00"),
        ("2026-03-07 22:00", "2026-03-08 08:00"),
    ],
)
def test_night_is_quiet(instant: str, held_until: str) -> None:
    assert NIGHT.hold(at(instant)) == at(held_until)


def test_quiet_hours_of_the_day() -> None:
    noon = QuietHours(time(12), time(14), DENVER)
    assert noon.hold(at("2026-11-18 11:59")) == at("2026-11-18 11:59")
    assert noon.hold(at("2026-11-18 12:00")) == at("2026-11-18 14:00")
    assert noon.hold(at("2026-11-18 14:00")) == at("2026-11-18 14:00")


def test_equal_ends_mean_no_quiet_hours() -> None:
    assert QuietHours(time(8), time(8), DENVER).hold(at("2026-11-18 08:00")) == at("2026-11-18 08:00")


def test_an_end_that_a_clock_shows_twice_never_lies_behind() -> None:
    quiet = QuietHours(time(21), time(1, 30), DENVER)
    second_quarter_past_one = datetime(2026, 11, 1, 8, 15, tzinfo=UTC)
    assert quiet.hold(second_quarter_past_one) == second_quarter_past_one


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    st.times(),
    st.times(),
    st.sampled_from(["America/Denver", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_held_instants_are_never_early_and_never_a_day_late(
    instant: datetime, begins: time, ends: time, zone: str
) -> None:
    quiet = QuietHours(begins, ends, ZoneInfo(zone))
    aware = instant.replace(tzinfo=UTC)
    held = quiet.hold(aware)
    assert aware <= held <= aware + timedelta(hours=25)


@pytest.mark.parametrize(
    ("starts", "booked", "now", "due"),
    [
        ("2026-11-19 18:00", "2026-11-01 12:00", "2026-11-18 18:00", "2026-11-18 18:00"),  # a day before
        ("2026-11-19 18:00", "2026-11-01 12:00", "2026-11-19 10:00", "2026-11-19 10:00"),  # late, so now
        ("2026-11-19 22:00", "2026-11-01 12:00", "2026-11-18 22:00", "2026-11-19 08:00"),  # quiet, so in the morning
        ("2026-11-19 18:00", "2026-11-19 09:00", "2026-11-19 09:30", "2026-11-19 11:00"),  # two hours after booking
        ("2026-11-19 10:30", "2026-11-19 09:00", "2026-11-19 09:30", None),  # booked a moment ago
        ("2026-11-19 07:00", "2026-11-18 20:00", "2026-11-18 22:00", None),  # begins before quiet hours end
    ],
)
def test_when_a_reminder_is_told(starts: str, booked: str, now: str, due: str | None) -> None:
    told = reminder_due_at(at(starts), before=DAY, booked_at=at(booked), quiet=NIGHT, now=at(now))
    assert told == (at(due) if due else None)
