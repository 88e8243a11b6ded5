"""Where a week stands: one word, decided in one order."""

from enum import StrEnum


class WeekStatus(StrEnum):
    """How a treatment week stands against its target."""

    OVER = "over"
    EXEMPT = "exempt"
    MET = "met"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BELOW = "below"


# A board begins with those who need something; within a status the larger shortfall comes first, then the id.
BOARD_ORDER = (
    WeekStatus.BELOW,
    WeekStatus.AT_RISK,
    WeekStatus.OVER,
    WeekStatus.ON_TRACK,
    WeekStatus.MET,
    WeekStatus.EXEMPT,
)


def week_status(
    *,
    min_minutes: int,
    max_minutes: int,
    credited_minutes: int,
    booked_minutes: int,
    bookable_minutes: int,
    is_open: bool,
    exempt: bool,
) -> WeekStatus:
    """Return the status of a week.

    In this order: over its maximum, exempt, met by what is credited, on track by what is booked besides, at risk where
    an open week can still be filled, else below. In a closed week nothing is booked any more.
    """
    projected = projected_minutes(credited_minutes=credited_minutes, booked_minutes=booked_minutes, is_open=is_open)
    if projected > max_minutes:
        return WeekStatus.OVER
    if exempt:
        return WeekStatus.EXEMPT
    if credited_minutes >= min_minutes:
        return WeekStatus.MET
    if projected >= min_minutes:
        return WeekStatus.ON_TRACK
    if is_open and projected + bookable_minutes >= min_minutes:
        return WeekStatus.AT_RISK
    return WeekStatus.BELOW


def projected_minutes(*, credited_minutes: int, booked_minutes: int, is_open: bool) -> int:
    """Return what the week comes to if everything booked is attended."""
    return credited_minutes + (booked_minutes if is_open else 0)


def shortfall_minutes(*, min_minutes: int, projected_minutes: int) -> int:
    """Return what the projected minutes lack to the minimum; never negative."""
    return max(0, min_minutes - projected_minutes)
