"""Weekly targets: phases, leave, partial weeks, and which phases may stand."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.targets import (
    PartialWeekPolicy,
    Phase,
    Target,
    phase_problem,
    phases_problem,
    target_for,
    transition_days,
)
from people.domain.time import DateRange
from tests.cases import cases_of, day

MONDAY = date(2026, 11, 23)
STEADY = Phase(starts_on=date(2026, 11, 2), ends_on=None, min_minutes=540, max_minutes=1140)


@pytest.mark.parametrize("case", cases_of("targets"))
def test_worked_example(case: dict[str, Any]) -> None:
    target = target_for(
        date.fromisoformat(case["week_starts_on"]),
        admitted_on=date.fromisoformat(case["admitted_on"]),
        discharged_on=day(case["discharged_on"]),
        phases=[
            Phase(
                starts_on=date.fromisoformat(phase["starts_on"]),
                ends_on=day(phase["ends_on"]),
                min_minutes=phase["min_minutes"],
                max_minutes=phase["max_minutes"],
            )
            for phase in case["phases"]
        ],
        leaves=[DateRange(date.fromisoformat(first), day(last)) for first, last in case["leaves"]],
        program_max_minutes=case["program_max_minutes"],
        partial_week_policy=PartialWeekPolicy(case["partial_week_policy"]),
    )
    assert {
        "min_minutes": target.min_minutes,
        "max_minutes": target.max_minutes,
        "active_days": target.active_days,
        "exempt": target.exempt,
    } == case["expect"]


def test_week_of_one_transition_day_is_marked_as_planned() -> None:
    phases = [
        replace(STEADY, ends_on=date(2026, 11, 28)),
        Phase(date(2026, 11, 29), date(2026, 12, 12), 360, 600, 3, transition=True, transition_reason="step-down"),
    ]
    assert target_for(
        MONDAY,
        admitted_on=date(2026, 11, 2),
        discharged_on=None,
        phases=phases,
        leaves=[],
        program_max_minutes=1140,
        partial_week_policy=PartialWeekPolicy.PRORATE,
    ) == Target(min_minutes=514, max_minutes=1140, active_days=7, exempt=False, transition=True, days_per_week=3)


@pytest.mark.parametrize(("discharged", "expected"), [(24, 900), (26, 540)])
def test_full_policy_takes_the_phase_of_the_last_day_in_force(discharged: int, expected: int) -> None:
    phases = [
        Phase(date(2026, 11, 2), date(2026, 11, 24), 900, 1140, 5),
        Phase(date(2026, 11, 25), None, 540, 840, 3),
    ]
    target = target_for(
        MONDAY,
        admitted_on=date(2026, 11, 2),
        discharged_on=date(2026, 11, discharged),
        phases=phases,
        leaves=[],
        program_max_minutes=1140,
        partial_week_policy=PartialWeekPolicy.FULL,
    )
    assert (target.min_minutes, target.max_minutes) == (expected, 1140)


def test_days_without_a_phase_are_not_in_force() -> None:
    phases = [replace(STEADY, ends_on=date(2026, 11, 24)), replace(STEADY, starts_on=date(2026, 11, 29))]
    assert target_for(
        MONDAY,
        admitted_on=date(2026, 11, 2),
        discharged_on=None,
        phases=phases,
        leaves=[],
        program_max_minutes=1140,
        partial_week_policy=PartialWeekPolicy.PRORATE,
    ) == Target(min_minutes=231, max_minutes=1140, active_days=3, exempt=False, days_per_week=5)


@given(
    st.integers(0, 1140),
    st.integers(0, 1140),
    st.integers(-8, 8),
    st.integers(-8, 8),
    st.one_of(st.none(), st.tuples(st.integers(-8, 8), st.integers(0, 8))),
)
def test_prorated_minimum_is_the_nearest_minute_to_the_sum_of_sevenths(
    first: int, second: int, admitted: int, change: int, leave: tuple[int, int] | None
) -> None:
    on = MONDAY + timedelta(days=change)
    phases = [
        Phase(date(2026, 1, 1), on - timedelta(days=1), first, 1140),
        Phase(on, None, second, 1140),
    ]
    leaves = [
        DateRange(MONDAY + timedelta(days=start), MONDAY + timedelta(days=start + length))
        for start, length in ([leave] if leave else [])
    ]
    exact = sum(
        Fraction(second if offset >= change else first, 7)
        for offset in range(7)
        if offset >= admitted and not (leave and leave[0] <= offset <= sum(leave))
    )
    target = target_for(
        MONDAY,
        admitted_on=MONDAY + timedelta(days=admitted),
        discharged_on=None,
        phases=phases,
        leaves=leaves,
        program_max_minutes=1140,
        partial_week_policy=PartialWeekPolicy.PRORATE,
    )
    assert target.min_minutes == round(exact)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"min_minutes": 539}, "phase_below_program"),
        ({"min_minutes": 360, "transition": True}, "transition_reason"),
        ({"min_minutes": 360, "transition": True, "transition_reason": "  "}, "transition_reason"),
        ({"min_minutes": 360, "transition": True, "transition_reason": "step-down"}, None),
        ({"min_minutes": 360, "max_minutes": 400, "transition": True, "transition_reason": "step-down"}, None),
        ({"min_minutes": -1, "transition": True, "transition_reason": "step-down"}, "phase_minimum"),
        ({"max_minutes": 1141}, "phase_above_program"),
        ({"max_minutes": 1141, "transition": True, "transition_reason": "step-down"}, "phase_above_program"),
        ({"min_minutes": 700, "max_minutes": 600}, "phase_order"),
        ({"min_minutes": 540, "max_minutes": 540}, None),
        ({"ends_on": date(2026, 11, 1)}, "phase_dates"),
        ({"ends_on": date(2026, 11, 2)}, None),
        ({"days_per_week": 2}, "phase_days"),
        ({"days_per_week": 2, "transition": True, "transition_reason": "step-down"}, None),
        ({"days_per_week": 1, "transition": True, "transition_reason": "step-down"}, "phase_days"),
        ({"days_per_week": 6}, "phase_days"),
        ({"days_per_week": 3}, None),
    ],
)
def test_phase_stands_within_the_program(change: dict[str, Any], code: str | None) -> None:
    problem = phase_problem(replace(STEADY, **change), program_min_minutes=540, program_max_minutes=1140)
    assert (problem.code if problem else None) == code


def transition(starts_on: date, ends_on: date | None) -> Phase:
    """Return a phase below the program's minimum."""
    return Phase(starts_on, ends_on, 360, 600, 3, transition=True, transition_reason="step-down")


