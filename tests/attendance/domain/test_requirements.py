"""Requirements: worked examples, the edges of admission and force, and agreement with looking at each day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.requirements import (
    AttendedSession,
    AverageJudgement,
    Judgement,
    PeriodsJudgement,
    PeriodVerdict,
    Requirement,
    TotalJudgement,
    Window,
    judge,
)
from people.domain.time import DateRange
from people.domain.weeks import Weekday
from tests.cases import cases_of, day

ADMITTED = date(2026, 11, 2)
WEEKLY = Requirement(measure="minutes", window="week", minimum=180)


def as_written(judgement: Judgement) -> dict[str, Any]:
    """Return the judgement in the words of the worked examples."""
    if isinstance(judgement, PeriodsJudgement):
        window = judgement.window
        return {
            f"{window}s": [
                {
                    f"{window}_starts_on": period.starts_on.isoformat(),
                    "value": period.value,
                    "full": period.full,
                    "met": period.met,
                }
                for period in judgement.periods
            ]
        }
    if isinstance(judgement, AverageJudgement):
        return {"value": judgement.value, "full_weeks": judgement.full_weeks, "met": judgement.met}
    due_on = judgement.due_on
    return {"value": judgement.value, "due_on": due_on.isoformat() if due_on else None, "met": judgement.met}


@pytest.mark.parametrize("case", cases_of("requirements"))
def test_worked_example(case: dict[str, Any]) -> None:
    asked = case["requirement"]
    requirement = Requirement(
        measure=asked["measure"],
        window=asked["window"],
        minimum=asked["minimum"],
        maximum=asked["maximum"],
        day_minimum_minutes=asked["day_minimum_minutes"],
        kinds=frozenset(asked["kinds"]),
        foci=frozenset(asked["foci"]),
        in_force_from=day(asked["in_force_from"]),
        in_force_to=day(asked["in_force_to"]),
        within_weeks=asked["within_weeks"],
    )
    judgement = judge(
        requirement,
        attended=[
            AttendedSession(date.fromisoformat(one["on"]), one["kind"], one["focus"], one["credited_minutes"])
            for one in case["attended"]
        ],
        first_weekday=Weekday.named(case["first_weekday"]),
        admitted_on=date.fromisoformat(case["admitted_on"]),
        discharged_on=day(case["discharged_on"]),
        leaves=[DateRange(date.fromisoformat(first), day(last)) for first, last in case["leaves"]],
        as_of=date.fromisoformat(case["as_of"]),
    )
    assert as_written(judgement) == case["expect"]


def judged(requirement: Requirement, *attended: AttendedSession, **changes: Any) -> Judgement:
    """Judge an admission of three weeks."""
    stay: dict[str, Any] = {
        "first_weekday": Weekday.MONDAY,
        "admitted_on": ADMITTED,
        "discharged_on": None,
        "leaves": [],
        "as_of": date(2026, 11, 22),
        **changes,
    }
    return judge(requirement, attended=attended, **stay)


def group(on: date, minutes: int = 180, *, kind: str = "group", focus: str = "process") -> AttendedSession:
    """Return a session attended on the date."""
    return AttendedSession(on, kind, focus, minutes)


def test_nothing_outside_the_admission_counts() -> None:
    assert judged(
        replace(WEEKLY, window="total"),
        group(date(2026, 11, 3), 1),
        group(date(2026, 11, 4), 10),
        group(date(2026, 11, 10), 100),
        group(date(2026, 11, 11), 1000),
        admitted_on=date(2026, 11, 4),
        discharged_on=date(2026, 11, 10),
    ) == TotalJudgement(value=110, due_on=None, met=False)


def test_weeks_are_listed_up_to_discharge() -> None:
    assert judged(WEEKLY, group(date(2026, 11, 10)), discharged_on=date(2026, 11, 11)) == PeriodsJudgement(
        window=Window.WEEK,
        periods=(
            PeriodVerdict(date(2026, 11, 2), 0, full=True, met=False),
            PeriodVerdict(date(2026, 11, 9), 180, full=False, met=True),
        ),
    )


def test_month_that_ends_with_the_day_asked_about_is_full() -> None:
    monthly = replace(WEEKLY, window="month")
    assert judged(monthly, admitted_on=date(2026, 11, 1), as_of=date(2026, 11, 30)) == PeriodsJudgement(
        window=Window.MONTH,
        periods=(PeriodVerdict(date(2026, 11, 1), 0, full=True, met=False),),
    )


def test_nothing_is_listed_before_the_admission() -> None:
    before = {"admitted_on": date(2026, 11, 4), "as_of": date(2026, 11, 3)}
    assert as_written(judged(WEEKLY, **before)) == {"weeks": []}
    assert as_written(judged(replace(WEEKLY, window="month"), **before)) == {"months": []}
    assert judged(replace(WEEKLY, window="average"), **before) == AverageJudgement(None, 0, None)


def test_kind_and_focus_must_both_match() -> None:
    wanted = replace(WEEKLY, window="total", kinds=frozenset({"group", "family"}), foci=frozenset({"education"}))
    assert judged(
        wanted,
        group(date(2026, 11, 3), 1, focus="education"),
        group(date(2026, 11, 3), 10),
        group(date(2026, 11, 3), 100, kind="individual", focus="education"),
        group(date(2026, 11, 3), 1000, kind="family", focus="education"),
    ) == TotalJudgement(value=1001, due_on=None, met=True)


@pytest.mark.parametrize(
    ("minimum", "maximum", "met"),
    [
        (None, None, True),
        (180, None, True),
        (181, None, False),
        (None, 180, True),
        (None, 179, False),
        (180, 180, True),
    ],
)
def test_bounds_include_themselves(minimum: int | None, maximum: int | None, met: bool) -> None:
    requirement = replace(WEEKLY, window="total", minimum=minimum, maximum=maximum)
    assert judged(requirement, group(ADMITTED)) == TotalJudgement(value=180, due_on=None, met=met)


@pytest.mark.parametrize("change", [{"measure": "hours"}, {"window": "year"}])
def test_unknown_word_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        replace(WEEKLY, **change)


offsets = st.integers(-10, 40)


@given(
    st.integers(0, 25),
    st.one_of(st.none(), st.integers(0, 40)),
    st.lists(st.tuples(offsets, st.integers(0, 9)), max_size=2),
    st.one_of(st.none(), offsets),
    st.one_of(st.none(), offsets),
    offsets,
    st.lists(st.tuples(offsets, st.sampled_from([0, 60, 180])), max_size=12),
    st.sampled_from(Weekday),
)
def test_weeks_agree_with_looking_at_each_day(
    admitted: int,
    stay: int | None,
    leaves: list[tuple[int, int]],
    force_from: int | None,
    force_to: int | None,
    as_of: int,
    attended: list[tuple[int, int]],
    first_weekday: Weekday,
) -> None:
    def on(offset: int) -> date:
        return ADMITTED + timedelta(days=offset)

    requirement = replace(
        WEEKLY,
        in_force_from=None if force_from is None else on(force_from),
        in_force_to=None if force_to is None else on(force_to),
    )
    last = min(as_of, as_of if stay is None else admitted + stay)

    def in_force(offset: int) -> bool:
        return (
            admitted <= offset <= last
            and (force_from is None or offset >= force_from)
            and (force_to is None or offset <= force_to)
        )

    expected = []
    for start in range(-20, 50):
        week = range(start, start + 7)
        if on(start).weekday() == first_weekday and any(admitted <= offset <= last for offset in week):
            value = sum(minutes for offset, minutes in attended if offset in week and in_force(offset))
            full = all(
                in_force(offset) and not any(first <= offset <= first + length for first, length in leaves)
                for offset in week
            )
            expected.append(PeriodVerdict(on(start), value, full=full, met=value >= 180))
    found = judge(
        requirement,
        attended=[group(on(offset), minutes) for offset, minutes in attended],
        first_weekday=first_weekday,
        admitted_on=on(admitted),
        discharged_on=None if stay is None else on(admitted + stay),
        leaves=[DateRange(on(first), on(first + length)) for first, length in leaves],
        as_of=on(as_of),
    )
    assert isinstance(found, PeriodsJudgement)
    assert found.periods == tuple(expected)
