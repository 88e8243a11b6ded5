"""Eight weeks as small bars."""

from web.components.sparkline import SparkBar, SparkWeek, build_sparkline


def test_each_week_says_what_became_of_it() -> None:
    weeks = [
        SparkWeek(None),
        SparkWeek(600, 540),
        SparkWeek(480, 540),
        SparkWeek(165, 540, is_open=True),
    ]
    line = build_sparkline(weeks)
    assert line.bars == (
        SparkBar("absent", "4.0%", "100.0%", "17.0%", "0.0%"),
        SparkBar("reached", "29.0%", "0.8%", "17.0%", "99.2%"),
        SparkBar("short", "54.0%", "20.6%", "17.0%", "79.4%"),
        SparkBar("open", "79.0%", "72.7%", "17.0%", "27.3%"),
    )
    assert line.goal_y == "10.7%"
    assert line.text == "Finished weeks: 1 reached, 1 short"


def test_a_newcomer_has_no_finished_week() -> None:
    line = build_sparkline([SparkWeek(None)] * 7 + [SparkWeek(0, 0, is_open=True)])
    assert (line.text, line.goal_y) == ("No finished week yet", "")


def test_nothing_to_draw_is_no_error() -> None:
    assert build_sparkline([]).bars == ()