@pytest.mark.parametrize(
    ("phases", "discharged_on", "code"),
    [
        ([], None, None),
        ([transition(MONDAY, date(2026, 12, 6))], None, None),
        ([transition(MONDAY, date(2026, 12, 7))], None, "transition_too_long"),
        ([transition(MONDAY, date(2026, 12, 7))], date(2026, 12, 6), None),
        ([transition(MONDAY, None)], None, "transition_end"),
        ([transition(MONDAY, None)], date(2026, 12, 6), None),
        ([transition(date(2026, 10, 1), date(2026, 11, 8))], None, None),
        (
            [transition(MONDAY, date(2026, 11, 29)), transition(date(2026, 12, 10), date(2026, 12, 17))],
            None,
            "transition_too_long",
        ),
        ([STEADY, transition(MONDAY, date(2026, 11, 29))], None, "phases_overlap"),
        ([transition(MONDAY, date(2026, 11, 29)), replace(STEADY, ends_on=MONDAY)], None, "phases_overlap"),
        ([transition(MONDAY, date(2026, 11, 29)), replace(STEADY, ends_on=date(2026, 11, 22))], None, None),
    ],
    ids=[
        "none",
        "two weeks",
        "a day more",
        "cut short by discharge",
        "without end",
        "ended by discharge",
        "before admission does not count",
        "two that are too long together",
        "overlap without end",
        "overlap on one day",
        "side by side",
    ],
)
def test_phases_stand_together(phases: list[Phase], discharged_on: date | None, code: str | None) -> None:
    problem = phases_problem(phases, admitted_on=date(2026, 11, 2), discharged_on=discharged_on)
    assert (problem.code if problem else None) == code


def test_transition_days_are_those_of_the_admission() -> None:
    phases = [
        transition(date(2026, 11, 1), date(2026, 11, 3)),
        STEADY,
        transition(date(2026, 12, 1), date(2026, 12, 9)),
    ]
    assert transition_days(phases, admitted_on=date(2026, 11, 2), discharged_on=date(2026, 12, 4)) == 6
