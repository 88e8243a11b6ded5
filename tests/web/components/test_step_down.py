"""The drawing of a plan over its weeks."""

from datetime import date, timedelta

import pytest

from tests.web.reading import plain
from web.components.step_down import PlanWeek, StepBar, StepLine, build_step_down

MONDAY = date(2026, 11, 2)


def week(number: int, goal: int, **more: object) -> PlanWeek:
    return PlanWeek(MONDAY + timedelta(weeks=number), goal, **more)  # type: ignore[arg-type]


WEEKS = [
    week(0, 540, attended=540),
    week(1, 540, attended=270, is_current=True),
    week(2, 540),
    week(3, 360, transition=True),
]


def test_a_stretch_of_weeks_is_one_line_and_each_attended_week_a_bar() -> None:
    drawing = build_step_down(WEEKS)
    assert drawing.lines == (
        StepLine("0.00%", "75.00%", "75.00%", "16.67%", "83.33%", False),
        StepLine("75.00%", "100.00%", "25.00%", "44.44%", "55.56%", True),
    )
    assert drawing.bars == (
        StepBar("reached", "4.75%", "16.67%", "15.50%", "83.33%"),
        StepBar("open", "29.75%", "58.33%", "15.50%", "41.67%"),
    )
    assert (drawing.now_x, drawing.now_width, drawing.former) == ("25.00%", "25.00%", ())
    assert [plain(label.text) for label in drawing.goals] == ["9 h", "6 h"]
    assert plain(drawing.text) == "9 h from 2 Nov, 6 h from 23 Nov; 1 of 1 weeks that are over reached their goal"


def test_a_change_shows_the_plan_as_it_is_too() -> None:
    drawing = build_step_down([week(0, 540, before=540), week(1, 360, before=540)])
    assert [line.width for line in drawing.former] == ["100.00%"]
    assert [line.width for line in drawing.lines] == ["50.00%", "50.00%"]
    assert plain(drawing.text) == "9 h from 2 Nov, 6 h from 9 Nov"
    assert build_step_down([week(0, 540, before=540)]).former == ()


def test_a_week_that_was_short_says_so_and_one_without_a_goal_has_no_label() -> None:
    drawing = build_step_down([week(0, 540, attended=60), week(1, 0, exempt=True, attended=0)])
    assert [bar.kind for bar in drawing.bars] == ["short"]
    assert [plain(label.text) for label in drawing.goals] == ["9 h"]
    assert plain(drawing.text) == "9 h from 2 Nov, no goal from 9 Nov; 0 of 1 weeks that are over reached their goal"


def test_a_label_too_near_another_is_left_out_the_higher_of_two_stays() -> None:
    weeks = [*(week(number, 540) for number in range(8)), week(8, 206), week(9, 360)]
    goals = build_step_down(weeks).goals
    assert [(plain(label.text), label.x, label.anchor) for label in goals] == [
        ("9 h", "0.00%", "start"),
        ("6 h", "100.00%", "end"),  # at the edge it ends where its line ends
    ]


def test_nothing_is_ever_drawn_outside() -> None:
    drawing = build_step_down([week(number, 1140, attended=1800) for number in range(30)])
    for bar in drawing.bars:
        assert 0 <= float(bar.y[:-1]) <= 100
        assert float(bar.x[:-1]) + float(bar.width[:-1]) <= 100
    assert len(drawing.days) < 8
    with pytest.raises(ValueError, match="no week"):
        build_step_down([])
