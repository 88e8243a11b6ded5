"""Changes of a plan: what comes of each, and that what was in force stays as it was."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.plan_edits import AddPhase, ChangePhase, EditRefused, FollowSteps, RemovePhase, past_problem
from people.domain.plan_templates import USUAL_STEPS, Step, phases_from
from people.domain.targets import Phase

A_DAY = timedelta(days=1)
TODAY = date(2026, 11, 18)
OVER = Phase(date(2026, 10, 5), date(2026, 11, 1), 900, 1140, 4)
NOW = Phase(date(2026, 11, 2), date(2026, 11, 29), 720, 1140, 4)
AHEAD = Phase(date(2026, 11, 30), None, 540, 1140, 3)
PLAN = (OVER, NOW, AHEAD)


def told(phases: Sequence[Phase]) -> list[tuple[str, str | None, int]]:
    return [
        (f"{one.starts_on:%m-%d}", f"{one.ends_on:%m-%d}" if one.ends_on else None, one.min_minutes) for one in phases
    ]


def values(**changes: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(changes.items())


def test_a_template_replaces_what_is_ahead_and_ends_what_is_in_force_the_day_before() -> None:
    edit = FollowSteps(USUAL_STEPS, date(2026, 11, 23), first_step=2, template=7)
    after = edit(PLAN, TODAY)
    assert told(after) == [
        ("10-05", "11-01", 900),
        ("11-02", "11-22", 720),
        ("11-23", "12-20", 540),
        ("12-21", "01-03", 360),
    ]
    assert [one.template for one in after] == [None, None, 7, 7]


def test_a_template_that_begins_later_lets_what_is_in_force_last() -> None:
    after = FollowSteps((Step(None, 540, 600, 3),), date(2026, 12, 14))(PLAN, TODAY)
    assert told(after) == [("10-05", "11-01", 900), ("11-02", "12-13", 720), ("12-14", None, 540)]


def test_a_template_from_today_and_from_the_first_day_of_a_phase() -> None:
    steps = (Step(None, 540, 600, 3),)
    assert told(FollowSteps(steps, TODAY)(PLAN, TODAY))[1:] == [("11-02", "11-17", 720), ("11-18", None, 540)]
    begun_today = (OVER, replace(NOW, starts_on=TODAY))
    assert told(FollowSteps(steps, TODAY)(begun_today, TODAY)) == [("10-05", "11-01", 900), ("11-18", None, 540)]


def test_nothing_planned_yet_may_be_planned_from_the_admission_on() -> None:
    assert told(FollowSteps(USUAL_STEPS[:1], date(2026, 11, 2))((), TODAY)) == [("11-02", "11-15", 900)]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (FollowSteps(USUAL_STEPS, TODAY - A_DAY), "plan_starts_in_past"),
        (FollowSteps(USUAL_STEPS, TODAY, first_step=4), "no_such_step"),
        (ChangePhase(OVER.starts_on, values(min_minutes=600)), "phase_over"),
        (RemovePhase(OVER.starts_on), "phase_over"),
        (RemovePhase(NOW.starts_on), "phase_begun"),
        (ChangePhase(NOW.starts_on, values(starts_on=TODAY)), "phase_begun"),
        (ChangePhase(NOW.starts_on, values(ends_on=TODAY - A_DAY)), "phase_ends_in_past"),
        (ChangePhase(NOW.starts_on, values(min_minutes=600), from_on=TODAY - A_DAY), "phase_split"),
        (ChangePhase(NOW.starts_on, values(min_minutes=600), from_on=AHEAD.starts_on), "phase_split"),
    ],
)
def test_what_is_over_is_never_changed(edit: Any, code: str) -> None:
    with pytest.raises(EditRefused) as caught:
        edit(PLAN, TODAY)
    assert caught.value.problem.code == code


def test_a_change_of_the_phase_in_force_splits_it_today_or_on_the_day_named() -> None:
    less = values(min_minutes=540)
    assert told(ChangePhase(NOW.starts_on, less)(PLAN, TODAY))[1:3] == [
        ("11-02", "11-17", 720),
        ("11-18", "11-29", 540),
    ]
    later = ChangePhase(NOW.starts_on, less, from_on=date(2026, 11, 23))(PLAN, TODAY)
    assert told(later)[1:3] == [("11-02", "11-22", 720), ("11-23", "11-29", 540)]


def test_a_new_last_day_alone_does_not_split() -> None:
    assert told(ChangePhase(NOW.starts_on, values(ends_on=TODAY))(PLAN, TODAY))[1] == ("11-02", "11-18", 720)


def test_a_phase_ahead_changes_whole_and_may_move() -> None:
    edit = ChangePhase(AHEAD.starts_on, values(starts_on=date(2026, 12, 7), min_minutes=600))
    assert told(edit(PLAN, TODAY))[2] == ("12-07", None, 600)
    split = ChangePhase(AHEAD.starts_on, values(min_minutes=600), from_on=date(2026, 12, 7))
    assert told(split(PLAN, TODAY))[2:] == [("11-30", "12-06", 540), ("12-07", None, 600)]


def test_a_phase_ahead_is_taken_out() -> None:
    assert RemovePhase(AHEAD.starts_on)(PLAN, TODAY) == (OVER, NOW)


def test_an_open_phase_ends_before_the_one_that_is_added() -> None:
    added = Phase(date(2026, 12, 14), None, 600, 700)
    assert told(AddPhase(added)(PLAN, TODAY))[2:] == [("11-30", "12-13", 540), ("12-14", None, 600)]


@st.composite
def plans(draw: st.DrawFn) -> tuple[Phase, ...]:
    """Some phases side by side or apart, before and after today."""
    begins = TODAY + timedelta(days=draw(st.integers(-60, 10)))
    asked = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(540, 900)), max_size=4))
    steps = [Step(weeks, minimum, 1140, 3) for weeks, minimum in asked]
    phases = list(phases_from(steps, starts_on=begins)) if steps else []
    is_open = draw(st.booleans())
    if phases and is_open:
        phases[-1] = replace(phases[-1], ends_on=None)
    dropped = draw(st.integers(0, 6))
    if dropped < len(phases) - 1:
        del phases[dropped]
    return tuple(phases)


@given(plans(), st.integers(0, 40), st.integers(0, 3))
def test_following_a_template_never_touches_what_was(before: tuple[Phase, ...], days: int, first: int) -> None:
    starts_on = TODAY + timedelta(days=days)
    after = FollowSteps(USUAL_STEPS, starts_on, first)(before, TODAY)
    assert past_problem(before, after, today=TODAY) is None
    assert all(one.ends_on is not None and one.ends_on < other.starts_on for one, other in pairwise(after))
    for back in range(1, 70):
        day = TODAY - back * A_DAY
        assert asked(before, day) == asked(after, day)
    assert asked(after, starts_on) == USUAL_STEPS[first].min_minutes
    assert after[-4 + first :] == phases_from(USUAL_STEPS, starts_on=starts_on, first_step=first)
    if days and asked(before, TODAY) is not None:
        assert asked(after, starts_on - A_DAY) == asked(before, TODAY)


@given(plans(), st.data())
def test_past_problem_is_what_day_by_day_shows(before: tuple[Phase, ...], data: st.DataObject) -> None:
    """Against the slow way, with a phase of another minimum written over some days."""
    first = TODAY + timedelta(days=data.draw(st.integers(-40, 10)))
    last = first + timedelta(days=data.draw(st.integers(0, 20)))
    rest = [part for one in before for part in without(one, first, last)]
    after = (*rest, Phase(first, last, 901, 1140))
    days = [TODAY - back * A_DAY for back in range(1, 80)]
    rewritten = any(asked(before, day) is not None and asked(before, day) != asked(after, day) for day in days)
    assert (past_problem(before, after, today=TODAY) is not None) == rewritten


def without(phase: Phase, first: date, last: date) -> list[Phase]:
    rest = []
    if phase.starts_on < first:
        ends = first - A_DAY if phase.ends_on is None else min(phase.ends_on, first - A_DAY)
        rest.append(replace(phase, ends_on=ends))
    if phase.ends_on is None or phase.ends_on > last:
        rest.append(replace(phase, starts_on=max(phase.starts_on, last + A_DAY)))
    return rest


def asked(phases: Sequence[Phase], day: date) -> int | None:
    return next((one.min_minutes for one in phases if one.contains(day)), None)
