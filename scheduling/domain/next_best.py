"""The single session that brings a week furthest, while no whole plan is asked for."""

from collections.abc import Iterable, Mapping
from datetime import date

from scheduling.domain.bookable import MINUTES_A_DAY, SESSIONS_A_DAY, DayLoad
from scheduling.domain.fit import SessionOption

NOTHING = DayLoad(0, 0)


def next_best(
    options: Iterable[SessionOption],
    *,
    missing_minutes: int,
    days_limit: int = 7,
    existing_by_day: Mapping[date, DayLoad] | None = None,
    minutes_a_day: int = MINUTES_A_DAY,
    sessions_a_day: int = SESSIONS_A_DAY,
) -> list[SessionOption]:
    """Return the options within the day limits, the one to book next first.

    First come those that reach `missing_minutes` by themselves, the least surplus first; then the others, the longest
    first; among equals the earliest, then the one with more seats. Every option is taken to fit the patient; leave the
    others out. The limits are those of `bookable_minutes`.
    """
    loads = existing_by_day or {}

    def allowed(option: SessionOption) -> bool:
        load = loads.get(option.local_day, NOTHING)
        return (
            option.clinical_minutes > 0
            and (option.local_day in loads or len(loads) < days_limit)
            and load.sessions < sessions_a_day
            and load.minutes + option.clinical_minutes <= minutes_a_day
        )

    def order(option: SessionOption) -> tuple[object, ...]:
        surplus = option.clinical_minutes - missing_minutes
        reaches = surplus >= 0
        return (not reaches, surplus if reaches else -option.clinical_minutes, option.interval.start, -option.seats_left)

    return sorted(filter(allowed, options), key=order)
