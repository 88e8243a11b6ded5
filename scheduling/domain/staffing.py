"""Whether a counselor can lead a session: every reason against it, with what it is about."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from people.domain.time import Interval, merge


class Hindrance(StrEnum):
    """Why somebody cannot lead a session, in the order in which the reasons are given."""

    BUSY = "counselor_busy"
    TRAVEL = "travel_too_short"
    TIME_OFF = "counselor_time_off"
    NOT_QUALIFIED = "counselor_not_qualified"
    UNAVAILABLE = "counselor_unavailable"
    OVER_DAILY_MAXIMUM = "counselor_over_daily_maximum"


LIFTED_WITH_A_REASON = frozenset({Hindrance.UNAVAILABLE, Hindrance.OVER_DAILY_MAXIMUM})
"""What a coordinator's reason lifts; nobody is at two places, off and there, or licensed by a reason."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A session to be led. `on` is its date at its site; of each set in `asks` the counselor holds one credential.

    `ways` are the minutes to other sites, which somebody needs who leads in person at both.
    """

    session_id: Hashable
    interval: Interval
    site_id: Hashable
    on: date
    asks: tuple[frozenset[str], ...] = ()
    in_person: bool = True
    ways: tuple[tuple[Hashable, int], ...] = ()


@dataclass(frozen=True)
class CounselorTimes:
    """What stands in a counselor's way.

    `hours` are the merged intervals in which they are available, by site; None where nothing was recorded, which
    means always. `credentials` maps each code to the last date in force, None for no end.
    """

    counselor_id: int
    hours: Mapping[Hashable, Sequence[Interval]] | None = None
    off: tuple[Interval, ...] = ()
    led: tuple[Duty, ...] = ()
    daily_maximum_minutes: int | None = None
    credentials: Mapping[str, date | None] | None = None

    def with_duty(self, duty: Duty) -> "CounselorTimes":
        """The same, leading this session too."""
        return replace(self, led=(*self.led, duty))

    def minutes_on(self, on: date, *, without: Hashable = None) -> int:
        """Minutes of the sessions that they lead on the day, from start to end."""
        return sum(one.interval.minutes for one in self.led if one.on == on and _is_other(one, without))


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason against, with the figures and ids that explain it."""

    code: Hindrance
    counselor_id: int
    facts: Mapping[str, Any]


def findings(duty: Duty, times: CounselorTimes) -> tuple[Finding, ...]:
    """Return every reason for which the counselor cannot lead the session, in the order of `Hindrance`.

    The session itself never stands in its own way. Hours must cover all of it; they may touch each other.
    """
    return tuple(Finding(code, times.counselor_id, facts) for code, facts in _found(duty, times))


def _found(duty: Duty, times: CounselorTimes) -> Iterator[tuple[Hindrance, dict[str, Any]]]:
    busy = [one for one in times.led if _is_other(one, duty.session_id) and one.interval.overlaps(duty.interval)]
    if busy:
        yield Hindrance.BUSY, {"sessions": [one.session_id for one in busy]}
    far = [one for one in times.led if _is_other(one, duty.session_id) and one not in busy and _is_too_far(one, duty)]
    if far:
        yield Hindrance.TRAVEL, {"sessions": [one.session_id for one in far]}
    off = [one for one in times.off if one.overlaps(duty.interval)]
    if off:
        yield Hindrance.TIME_OFF, {"time_off": off}
    lacking = [sorted(codes) for codes in duty.asks if not _holds_one(codes, times, duty.on)]
    if lacking:
        yield Hindrance.NOT_QUALIFIED, {"one_of": lacking}
    if times.hours is not None:
        here = times.hours.get(duty.site_id, ())
        if not any(hours.covers(duty.interval) for hours in here):
            near = [hours for hours in here if hours.overlaps(duty.interval)]
            yield Hindrance.UNAVAILABLE, {"available": near}
    if times.daily_maximum_minutes is not None:
        minutes = times.minutes_on(duty.on, without=duty.session_id) + duty.interval.minutes
        if minutes > times.daily_maximum_minutes:
            yield (
                Hindrance.OVER_DAILY_MAXIMUM,
                {"on": duty.on, "minutes": minutes, "maximum_minutes": times.daily_maximum_minutes},
            )


def _holds_one(codes: frozenset[str], times: CounselorTimes, on: date) -> bool:
    held = times.credentials or {}
    return any(code in held and ((until := held[code]) is None or on <= until) for code in codes)


def _is_too_far(one: Duty, duty: Duty) -> bool:
    """Whether the way between the two takes longer than the time between them."""
    way = dict(duty.ways).get(one.site_id)
    if way is None or not (one.in_person and duty.in_person):
        return False
    minutes = timedelta(minutes=way)
    return one.interval.start < duty.interval.end + minutes and one.interval.end > duty.interval.start - minutes


def _is_other(one: Duty, session_id: Hashable) -> bool:
    return session_id is None or one.session_id != session_id


# --- slots ---


def slots_in(hours: Sequence[Interval], *, minutes: int, pause_minutes: int) -> list[Interval]:
    """Return as many stretches of `minutes` as the hours hold, each from its beginning on, `pause_minutes` apart.

    The same hours give the same slots, whatever else is asked for. Raises ValueError unless a slot has a length.
    """
    if minutes < 1 or pause_minutes < 0:
        raise ValueError(f"a slot lasts a minute or more, and a pause is not negative: {minutes}, {pause_minutes}")
    found = []
    for stretch in merge(hours):
        start = stretch.start
        while (slot := Interval.of_minutes(start, minutes)).end <= stretch.end:
            found.append(slot)
            start = slot.end + timedelta(minutes=pause_minutes)
    return found
