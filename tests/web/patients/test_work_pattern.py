"""Usual work read from busy times, and written as such."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.domain.time import Interval, resolve_wall
from scheduling.domain.work_hours import busy_in
from scheduling.models import WorkHours
from scheduling.services.work_hours import WorkHoursFields, check_work_hours
from web.patients.work_pattern import (
    Pattern,
    Rotation,
    Shift,
    patterns_of,
    read_pattern,
    template,
    write_rotation,
    write_weeks,
)

ZONE = "America/Denver"
MONDAY = date(2026, 11, 16)
DAY = Shift(time(8), time(16, 30), 30, 30)
LATE = Shift(time(14), time(22), 30, 0)
NIGHT = Shift(time(22), time(6), 20, 20)

minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0, fold=0))
shifts = st.builds(Shift, minutes, minutes).filter(lambda shift: shift.starts != shift.ends)
weeks = st.dictionaries(st.integers(0, 6), shifts, max_size=7)


def fortnight(zone: ZoneInfo) -> Interval:
    ends = (resolve_wall(datetime.combine(MONDAY + timedelta(days=days), time.min), zone) for days in (0, 14))
    return Interval(*ends)


def rows_of(wanted: list[WorkHoursFields]) -> list[WorkHours]:
    return [WorkHours(**check_work_hours(fields)) for fields in wanted]


@settings(deadline=None, max_examples=40)
@given(st.one_of(st.tuples(weeks), st.tuples(weeks, weeks).filter(lambda pair: bool(pair[0]) or bool(pair[1]))))
def test_what_is_written_is_read_again(wanted: tuple[dict[int, Shift], ...]) -> None:
    rows = rows_of(write_weeks(wanted, monday=MONDAY, zone=ZONE))
    assert read_pattern(rows, monday=MONDAY) == Pattern("weekly", wanted)


@settings(deadline=None, max_examples=40)
@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 14), st.integers(1, 28), shifts)
def test_days_on_and_off_are_read_again(first_day: date, days_on: int, days_off: int, shift: Shift) -> None:
    rotation = Rotation(first_day, days_on, days_off, shift)
    rows = rows_of(write_rotation(rotation, zone=ZONE))
    read = read_pattern(rows, monday=MONDAY)
    assert read in (Pattern("rotation", rotation=rotation), Pattern("weekly", read.weeks))


def test_equal_days_share_one_busy_time() -> None:
    wanted = write_weeks(({0: DAY, 2: DAY, 3: LATE},), monday=MONDAY, zone=ZONE, except_on=(date(2026, 11, 18),))
    assert wanted == [
        WorkHoursFields(
            "2026-11-16T08:00",
            "2026-11-16T16:30",
            ZONE,
            rrule="FREQ=WEEKLY;BYDAY=MO,WE",
            except_on=(date(2026, 11, 18),),
            travel_before_minutes=30,
            travel_after_minutes=30,
        ),
        WorkHoursFields(
            "2026-11-19T14:00",
            "2026-11-19T22:00",
            ZONE,
            rrule="FREQ=WEEKLY;BYDAY=TH",
            except_on=(date(2026, 11, 18),),
            travel_before_minutes=30,
        ),
    ]


def test_two_weeks_in_turn_begin_with_the_running_one() -> None:
    wanted = write_weeks(({0: DAY}, {1: NIGHT}), monday=MONDAY, zone=ZONE)
    zone = ZoneInfo(ZONE)
    window = fortnight(zone)
    busy = [
        tuple(end.astimezone(zone).strftime("%d %H:%M") for end in (one.work.start, one.work.end))
        for one in busy_in(patterns_of(wanted), window=window)
    ]
    assert busy == [("16 08:00", "16 16:30"), ("24 22:00", "25 06:00")]
    assert read_pattern(rows_of(wanted), monday=MONDAY + timedelta(days=7)) == Pattern("weekly", ({1: NIGHT}, {0: DAY}))


def test_four_on_four_off_runs_on() -> None:
    wanted = write_rotation(Rotation(date(2026, 11, 18), 4, 4, DAY), zone=ZONE)
    zone = ZoneInfo(ZONE)
    window = fortnight(zone)
    days = [one.work.start.astimezone(zone).day for one in busy_in(patterns_of(wanted), window=window)]
    assert days == [18, 19, 20, 21, 26, 27, 28, 29]


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1", {}),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO", {}),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=4", {}),
        ("FREQ=WEEKLY;BYDAY=MO;WKST=SU", {}),
        ("FREQ=WEEKLY;BYDAY=MO", {"ends_on": date(2026, 12, 31)}),
        ("FREQ=WEEKLY;BYDAY=MO", {"starts_on": date(2027, 1, 4)}),
        ("FREQ=DAILY;INTERVAL=8;BYDAY=MO", {}),
    ],
)
def test_what_the_editor_cannot_say_is_other(rule: str, more: dict[str, date]) -> None:
    fields = WorkHoursFields("2026-11-16T08:00", "2026-11-16T16:00", ZONE, rrule=rule, **more)  # type: ignore[arg-type]
    assert read_pattern(rows_of([fields]), monday=MONDAY) == Pattern("other")


def test_two_shifts_on_one_day_and_a_shift_longer_than_a_day_are_other() -> None:
    morning, evening, long = (
        WorkHoursFields(f"2026-11-16T{starts}", f"2026-11-{ends}", ZONE, rrule="FREQ=WEEKLY;BYDAY=MO")
        for starts, ends in (("06:00", "16T10:00"), ("18:00", "16T22:00"), ("08:00", "17T09:00"))
    )
    assert read_pattern(rows_of([morning, evening]), monday=MONDAY) == Pattern("other")
    assert read_pattern(rows_of([long]), monday=MONDAY) == Pattern("other")


def test_no_rows_and_single_ones_are_a_week_without_work() -> None:
    single = WorkHoursFields("2026-11-16T08:00", "2026-11-16T10:00", ZONE)
    assert read_pattern(rows_of([single]), monday=MONDAY) == Pattern("weekly", ({},))


def test_a_template_that_is_none() -> None:
    assert template("sundays", today=MONDAY) is None
