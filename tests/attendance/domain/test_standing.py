"""What a week says of a month, a total or itself is what the whole admission's judgement says of the same stretch."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.requirements import PeriodsJudgement, Requirement, TotalJudgement, Window, judge
from attendance.domain.standing import Sitting, Stay, WeekSeen, standings
from people.domain.time import DateRange
from people.domain.weeks import Weekday

FIRST = date(2026, 10, 19)
"""A Monday."""

KINDS = frozenset({"individual"})
days = st.integers(0, 90).map(lambda offset: FIRST + timedelta(days=offset))
sittings = st.lists(
    st.builds(
        Sitting,
        on=days,
        kind=st.sampled_from(["group", "individual"]),
        focus=st.just(""),
        minutes=st.sampled_from([0, 60, 180]),
        marked=st.just(True),
    ),
    max_size=25,
)
rules = st.builds(
    Requirement,
    measure=st.sampled_from(["minutes", "days", "services", "percent"]),
    window=st.sampled_from(["week", "month", "total"]),
    minimum=st.sampled_from([1, 2, 50]),
    kinds=st.sampled_from([frozenset(), KINDS]),
    in_force_from=st.none() | days,
    within_weeks=st.just(6),
)
leaves = st.lists(days.map(lambda on: DateRange(on, on + timedelta(days=2))), max_size=2)


@given(rules, sittings, leaves, st.integers(0, 20), st.integers(1, 11), st.integers(0, 6))
def test_a_week_and_the_ledger_say_the_same(
    rule: Requirement, past: list[Sitting], leaves: list[DateRange], late: int, number: int, day: int
) -> None:
    admitted = FIRST + timedelta(days=late)
    week = FIRST + timedelta(weeks=number + 1)
    today = week + timedelta(days=day)
    known = [one for one in past if one.on <= today]
    stay = Stay(admitted, None, leaves, Weekday.MONDAY)
    seen = WeekSeen(DateRange(week, week + timedelta(days=6)), today, is_over=False)
    own = [one for one in known if week <= one.on]
    judged = judge(
        rule,
        attended=[one.attended for one in known],
        first_weekday=Weekday.MONDAY,
        admitted_on=admitted,
        discharged_on=None,
        leaves=leaves,
        as_of=today,
    )
    for one in standings(rule, stay, seen, own=own, past=known):
        if isinstance(judged, TotalJudgement):
            assert (one.value, one.met) == (judged.value, judged.met)
            continue
        assert isinstance(judged, PeriodsJudgement)
        starts_on = one.month_starts_on if rule.window == Window.MONTH else week
        verdict = next((period for period in judged.periods if period.starts_on == starts_on), None)
        assert (one.value, one.met) == ((verdict.value, verdict.met) if verdict else (0, rule.met_by(0)))
        if one.is_over and verdict:
            assert one.full == verdict.full
