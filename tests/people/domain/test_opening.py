"""Opening hours in a site's wall clock, against a slow reckoning minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.domain.opening import HoursError, OpeningHours, keep_hours, read_hours
from people.domain.time import Interval

DENVER = ZoneInfo("America/Denver")
WEEKDAYS = {str(day): [["08:00", "20:00"]] for day in range(5)}


def open_for(kept: dict[str, list[list[str]]], start: str, end: str, zone: ZoneInfo = DENVER) -> bool:
    hours = OpeningHours(read_hours(kept), zone)
    return hours.covers(Interval(*(datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, end))))


@pytest.mark.parametrize(
    ("kept", "start", "end", "is_open"),
    [
        ({}, "2026-11-22 03:00", "2026-11-22 04:00", True),
        (WEEKDAYS, "2026-11-24 08:00", "2026-11-24 20:00", True),
        (WEEKDAYS, "2026-11-24 07:59", "2026-11-24 09:00", False),
        (WEEKDAYS, "2026-11-24 18:00", "2026-11-24 20:01", False),
        (WEEKDAYS, "2026-11-22 10:00", "2026-11-22 11:00", False),
        ({"1": [["08:00", "12:00"], ["12:00", "20:00"]]}, "2026-11-24 11:00", "2026-11-24 13:00", True),
        ({"1": [["08:00", "12:00"], ["13:00", "20:00"]]}, "2026-11-24 11:00", "2026-11-24 14:00", False),
        ({"1": [["18:00", "00:00"]], "2": [["00:00", "02:00"]]}, "2026-11-24 23:00", "2026-11-25 01:00", True),
        ({"1": [["18:00", "02:00"]]}, "2026-11-25 01:00", "2026-11-25 02:00", True),
        # The night in which the clocks go back: half past one comes twice, and the site is open both times.
        ({"6": [["00:00", "06:00"]]}, "2026-11-01 00:30", "2026-11-01 05:00", True),
    ],
)
def test_open_all_through(kept: dict[str, list[list[str]]], start: str, end: str, is_open: bool) -> None:
    assert open_for(kept, start, end) is is_open


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ({"7": [["08:00", "20:00"]]}, "weekday"),
        ({"0": [["8", "x"]]}, "time"),
        ({"0": [["08:00"]]}, "time"),
        ({"0": [["08:00", "12:00"], ["11:00", "13:00"]]}, "overlap"),
        ({"0": [["08:00", "00:00"], ["09:00", "10:00"]]}, "overlap"),
        ({"0": [[f"0{hour}:00", f"0{hour}:30"] for hour in range(5)]}, "too_many"),
    ],
)
def test_hours_that_cannot_be(kept: dict[str, list[list[str]]], why: str) -> None:
    with pytest.raises(HoursError) as found:
        read_hours(kept)
    assert found.value.why == why


minutes = st.integers(0, 24 * 4 - 1).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@given(
    st.dictionaries(st.integers(0, 6), st.tuples(minutes, minutes), min_size=1),
    st.integers(0, 14 * 24 * 4),
    st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_the_same_as_looking_at_the_clock_every_quarter_of_an_hour(
    hours: dict[int, tuple[time, time]], start: int, length: int
) -> None:
    kept = read_hours(keep_hours({day: [one] for day, one in hours.items()}))
    begin = datetime(2026, 6, 1, 6, tzinfo=UTC) + start * timedelta(minutes=15)
    moments = [begin + number * timedelta(minutes=15) for number in range(length)]
    slow = all(_is_open(hours, moment.astimezone(DENVER)) for moment in moments)
    whole = Interval(begin, begin + length * timedelta(minutes=15))
    assert OpeningHours(kept, DENVER).covers(whole) is slow


def _is_open(hours: dict[int, tuple[time, time]], local: datetime) -> bool:
    on: date = local.date()
    for day, shift in ((on, 0), (on - timedelta(days=1), 1)):
        if day.weekday() not in hours:
            continue
        opens, closes = hours[day.weekday()]
        minute = shift * 1440 + local.hour * 60 + local.minute
        first = opens.hour * 60 + opens.minute
        last = closes.hour * 60 + closes.minute + (1440 if closes <= opens else 0)
        if first <= minute < last:
            return True
    return False
