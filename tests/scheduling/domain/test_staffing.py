"""Who can lead what, against a slow and obvious reckoning by the minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import Interval
from scheduling.domain.staffing import CounselorTimes, Duty, Hindrance, findings, slots_in

DAY = date(2026, 11, 18)
MIDNIGHT = datetime(2026, 11, 18, tzinfo=UTC)


def between(start: int, end: int) -> Interval:
    """From one minute of the day to another."""
    return Interval(MIDNIGHT + timedelta(minutes=start), MIDNIGHT + timedelta(minutes=end))


def duty(start: int, end: int, *, session_id: int | None = 1, asks: tuple[frozenset[str], ...] = ()) -> Duty:
    return Duty(session_id, between(start, end), "maple", DAY, asks)


def codes(one: Duty, times: CounselorTimes) -> list[Hindrance]:
    return [found.code for found in findings(one, times)]


stretches = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    asked=stretches,
    hours=st.none() | st.lists(stretches, max_size=4),
    off=st.lists(stretches, max_size=2),
    led=st.lists(stretches, max_size=3),
    most=st.none() | st.integers(1, 120),
)
def test_the_reasons_are_those_of_a_reckoning_by_the_minute(
    asked: tuple[int, int],
    hours: list[tuple[int, int]] | None,
    off: list[tuple[int, int]],
    led: list[tuple[int, int]],
    most: int | None,
) -> None:
    from people.domain.time import merge

    times = CounselorTimes(
        7,
        hours=None if hours is None else {"maple": merge(between(*one) for one in hours)},
        off=tuple(between(*one) for one in off),
        led=tuple(duty(*one, session_id=number + 2) for number, one in enumerate(led)),
        daily_maximum_minutes=most,
    )
    minutes = set(range(*asked))
    expected = []
    if any(minutes & set(range(*one)) for one in led):
        expected.append(Hindrance.BUSY)
    if any(minutes & set(range(*one)) for one in off):
        expected.append(Hindrance.TIME_OFF)
    if hours is not None and not minutes <= {minute for one in hours for minute in range(*one)}:
        expected.append(Hindrance.UNAVAILABLE)
    if most is not None and len(minutes) + sum(end - start for start, end in led) > most:
        expected.append(Hindrance.OVER_DAILY_MAXIMUM)
    assert codes(duty(*asked), times) == expected


def test_a_session_is_never_in_its_own_way() -> None:
    own = duty(600, 780)
    assert codes(own, CounselorTimes(7, led=(own,), daily_maximum_minutes=180)) == []


def test_hours_at_another_site_are_no_hours_here() -> None:
    (found,) = findings(duty(600, 660), CounselorTimes(7, hours={"elm": [between(0, 1440)]}))
    assert (found.code, found.facts) == (Hindrance.UNAVAILABLE, {"available": []})


@pytest.mark.parametrize(
    ("start", "video", "fits"),
    [(690, False, False), (705, False, True), (570, False, False), (555, False, True), (690, True, True)],
)
def test_the_way_from_another_site_takes_its_time(start: int, video: bool, fits: bool) -> None:
    """An hour and ten at Elm Street from ten o'clock, and 35 minutes between the two."""
    elsewhere = replace(duty(600, 670, session_id=2), site_id="elm", in_person=not video)
    asked = replace(duty(start, start + 10), ways=(("elm", 35),))
    assert (codes(asked, CounselorTimes(7, led=(elsewhere,))) == []) is fits


@pytest.mark.parametrize(
    ("held", "fits"),
    [
        ({}, False),
        ({"LAC": None}, True),
        ({"LAC": DAY}, True),
        ({"LAC": DAY - timedelta(days=1)}, False),
        ({"LPC": None}, True),
        ({"CPR": None}, False),
    ],
)
def test_one_of_the_codes_in_force_on_the_day_suffices(held: dict[str, date | None], fits: bool) -> None:
    asked = duty(600, 660, asks=(frozenset({"LAC", "LPC"}),))
    assert (codes(asked, CounselorTimes(7, credentials=held)) == []) is fits


def test_each_set_asks_for_itself() -> None:
    asked = duty(600, 660, asks=(frozenset({"LAC"}), frozenset({"EMDR"})))
    (found,) = findings(asked, CounselorTimes(7, credentials={"LAC": None}))
    assert (found.code, found.facts) == (Hindrance.NOT_QUALIFIED, {"one_of": [["EMDR"]]})


# --- slots ---


@given(
    hours=st.lists(stretches, max_size=4),
    minutes=st.integers(1, 20),
    pause=st.integers(0, 10),
)
def test_slots_lie_in_the_hours_apart_and_none_more_would_fit(
    hours: list[tuple[int, int]], minutes: int, pause: int
) -> None:
    stretches_ = [between(*one) for one in hours]
    found = slots_in(stretches_, minutes=minutes, pause_minutes=pause)
    free = {minute for one in hours for minute in range(*one)}
    spans = [
        (int((one.start - MIDNIGHT).total_seconds()) // 60, int((one.end - MIDNIGHT).total_seconds()) // 60)
        for one in found
    ]
    expected, at = [], 0
    while at < 100:
        if set(range(at, at + minutes)) <= free:
            expected.append((at, at + minutes))
            # Within one stretch the pause follows; after it the next stretch begins anew.
            end = at + minutes
            at = (
                end + pause
                if set(range(end, end + pause)) <= free
                else next((minute for minute in range(end, 101) if minute in free and minute - 1 not in free), 100)
            )
        else:
            at += 1
    assert [span for span in spans if span[0] < 100] == expected
    assert all(one.minutes == minutes for one in found)


def test_three_slots_with_breaks_fit_four_hours() -> None:
    found = slots_in([between(540, 780)], minutes=60, pause_minutes=15)
    assert found == [between(540, 600), between(615, 675), between(690, 750)]
    with pytest.raises(ValueError, match="a minute or more"):
        slots_in([between(540, 780)], minutes=0, pause_minutes=15)
