"""Plan templates: which steps stand, and which phases they make."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.plan_templates import USUAL_STEPS, Step, next_step, phases_from, steps_problem
from people.domain.targets import Phase, phase_problem, phases_problem

MONDAY = date(2026, 11, 23)
LIMITS = {"program_min_minutes": 540, "program_max_minutes": 1140, "transition_weeks": 2}


@st.composite
def step_lists(draw: st.DrawFn) -> list[Step]:
    """Steps that stand by themselves, the last perhaps without an end."""
    count = draw(st.integers(1, 6))
    steps = []
    for number in range(count):
        minimum = draw(st.integers(540, 1140))
        weeks = draw(st.integers(1, 8)) if number < count - 1 else draw(st.none() | st.integers(1, 8))
        steps.append(Step(weeks, minimum, draw(st.integers(minimum, 1140)), draw(st.integers(3, 5))))
    return steps


@given(step_lists(), st.integers(0, 6), st.integers(0, 5))
def test_the_phases_follow_each_other_day_by_day(steps: list[Step], shift: int, first: int) -> None:
    """Against the slow way: which step each day belongs to, counted one day at a time."""
    first = min(first, len(steps) - 1)
    starts_on = MONDAY + timedelta(days=shift)
    assert steps_problem(steps, **LIMITS) is None
    phases = phases_from(steps, starts_on=starts_on, first_step=first, template=7)
    expected = [step for step in steps[first:] for _ in range(7 * (step.weeks or 2))]
    for offset, step in enumerate(expected):
        (phase,) = [one for one in phases if one.contains(starts_on + timedelta(days=offset))]
        assert step.as_phase(phase.starts_on, template=7) == phase
    assert not any(one.contains(starts_on - timedelta(days=1)) for one in phases)
    after = starts_on + timedelta(days=len(expected))
    assert any(one.contains(after) for one in phases) == (steps[-1].weeks is None)


@given(step_lists(), st.integers(0, 6))
def test_steps_that_stand_make_phases_that_stand(steps: list[Step], shift: int) -> None:
    phases = phases_from(steps, starts_on=MONDAY + timedelta(days=shift))
    assert [phase_problem(one, program_min_minutes=540, program_max_minutes=1140) for one in phases] == [None] * len(
        steps
    )
    assert phases_problem(phases, admitted_on=MONDAY) is None


def test_the_usual_step_down() -> None:
    assert steps_problem(USUAL_STEPS, **LIMITS) is None
    phases = phases_from(USUAL_STEPS, starts_on=MONDAY)
    assert [(one.starts_on, one.ends_on, one.min_minutes, one.days_per_week, one.transition) for one in phases] == [
        (date(2026, 11, 23), date(2026, 12, 6), 900, 4, False),
        (date(2026, 12, 7), date(2027, 1, 3), 720, 4, False),
        (date(2027, 1, 4), date(2027, 1, 31), 540, 3, False),
        (date(2027, 2, 1), date(2027, 2, 14), 360, 2, True),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"weeks": 0}, "weeks"),
        ({"weeks": 53}, "weeks"),
        ({"weeks": None}, "weeks"),
        ({"min_minutes": 539}, "min_minutes"),
        ({"max_minutes": 1141}, "max_minutes"),
        ({"max_minutes": 500}, "max_minutes"),
        ({"days_per_week": 2}, "days_per_week"),
        ({"days_per_week": 2, "transition": True, "transition_reason": "step-down"}, None),
        ({"days_per_week": 1, "transition": True, "transition_reason": "step-down"}, "days_per_week"),
        ({"transition": True}, "transition_reason"),
        ({"transition": True, "transition_reason": "step-down", "weeks": None}, "weeks"),
    ],
)
def test_a_step_that_cannot_stand_is_named(change: dict[str, Any], field: str | None) -> None:
    first = Step(2, 720, 1140, 4)
    problem = steps_problem([first, replace(Step(2, 540, 1140, 3), **change), first], **LIMITS)
    assert (problem and (problem.step, problem.field)) == (field and (1, field))


def test_steps_that_cannot_stand_together() -> None:
    low = Step(2, 360, 600, 2, transition=True, transition_reason="step-down")
    for steps in ([], [low, low], [Step(1, 540, 600)] * 13):
        problem = steps_problem(steps, **LIMITS)
        assert problem is not None
        assert (problem.step, problem.field) == (None, "steps")


def test_there_is_no_step_beyond_the_last() -> None:
    for first in (-1, 4):
        with pytest.raises(ValueError, match="no step"):
            phases_from(USUAL_STEPS, starts_on=MONDAY, first_step=first)
    with pytest.raises(ValueError, match="must be the last"):
        phases_from([Step(None, 540, 600), Step(1, 540, 600)], starts_on=MONDAY)


@pytest.mark.parametrize(("minimum", "step"), [(1000, 0), (900, 1), (720, 2), (541, 2), (540, 3), (360, None)])
def test_the_next_step_asks_for_less(minimum: int, step: int | None) -> None:
    assert next_step(USUAL_STEPS, minimum) == step


def test_a_step_becomes_a_phase() -> None:
    step = Step(2, 540, 600, 3, ("group",), transition=True, transition_reason="soon")
    assert step.as_phase(MONDAY, template=3) == Phase(
        MONDAY, date(2026, 12, 6), 540, 600, 3, True, "soon", ("group",), 3
    )
