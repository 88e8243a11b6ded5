"""Where the blocks of a week's drawing lie, and what its list says."""

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from web.components.week_grid import GridItem, GridLine, build_week_grid, travel_round

DENVER = ZoneInfo("America/Denver")
MONDAY = dt.date(2026, 11, 16)
WEEK = [MONDAY + dt.timedelta(days=number) for number in range(7)]
STYLES = Path(__file__).parents[3] / "web" / "static" / "web" / "css" / "week-grid.css"


def at(day: int, wall: str, zone: ZoneInfo = DENVER) -> dt.datetime:
    """An instant in UTC from a day of the week and a wall time."""
    local = dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time.fromisoformat(wall), zone)
    return local.astimezone(dt.UTC)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_an_evening_group_lies_in_its_day_by_quarter_hours() -> None:
    group = GridItem(at(2, "18:00"), at(2, "21:00"), "booked", "Group", "people-fill", minutes=165)
    grid = build_week_grid(WEEK, [group], DENVER)
    wednesday = grid.days[2]
    (block,) = wednesday.blocks
    assert block.classes == "q72 n12 is-booked is-tall"
    assert (plain(block.times), block.short_times, block.icon, block.state) == (
        "6–9 pm",
        "6–9",
        "people-fill",
        "booked",
    )
    assert plain(wednesday.total) == "2 h 45"
    assert [day.total for day in grid.days if day is not wednesday] == ["–"] * 6
    assert (grid.from_hour, grid.to_hour, grid.classes) == (8, 21, "from8 to21")


def test_odd_times_cover_every_quarter_they_touch() -> None:
    meeting = GridItem(at(0, "17:20"), at(0, "17:50"), "done", "One-to-one")
    (block,) = build_week_grid(WEEK, [meeting], DENVER).days[0].blocks
    assert block.classes == "q69 n3 is-done is-flat"
    assert (plain(block.times), block.short_times, block.icon) == ("5:20–5:50 pm", "5:20", "check-lg")


def test_work_over_midnight_is_drawn_in_both_days_and_listed_in_both() -> None:
    night = GridItem(at(4, "22:00"), at(5, "06:00"), "work", "Work")
    grid = build_week_grid(WEEK, [night], DENVER)
    assert [[block.classes for block in day.blocks] for day in grid.days[4:6]] == [
        ["q88 n8 is-work is-tall"],
        ["q0 n24 is-work is-tall"],
    ]
    assert (grid.from_hour, grid.to_hour) == (0, 24)
    assert [day.total_minutes for day in grid.days] == [0] * 7


def test_a_shift_that_ends_at_midnight_leaves_the_next_day_alone() -> None:
    evening = GridItem(at(0, "16:00"), at(1, "00:00"), "work", "Work")
    grid = build_week_grid(WEEK, [evening], DENVER)
    assert [len(day.blocks) for day in grid.days] == [1, 0, 0, 0, 0, 0, 0]


def test_a_session_over_midnight_counts_for_the_day_it_starts_in() -> None:
    late = GridItem(at(0, "23:00"), at(1, "01:00"), "done", "Group")
    assert [day.total_minutes for day in build_week_grid(WEEK, [late], DENVER).days] == [120, 0, 0, 0, 0, 0, 0]


def test_wall_time_holds_on_both_sides_of_a_clock_change() -> None:
    monday = dt.date(2026, 10, 26)
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    before = dt.datetime(2026, 10, 31, 0, 0, tzinfo=dt.UTC)  # Friday 18:00, six hours behind UTC
    after = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)  # Sunday 18:00, seven hours behind
    hour = dt.timedelta(hours=1)
    items = [GridItem(before, before + hour, "done", "Group"), GridItem(after, after + hour, "booked", "Group")]
    grid = build_week_grid(days, items, DENVER)
    assert [block.classes for day in grid.days for block in day.blocks] == [
        "q72 n4 is-done is-flat",
        "q72 n4 is-booked is-flat",
    ]


def test_the_hour_that_comes_twice_still_has_a_block() -> None:
    first = dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.UTC)  # 1:30 before the clock goes back
    item = GridItem(first, first + dt.timedelta(minutes=30), "booked", "Group")
    (block,) = build_week_grid([dt.date(2026, 11, 1)], [item], DENVER).days[0].blocks
    assert block.classes == "q6 n1 is-booked is-flat"


def test_now_and_today_are_marked_in_the_zone_of_the_drawing() -> None:
    grid = build_week_grid(WEEK, [], DENVER, now=at(2, "17:05"))
    assert [day.is_today for day in grid.days] == [False, False, True, False, False, False, False]
    assert [day.now_quarter for day in grid.days] == [None, None, 68, None, None, None, None]


@pytest.mark.parametrize(
    ("wall", "quarter"), [("06:38", None), ("07:59", None), ("08:00", 32), ("19:59", 79), ("20:00", None)]
)
def test_no_line_is_drawn_above_or_below_the_hours_shown(wall: str, quarter: int | None) -> None:
    grid = build_week_grid(WEEK, [], DENVER, now=at(2, wall))
    assert (grid.from_hour, grid.to_hour, grid.days[2].now_quarter) == (8, 20, quarter)


def test_hours_are_named_every_three_from_the_first() -> None:
    grid = build_week_grid(WEEK, [], DENVER, hours=(7, 22))
    assert grid.lines == (
        GridLine(28, "7am"),
        GridLine(40, "10am"),
        GridLine(52, "1pm"),
        GridLine(64, "4pm"),
        GridLine(76, "7pm"),
    )


def test_the_list_leaves_out_travel_and_keeps_the_order_of_the_day() -> None:
    starts_at, ends_at = at(0, "08:00"), at(0, "16:30")
    items = [
        GridItem(at(0, "18:00"), at(0, "21:00"), "offered", "Group"),
        GridItem(starts_at, ends_at, "work", "Work"),
        *travel_round(starts_at, ends_at, before=30, after=0),
    ]
    (monday, *_) = build_week_grid(WEEK, items, DENVER).days
    assert [block.item.look for block in monday.blocks] == ["travel", "work", "offered"]
    assert [(e.item.label, plain(e.times), e.state) for e in monday.entries] == [
        ("Work", "8 am–4:30 pm", ""),
        ("Group", "6–9 pm", "free to book"),
    ]


def test_a_closed_day_carries_its_word() -> None:
    grid = build_week_grid(WEEK, [], DENVER, closed={WEEK[3]: "Closed"})
    assert [day.closed for day in grid.days] == ["", "", "", "Closed", "", "", ""]


def test_a_block_that_ends_at_noon_drops_am_in_the_drawing_only() -> None:
    item = GridItem(at(5, "09:00"), at(5, "12:00"), "offered", "Group")
    (block,) = build_week_grid(WEEK, [item], DENVER).days[5].blocks
    assert (plain(block.times), plain(block.drawn_times)) == ("9 am–noon", "9–noon")


@pytest.mark.parametrize(
    ("letter", "numbers", "factor"),
    [("q", range(96), 1), ("n", range(1, 97), 1), ("from", range(24), 4), ("to", range(1, 25), 4)],
)
def test_the_style_sheet_knows_every_place_and_length(letter: str, numbers: range, factor: int) -> None:
    rules = re.findall(rf"\.{letter}(\d+) {{ --{letter}: (\d+); }}", STYLES.read_text(encoding="utf-8"))
    assert [(int(name), int(value)) for name, value in rules] == [(number, number * factor) for number in numbers]
