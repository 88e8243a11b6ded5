"""Weeks in a row: what makes a run, what breaks it, and what lies between without counting."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.plan_runs import A_WEEK, PastWeek, Run, RunKind, latest_run, target_since
from people.domain.targets import Phase

FIRST = date(2026, 9, 7)


def weeks(pattern: str) -> list[PastWeek]:
    """A letter a week: m met, b below, e exempt or transition, w waits for a roster, . not there."""
    found = []
    for number, letter in enumerate(pattern):
        if letter != ".":
            credited = 540 if letter in "mw" else 539
            found.append(PastWeek(FIRST + number * A_WEEK, 540, credited, settled=letter != "w", counts=letter != "e"))
    return found


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", None),
        ("ee", None),
        ("ww", None),
        ("m", ("met", 0, 0, 1)),
        ("bmmm", ("met", 1, 3, 3)),
        ("mmbb", ("below", 2, 3, 2)),
        ("mmem", ("met", 0, 3, 3)),
        ("bemme", ("met", 2, 3, 2)),
        ("mmmw", ("met", 0, 2, 3)),
        ("mmmwe", ("met", 0, 2, 3)),
        ("mmwm", ("met", 3, 3, 1)),
        ("mm.mm", ("met", 3, 4, 2)),
    ],
)
def test_the_latest_run(pattern: str, expected: tuple[str, int, int, int] | None) -> None:
    run = latest_run(weeks(pattern)[::-1], since=FIRST)
    if expected is None:
        assert run is None
        return
    kind, first, last, count = expected
    assert run == Run(RunKind(kind), FIRST + first * A_WEEK, FIRST + last * A_WEEK, count)


def test_a_new_target_begins_a_new_run() -> None:
    assert latest_run(weeks("mmmm"), since=FIRST + A_WEEK + timedelta(days=1)) == Run(
        RunKind.MET, FIRST + 2 * A_WEEK, FIRST + 3 * A_WEEK, 2
    )
    assert latest_run(weeks("mmmm"), since=FIRST + 4 * A_WEEK) is None


@given(st.text("mbew", max_size=12))
def test_it_is_what_reading_backward_finds(pattern: str) -> None:
    """Against the slow way: strip what waits at the end and what does not count, then take the last letters alike."""
    counted = pattern.replace("e", "").rstrip("w")
    letters = counted.rsplit("w", 1)[-1]
    length = len(letters) - len(letters.rstrip(letters[-1:]))
    run = latest_run(weeks(pattern), since=FIRST)
    assert (run.weeks if run else 0) == length
    if run:
        assert run.kind == (RunKind.MET if letters[-1] == "m" else RunKind.BELOW)


def phases(*parts: tuple[int, int]) -> Sequence[Phase]:
    """Phases one after the other: weeks and minimum."""
    found, begins = [], FIRST
    for length, minimum in parts:
        found.append(Phase(begins, begins + length * A_WEEK - timedelta(days=1), minimum, 1140))
        begins += length * A_WEEK
    return found


@pytest.mark.parametrize(
    ("parts", "week", "since"),
    [
        (((2, 900), (2, 540)), 3, 2),
        (((2, 540), (2, 540)), 3, 0),
        (((1, 540), (1, 900), (2, 540)), 3, 2),
        (((1, 540), (1, 540), (2, 540)), 1, 0),
    ],
)
def test_the_same_minutes_side_by_side_are_one_target(
    parts: tuple[tuple[int, int], ...], week: int, since: int
) -> None:
    found = target_since(phases(*parts), FIRST + week * A_WEEK)
    assert found is not None
    assert found.starts_on == FIRST + since * A_WEEK


def test_no_phase_no_target() -> None:
    assert target_since(phases((1, 540)), FIRST + A_WEEK) is None
