"""Credited minutes: worked examples, what is shown, and agreement with counting seconds one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.domain.credit import AttendanceStatus, Credit, CreditPolicy, Deduction, Rounding, Why, credit
from people.domain.time import Interval
from tests.cases import cases_of, instant

START = datetime(2026, 11, 3, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after the session's start."""
    return START + timedelta(minutes=minutes)


EVENING = Interval(START, at(180))
BREAK = Interval(at(80), at(95))


def attend(**changes: Any) -> Credit:
    """Return the credit of an evening of three hours with a break of a quarter."""
    given_policy = changes.pop("policy", CreditPolicy())
    attendance = {"status": "present", "arrived_at": None, "left_at": None, **changes}
    return credit(EVENING, [BREAK], policy=given_policy, **attendance)


@pytest.mark.parametrize("case", cases_of("credited_minutes"))
def test_worked_example(case: dict[str, Any]) -> None:
    found = credit(
        Interval(instant(case["starts_at"]), instant(case["ends_at"])),
        [Interval(instant(start), instant(end)) for start, end in case["breaks"]],
        status=case["status"],
        arrived_at=instant(case["arrived_at"]) if case["arrived_at"] else None,
        left_at=instant(case["left_at"]) if case["left_at"] else None,
        policy=CreditPolicy(**case["policy"]),
    )
    assert {
        "credited_minutes": found.credited_minutes,
        "late_minutes": found.late_minutes,
        "early_minutes": found.early_minutes,
    } == case["expect"]
    assert found.planned_minutes - sum(one.minutes for one in found.deductions) == found.credited_minutes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Credit(180, 165, 0, 0, (Deduction(Why.BREAK, 15),), 165)),
        (
            {"arrived_at": at(12)},
            Credit(180, 165, 12, 0, (Deduction(Why.BREAK, 15), Deduction(Why.LATE, 12)), 153),
        ),
        (
            {"left_at": at(88)},
            Credit(180, 165, 0, 92, (Deduction(Why.BREAK, 8), Deduction(Why.EARLY, 92)), 80),
        ),
        (
            {"arrived_at": at(0.5), "left_at": at(179.5)},
            Credit(180, 165, 1, 1, (Deduction(Why.BREAK, 15), Deduction(Why.LATE, 1)), 164),
        ),
        (
            {"arrived_at": at(10), "policy": CreditPolicy(grace_minutes=10)},
            Credit(180, 165, 10, 0, (Deduction(Why.BREAK, 15),), 165),
        ),
        (
            {"arrived_at": at(6), "left_at": at(173), "policy": CreditPolicy(grace_minutes=10)},
            Credit(180, 165, 6, 7, (Deduction(Why.BREAK, 15),), 165),
        ),
        (
            {"arrived_at": at(12), "policy": CreditPolicy(rounding="down_15")},
            Credit(
                180,
                165,
                12,
                0,
                (Deduction(Why.BREAK, 15), Deduction(Why.LATE, 12), Deduction(Why.ROUNDING, 3)),
                150,
            ),
        ),
        (
            {"arrived_at": at(7), "policy": CreditPolicy(rounding="nearest_15")},
            Credit(
                180,
                165,
                7,
                0,
                (Deduction(Why.BREAK, 15), Deduction(Why.LATE, 7), Deduction(Why.ROUNDING, -7)),
                165,
            ),
        ),
        (
            {"arrived_at": at(16), "policy": CreditPolicy(late_cutoff_minutes=15, rounding="down_15")},
            Credit(
                180,
                165,
                16,
                0,
                (Deduction(Why.BREAK, 15), Deduction(Why.LATE, 16), Deduction(Why.CUTOFF, 149)),
                0,
            ),
        ),
        (
            {"arrived_at": at(12), "policy": CreditPolicy(grace_minutes=15, late_cutoff_minutes=10)},
            Credit(180, 165, 12, 0, (Deduction(Why.BREAK, 15), Deduction(Why.CUTOFF, 165)), 0),
        ),
        ({"arrived_at": at(190)}, Credit(180, 165, 190, 0, (Deduction(Why.LATE, 180),), 0)),
        (
            {"arrived_at": at(8), "left_at": at(5), "policy": CreditPolicy(grace_minutes=10)},
            Credit(180, 165, 8, 175, (Deduction(Why.EARLY, 180),), 0),
        ),
        (
            {"status": "turned_away", "arrived_at": at(20)},
            Credit(180, 165, 0, 0, (Deduction(Why.BREAK, 15), Deduction(Why.ABSENT, 165)), 0),
        ),
    ],
    ids=[
        "all of it",
        "late",
        "left inside the break",
        "seconds at both ends make one minute",
        "late within the grace",
        "within the grace at each end",
        "rounded down",
        "rounded up",
        "past the cut-off",
        "past the cut-off within the grace",
        "after the end",
        "left before arriving",
        "turned away",
    ],
)
def test_what_is_shown_adds_up(changes: dict[str, Any], expected: Credit) -> None:
    assert attend(**changes) == expected


