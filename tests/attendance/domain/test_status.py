"""A week's status, in its order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.status import BOARD_ORDER, WeekStatus, projected_minutes, shortfall_minutes, week_status
from tests.cases import cases_of


@pytest.mark.parametrize("case", cases_of("status"))
def test_worked_example(case: dict[str, Any]) -> None:
    assert (
        week_status(
            min_minutes=case["min_minutes"],
            max_minutes=case["max_minutes"],
            credited_minutes=case["credited_minutes"],
            booked_minutes=case["booked_minutes"],
            bookable_minutes=case["bookable_minutes"],
            is_open=case["open"],
            exempt=case["exempt"],
        )
        == case["expect"]
    )


minutes = st.integers(0, 20)


@given(minutes, minutes, minutes, minutes, minutes, st.booleans(), st.booleans())
def test_status_is_the_first_that_holds(
    minimum: int, spare: int, credited: int, booked: int, bookable: int, is_open: bool, exempt: bool
) -> None:
    ahead = credited + (booked if is_open else 0)
    ladder = [
        (WeekStatus.OVER, ahead > minimum + spare),
        (WeekStatus.EXEMPT, exempt),
        (WeekStatus.MET, credited >= minimum),
        (WeekStatus.ON_TRACK, ahead >= minimum),
        (WeekStatus.AT_RISK, is_open and ahead + bookable >= minimum),
        (WeekStatus.BELOW, True),
    ]
    assert week_status(
        min_minutes=minimum,
        max_minutes=minimum + spare,
        credited_minutes=credited,
        booked_minutes=booked,
        bookable_minutes=bookable,
        is_open=is_open,
        exempt=exempt,
    ) == next(status for status, holds in ladder if holds)


def test_board_names_every_status_once_and_the_worst_first() -> None:
    assert [status.value for status in BOARD_ORDER] == ["below", "at_risk", "over", "on_track", "met", "exempt"]
    assert set(BOARD_ORDER) == set(WeekStatus)


@pytest.mark.parametrize(
    ("is_open", "projected", "shortfall"), [(True, 495, 45), (False, 330, 210)], ids=["open", "closed"]
)
def test_shortfall_is_what_the_projection_lacks(is_open: bool, projected: int, shortfall: int) -> None:
    found = projected_minutes(credited_minutes=330, booked_minutes=165, is_open=is_open)
    assert (found, shortfall_minutes(min_minutes=540, projected_minutes=found)) == (projected, shortfall)


def test_shortfall_is_never_negative() -> None:
    assert shortfall_minutes(min_minutes=540, projected_minutes=600) == 0
