"""Stretches of a series, and which new occurrence an old one becomes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import format_wall
from scheduling.domain.series_parts import (
    Part,
    Recurrence,
    edited_parts,
    expand_parts,
    pair,
    remaining_rule,
    shifted_rule,
)

DENVER = ZoneInfo("America/Denver")
MONDAYS = Part("FREQ=WEEKLY;BYDAY=MO,WE", "2026-11-16T18:00", 180)
FIRST = datetime(2026, 11, 16)  # noqa: DTZ001  (wall times)

walls = st.lists(
    st.builds(
        lambda day, hour: FIRST + timedelta(days=day, hours=hour), st.integers(0, 27), st.sampled_from((8, 12, 18))
    ),
    max_size=12,
)


def locals_of(parts: list[Part], first: date = date(2026, 11, 16), last: date = date(2026, 12, 10)) -> list[str]:
    return [format_wall(one.local)[5:] for one in expand_parts(parts, zone=DENVER, first=first, last=last)]


def test_a_split_leaves_what_is_before_it() -> None:
    parts = edited_parts([MONDAYS], Recurrence(starts_at_local="2026-11-30T17:00"), since="2026-11-30T18:00")
    assert locals_of(parts) == [
        *("11-16T18:00", "11-18T18:00", "11-23T18:00", "11-25T18:00"),
        *("11-30T17:00", "12-02T17:00", "12-07T17:00", "12-09T17:00"),
    ]
    earlier = edited_parts(parts, Recurrence(starts_at_local="2026-11-16T16:00"), since=None)
    assert locals_of(earlier[:1]) == ["11-16T16:00", "11-18T16:00", "11-23T16:00", "11-25T16:00"]


def test_a_time_for_all_reaches_every_part_and_doubles_none() -> None:
    parts = edited_parts([MONDAYS], Recurrence(rrule="FREQ=WEEKLY;BYDAY=TU"), since="2026-11-30T18:00")
    assert locals_of(parts)[4:] == ["12-01T18:00", "12-08T18:00"]
    for clock in ("16:00", "20:00"):
        later = edited_parts(parts, Recurrence(starts_at_local=f"{parts[-1].starts_at_local[:11]}{clock}"), since=None)
        assert locals_of(later) == [text.replace("18:00", clock) for text in locals_of(parts)]


def test_every_other_week_stays_the_same_weeks() -> None:
    fortnight = Part("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-16T18:00", 180)
    parts = edited_parts([fortnight], Recurrence(starts_at_local="2026-11-30T17:00"), since="2026-11-30T18:00")
    assert locals_of(parts, last=date(2026, 12, 31)) == ["11-16T18:00", "11-30T17:00", "12-14T17:00", "12-28T17:00"]


def test_a_rule_that_counts_keeps_its_number_where_the_rest_of_it_moves_to_other_days() -> None:
    six = Part("FREQ=WEEKLY;COUNT=6", "2026-11-16T18:00", 180)
    parts = edited_parts([six], Recurrence(starts_at_local="2026-12-02T18:00"), since="2026-11-30T18:00")
    until = date(2027, 3, 1)
    assert locals_of(parts, last=until) == [
        *("11-16T18:00", "11-23T18:00"),
        *("12-02T18:00", "12-09T18:00", "12-16T18:00", "12-23T18:00"),
    ]
    again = edited_parts(parts, Recurrence(starts_at_local="2026-12-17T18:00"), since="2026-12-16T18:00")
    assert locals_of(again, last=until)[4:] == ["12-17T18:00", "12-24T18:00"]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-11-16T18:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6"),
        ("2026-11-25T18:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3"),
        ("2027-11-25T18:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=1"),
    ],
)
def test_what_is_left_of_a_rule_that_counts(since: str, expected: str) -> None:
    counted = Part("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6", "2026-11-16T18:00", 180)
    assert remaining_rule(counted, since=since) == expected
    assert remaining_rule(MONDAYS, since=since) == MONDAYS.rrule


@pytest.mark.parametrize(
    ("rule", "before", "after", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE", 16, 17, "FREQ=WEEKLY;BYDAY=TU,WE"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", 16, 23, "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", 16, 18, None),
        ("FREQ=WEEKLY", 16, 17, "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=3MO", 16, 17, None),
        ("FREQ=DAILY", 16, 17, None),
    ],
)
def test_a_moved_day_of_a_rule(rule: str, before: int, after: int, expected: str | None) -> None:
    assert shifted_rule(rule, before=date(2026, 11, before), after=date(2026, 11, after)) == expected


@given(walls, walls)
def test_pairs_are_one_to_one_and_the_closest_first(old: list[datetime], new: list[datetime]) -> None:
    found = pair(old, new)
    assert len(set(found.values())) == len(found)
    assert set(found) <= set(old)
    assert set(found.values()) <= set(new)
    for at in set(old) & set(new):
        assert found[at] == at  # what stays, stays
    for before, after in found.items():
        assert before.isocalendar()[:2] == after.isocalendar()[:2]
    for week in {at.isocalendar()[:2] for at in old}:
        here = {at for at in old if at.isocalendar()[:2] == week}
        there = {at for at in new if at.isocalendar()[:2] == week}
        assert len(here & set(found)) == min(len(here), len(there))  # nobody is left over while there is a place


def test_months_pair_by_the_month_where_a_rule_counts_in_them() -> None:
    old, new = datetime(2026, 11, 2, 18), datetime(2026, 11, 10, 18)  # noqa: DTZ001
    assert pair([old], [new]) == {}
    assert pair([old], [new], by_month=True) == {old: new}
