"""The geometry of the hours bar, and what it says in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.components.hours_bar import BarSegment, build_hours_bar


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def number(percentage: str) -> float:
    return float(percentage.removesuffix("%"))


def test_a_week_with_something_done_booked_and_missing() -> None:
    bar = build_hours_bar(done=225, booked=165, minimum=540, maximum=1140)
    assert bar.segments == (
        BarSegment("done", "0.00%", "19.74%"),
        BarSegment("booked", "19.74%", "14.47%"),
        BarSegment("missing", "34.21%", "13.16%"),
    )
    assert (bar.zone_x, bar.zone_width, bar.goal_x, bar.maximum_x) == ("47.37%", "52.63%", "47.37%", "100.00%")
    assert (bar.missing_minutes, bar.over_minutes) == (150, 0)
    assert plain(bar.text) == "3 h 45 done, 2 h 45 booked, goal 9 h, at most 19 h"


def test_on_a_board_every_bar_runs_to_21_hours() -> None:
    bar = build_hours_bar(done=0, booked=165, minimum=540, maximum=1140, board=True)
    assert bar.segments == (BarSegment("booked", "0.00%", "13.10%"), BarSegment("missing", "13.10%", "29.76%"))
    assert (bar.goal_x, bar.maximum_x) == ("42.86%", "90.48%")


def test_what_is_past_the_maximum_is_a_part_of_its_own() -> None:
    bar = build_hours_bar(done=840, booked=390, minimum=540, maximum=1140)
    assert bar.segments == (
        BarSegment("done", "0.00%", "63.64%"),
        BarSegment("booked", "63.64%", "22.73%"),
        BarSegment("over", "86.36%", "6.82%"),
    )
    assert (bar.maximum_x, bar.over_minutes, bar.missing_minutes) == ("86.36%", 90, 0)


def test_more_done_than_the_maximum_leaves_no_booked_part() -> None:
    bar = build_hours_bar(done=1200, booked=60, minimum=540, maximum=1140, board=True)
    assert [segment.kind for segment in bar.segments] == ["done", "over"]


def test_an_exempt_week_has_no_goal() -> None:
    bar = build_hours_bar(done=60, booked=0, minimum=0, maximum=1140)
    assert not bar.has_goal
    assert [segment.kind for segment in bar.segments] == ["done"]
    assert plain(bar.text) == "1 h done, 0 h booked, no goal, at most 19 h"


@pytest.mark.parametrize(
    ("minimum", "anchor", "starts_with_zero", "crowded"),
    [(540, "middle", True, False), (60, "start", False, False), (900, "end", True, True), (0, "start", True, False)],
)
def test_labels_never_run_into_each_other(minimum: int, anchor: str, starts_with_zero: bool, crowded: bool) -> None:
    bar = build_hours_bar(done=0, booked=0, minimum=minimum, maximum=1140)
    assert (bar.goal_anchor, bar.starts_with_zero, bar.is_crowded) == (anchor, starts_with_zero, crowded)


@pytest.mark.parametrize(
    ("done", "booked", "minimum", "maximum"), [(-1, 0, 540, 1140), (0, -1, 540, 1140), (0, 0, -1, 1140), (0, 0, 540, 0)]
)
def test_impossible_minutes_are_refused(done: int, booked: int, minimum: int, maximum: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        build_hours_bar(done=done, booked=booked, minimum=minimum, maximum=maximum)


@given(
    done=st.integers(0, 3000),
    booked=st.integers(0, 3000),
    minimum=st.integers(0, 1140),
    maximum=st.integers(1140, 1500),
    board=st.booleans(),
)
def test_parts_follow_each_other_without_gap_and_stay_inside(
    done: int, booked: int, minimum: int, maximum: int, board: bool
) -> None:
    bar = build_hours_bar(done=done, booked=booked, minimum=minimum, maximum=maximum, board=board)
    reached = 0.0
    for segment in bar.segments:
        assert number(segment.x) == pytest.approx(reached, abs=0.02)
        reached = number(segment.x) + number(segment.width)
    assert reached <= 100.02
    assert number(bar.maximum_x) <= 100
    assert bar.missing_minutes == max(minimum - done - booked, 0)