def test_breaks_that_overlap_or_reach_out_count_once_and_inside() -> None:
    breaks = [
        Interval(at(-10), at(10)),
        Interval(at(80), at(95)),
        Interval(at(90), at(100)),
        Interval(at(300), at(310)),
    ]
    found = credit(EVENING, breaks, status="present", arrived_at=None, left_at=None, policy=CreditPolicy())
    assert found == Credit(180, 150, 0, 0, (Deduction(Why.BREAK, 30),), 150)


def test_unknown_status_is_refused() -> None:
    with pytest.raises(ValueError, match="'perhaps' is not a valid AttendanceStatus"):
        attend(status="perhaps")


def test_unknown_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="'up' is not a valid Rounding"):
        CreditPolicy(rounding="up")


def counted(
    length: int, breaks: list[tuple[int, int]], arrived: int, left: int, policy: CreditPolicy
) -> tuple[int, int, int]:
    """Return credited, late and early minutes by looking at each second: slow and obvious."""
    late, early = max(0, arrived), max(0, length - left)
    was_there = max(arrived, 0) < min(left, length)
    clinical = 0
    present = 0
    for second in range(length):
        if any(start <= second < end for start, end in breaks):
            continue
        clinical += 1
        after_arrival = second >= arrived or late <= policy.grace_minutes * 60
        before_leaving = second < left or early <= policy.grace_minutes * 60
        if was_there and after_arrival and before_leaving:
            present += 1
    minutes = present // 60
    if policy.rounding == "down_15":
        minutes -= minutes % 15
    if policy.rounding == "nearest_15":
        minutes = min((quarter for quarter in range(0, length, 15)), key=lambda quarter: abs(quarter - minutes))
    minutes = min(minutes, clinical // 60)
    if policy.late_cutoff_minutes is not None and late > policy.late_cutoff_minutes * 60:
        minutes = 0
    return minutes, -(-late // 60), -(-early // 60)


policies = st.builds(
    CreditPolicy,
    grace_minutes=st.sampled_from([0, 0, 5, 10]),
    late_cutoff_minutes=st.sampled_from([None, None, 5, 15]),
    rounding=st.sampled_from(Rounding),
)


@st.composite
def attendances(draw: Any) -> tuple[int, list[tuple[int, int]], int, int]:
    """Draw a session of up to fifty minutes, its breaks, an arrival and a departure, all in seconds."""
    length = draw(st.integers(1, 3000))
    edges = draw(st.lists(st.integers(0, length), max_size=4, unique=True).map(sorted))
    breaks = list(zip(edges[::2], edges[1::2], strict=False))
    near_start = st.one_of(st.integers(-300, 900), st.integers(-300, length + 300))
    arrived = draw(near_start)
    left = draw(st.one_of(near_start.map(lambda offset: length - offset), st.integers(-300, length + 300)))
    return length, breaks, arrived, left


@settings(max_examples=400, deadline=None)
@given(attendances(), policies)
def test_agrees_with_counting_seconds(
    attendance: tuple[int, list[tuple[int, int]], int, int], policy: CreditPolicy
) -> None:
    length, breaks, arrived, left = attendance

    def second(offset: int) -> datetime:
        return START + timedelta(seconds=offset)

    found = credit(
        Interval(START, second(length)),
        [Interval(second(start), second(end)) for start, end in breaks],
        status=AttendanceStatus.PRESENT,
        arrived_at=second(arrived),
        left_at=second(left),
        policy=policy,
    )
    assert (found.credited_minutes, found.late_minutes, found.early_minutes) == counted(
        length, breaks, arrived, left, policy
    )
    assert found.planned_minutes - sum(one.minutes for one in found.deductions) == found.credited_minutes
    assert 0 <= found.credited_minutes <= found.clinical_minutes <= found.planned_minutes
    assert all(one.minutes > 0 or one.why == Why.ROUNDING for one in found.deductions)
    assert all(one.minutes != 0 for one in found.deductions)


@given(st.sampled_from(["excused", "no_show", "turned_away"]), attendances(), policies)
def test_nobody_absent_is_credited(
    status: str, attendance: tuple[int, list[tuple[int, int]], int, int], policy: CreditPolicy
) -> None:
    length, breaks, arrived, left = attendance
    found = credit(
        Interval(START, START + timedelta(seconds=length)),
        [Interval(START + timedelta(seconds=start), START + timedelta(seconds=end)) for start, end in breaks],
        status=status,
        arrived_at=START + timedelta(seconds=arrived),
        left_at=START + timedelta(seconds=left),
        policy=policy,
    )
    assert (found.credited_minutes, found.late_minutes, found.early_minutes) == (0, 0, 0)
    assert sum(one.minutes for one in found.deductions) == found.planned_minutes
