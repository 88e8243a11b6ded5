"""What an attendance is worth, to the minute, and why it is not worth more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from people.domain.time import Interval, as_utc, merge

_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


class AttendanceStatus(StrEnum):
    """What became of a booking."""

    PRESENT = "present"
    EXCUSED = "excused"
    NO_SHOW = "no_show"
    TURNED_AWAY = "turned_away"


class Rounding(StrEnum):
    """How a program rounds the minutes of one attendance."""

    EXACT = "exact"
    DOWN_15 = "down_15"
    NEAREST_15 = "nearest_15"


class Why(StrEnum):
    """Why minutes of a session are not credited, in the order in which deductions are shown."""

    BREAK = "break"
    LATE = "late"
    EARLY = "early"
    ROUNDING = "rounding"
    CUTOFF = "cutoff"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class CreditPolicy:
    """A program's rules; without a `late_cutoff_minutes` nobody comes too late.

    Raises ValueError for a rounding that is none.
    """

    grace_minutes: int = 0
    late_cutoff_minutes: int | None = None
    rounding: str = Rounding.EXACT

    def __post_init__(self) -> None:
        Rounding(self.rounding)


@dataclass(frozen=True, slots=True)
class Deduction:
    """Minutes not credited. Rounding to the nearest quarter may give some: its minutes are then negative."""

    why: Why
    minutes: int


@dataclass(frozen=True, slots=True)
class Credit:
    """An attendance in minutes: `planned_minutes` less every deduction is `credited_minutes`, exactly.

    `clinical_minutes` are the session's less its breaks; lateness and leaving early are shown whether or not the
    grace forgives them.
    """

    planned_minutes: int
    clinical_minutes: int
    late_minutes: int
    early_minutes: int
    deductions: tuple[Deduction, ...]
    credited_minutes: int


def credit(
    session: Interval,
    breaks: Iterable[Interval],
    *,
    status: str,
    arrived_at: datetime | None,
    left_at: datetime | None,
    policy: CreditPolicy,
) -> Credit:
    """Return what an attendance is worth.

    A missing arrival or departure is the session's own. Breaks that overlap or reach out of the session are counted
    once, and inside it. Only `present` is credited; for any other status the times are ignored. Raises ValueError for
    a status that is none.

    1. Lateness and leaving early are measured; a started minute counts.
    2. What the grace forgives is given back, at each end to itself; beyond it all is deducted.
    3. Seconds present, less those of the breaks spanned, are summed and rounded down to minutes once.
    4. The rounding rule follows, never past the session's clinical minutes.
    5. Past the late cut-off nothing is credited, whatever the grace.

    Breaks, lateness and leaving early take their deductions in this order, each down to the whole minutes left after
    it, so that seconds at both ends are not deducted twice.
    """
    pauses = merge(pause for one in breaks if (pause := one.intersection(session)))
    planned = session.minutes
    clinical = (session.duration - _shared(session, pauses)) // _MINUTE
    if AttendanceStatus(status) != AttendanceStatus.PRESENT:
        absent = ((Why.BREAK, planned - clinical), (Why.ABSENT, clinical))
        return Credit(planned, clinical, 0, 0, _listed(absent), 0)

    arrived = session.start if arrived_at is None else as_utc(arrived_at)
    left = session.end if left_at is None else as_utc(left_at)
    late = max(arrived - session.start, _NOTHING)
    early = max(session.end - left, _NOTHING)

    grace = timedelta(minutes=policy.grace_minutes)
    begin = min(session.start if late <= grace else arrived, session.end)
    # To somebody who was at no moment in the session the grace gives nothing.
    there = min(left, session.end) > max(arrived, session.start)
    end = max(begin, session.end if early <= grace else min(left, session.end)) if there else begin

    spanned = _shared(Interval(begin, end), pauses) if begin < end else _NOTHING
    after_break = session.duration - spanned
    after_late = after_break - (begin - session.start)
    present = after_late - (session.end - end)

    minutes = present // _MINUTE
    rounded = min(_rounded(minutes, policy.rounding), clinical)
    cut_off = policy.late_cutoff_minutes is not None and late > timedelta(minutes=policy.late_cutoff_minutes)
    deductions = (
        (Why.BREAK, planned - after_break // _MINUTE),
        (Why.LATE, after_break // _MINUTE - after_late // _MINUTE),
        (Why.EARLY, after_late // _MINUTE - minutes),
        (Why.ROUNDING, 0 if cut_off else minutes - rounded),
        (Why.CUTOFF, minutes if cut_off else 0),
    )
    return Credit(
        planned_minutes=planned,
        clinical_minutes=clinical,
        late_minutes=-(-late // _MINUTE),
        early_minutes=-(-early // _MINUTE),
        deductions=_listed(deductions),
        credited_minutes=0 if cut_off else rounded,
    )


def _shared(interval: Interval, pauses: Iterable[Interval]) -> timedelta:
    """Return how much of the pauses, which do not overlap, lies in the interval."""
    return sum((common.duration for one in pauses if (common := one.intersection(interval))), _NOTHING)


def _rounded(minutes: int, rounding: str) -> int:
    """Return the minutes by the rounding rule; whole minutes never lie halfway between quarters."""
    if rounding == Rounding.DOWN_15:
        return minutes // 15 * 15
    if rounding == Rounding.NEAREST_15:
        return (minutes + 7) // 15 * 15
    return minutes


def _listed(deductions: Iterable[tuple[Why, int]]) -> tuple[Deduction, ...]:
    return tuple(Deduction(why, minutes) for why, minutes in deductions if minutes)
