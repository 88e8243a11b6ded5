"""The demo's timetable: nobody and no room is needed twice at a time, and work leaves free what it should."""

from datetime import date
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from web.demo.seed import shares
from web.demo.timetable import EVENING, FLEXIBLE, TRACKS, Slot
from web.demo.work import free_slots

ALL_SLOTS = [slot for track in TRACKS for slot in track.slots]


def test_no_counselor_leads_two_sessions_at_once() -> None:
    together = [(one.key, other.key) for one, other in _overlapping() if one.template.lead == other.template.lead]
    assert together == []


def test_no_room_holds_two_sessions_at_once() -> None:
    together = [
        (one.key, other.key)
        for one, other in _overlapping()
        if one.template.room is not None and one.template.room == other.template.room
    ]
    assert together == []


@pytest.mark.parametrize(
    ("job", "free"),
    [
        ("two jobs", {"early:TU", "early:TH", "early:FR"}),
        ("office", {slot.key for slot in EVENING.slots} - {"early:TU", "early:TH", "early:FR"}),
        ("none", {slot.key for slot in EVENING.slots}),
    ],
)
def test_work_leaves_these_sessions_free(job: str, free: set[str]) -> None:
    found = free_slots("evening", job, date(2026, 11, 23), ZoneInfo("America/Denver"), date(2026, 8, 31))
    assert {EVENING.slots[position].key for position in found} == free


def test_shifts_in_turns_leave_evenings_free_every_other_week() -> None:
    zone, anchor = ZoneInfo("America/Denver"), date(2026, 8, 31)
    evening = FLEXIBLE.position("tuesday:TU")
    weeks = [date(2026, 11, 19), date(2026, 11, 26)]
    free = [
        [evening in free_slots("flexible", job, week, zone, anchor) for week in weeks]
        for job in ("rotating", "rotating back")
    ]
    assert free == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("patients", "sizes"),
    [(1, [1, 0]), (60, [40, 20]), (149, [100, 49]), (150, [75, 37, 38]), (600, [172, 85, 86, 85, 86, 86])],
)
def test_one_more_site_for_each_150_patients(patients: int, sizes: list[int]) -> None:
    found = list(shares(patients))
    assert [len(share.people) for share in found] == sizes
    assert [number for share in found for number in share.people] == list(range(patients))
    assert [share.is_last for share in found] == [False] * (len(found) - 1) + [True]


def _overlapping() -> list[tuple[Slot, Slot]]:
    return [(one, other) for one, other in combinations(ALL_SLOTS, 2) if one.overlaps(other)]
