"""How long an offer is held: so many minutes of the day, and never past the last moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.offers import offer_expires_at
from tests.cast import at

DENVER = ZoneInfo("America/Denver")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "minutes", "last", "expected"),
    [
        ("2026-11-18 10:00", 120, "2026-11-21 09:00", "2026-11-18 12:00"),
        ("2026-11-18 10:00", 120, "2026-11-18 11:30", "2026-11-18 11:30"),
        ("2026-11-18 19:00", 120, "2026-11-21 09:00", "2026-11-18 21:00"),
        ("2026-11-18 20:00", 120, "2026-11-21 09:00", "2026-11-19 09:00"),
        ("2026-11-18 23:30", 120, "2026-11-21 09:00", "2026-11-19 10:00"),
        ("2026-11-18 05:00", 120, "2026-11-21 09:00", "2026-11-18 10:00"),
        ("2026-11-18 23:30", 120, "2026-11-19 07:00", "2026-11-19 07:00"),
        ("2026-11-18 10:00", 13 * 60 + 1, "2026-11-21 09:00", "2026-11-19 10:01"),
    ],
)
def test_an_offer_runs_by_day_and_rests_at_night(now: str, minutes: int, last: str, expected: str) -> None:
    found = offer_expires_at(at(now), held=timedelta(minutes=minutes), last_at=at(last), zone=DENVER)
    assert found == at(expected)


def test_nothing_is_offered_at_the_last_moment() -> None:
    now = at("2026-11-18 10:00")
    assert offer_expires_at(now, held=MINUTE, last_at=now, zone=DENVER) is None


@given(
    past=st.integers(0, 5 * 24 * 60),
    minutes=st.integers(1, 1500),
    ahead=st.integers(1, 4000),
    zone=st.sampled_from(["America/Denver", "Europe/Berlin", "Asia/Kathmandu"]),
)
def test_it_is_held_for_as_many_minutes_of_the_day_as_a_clock_counts(
    past: int, minutes: int, ahead: int, zone: str
) -> None:
    """Counted one by one, over the nights and the hour that is shown twice."""
    now = datetime(2026, 10, 30, tzinfo=UTC) + past * MINUTE
    last_at, home = now + ahead * MINUTE, ZoneInfo(zone)
    moment, left = now, minutes
    while moment < last_at and left:
        left -= 8 <= moment.astimezone(home).hour < 21
        moment += MINUTE
    assert offer_expires_at(now, held=minutes * MINUTE, last_at=last_at, zone=home) == moment
