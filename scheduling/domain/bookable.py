"""The most minutes that a week can still gain: exact, by reachable sums kept as the bits of an integer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from scheduling.domain.fit import SessionOption
from scheduling.domain.reach import Around, Held, Stay, around, is_free

MINUTES_A_DAY = 240
SESSIONS_A_DAY = 2


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What a day holds already, credited or booked."""

    minutes: int
    sessions: int


NOTHING = DayLoad(0, 0)


@dataclass(frozen=True)
class WeekLimits:
    """What a week may still take: minutes until its maximum, days a week, and minutes and sessions a day.

    `existing_by_day` holds the days used already, with what stands on them.
    """

    room_minutes: int
    days_limit: int
    existing_by_day: Mapping[date, DayLoad] = field(default_factory=dict)
    minutes_a_day: int = MINUTES_A_DAY
    sessions_a_day: int = SESSIONS_A_DAY

    def allow(self, option: SessionOption) -> bool:
        """Whether the session by itself stays within the limits."""
        load = self.existing_by_day.get(option.local_day, NOTHING)
        day_is_open = option.local_day in self.existing_by_day or len(self.existing_by_day) < self.days_limit
        return (
            0 < option.clinical_minutes <= self.room_minutes
            and day_is_open
            and load.sessions < self.sessions_a_day
            and load.minutes + option.clinical_minutes <= self.minutes_a_day
        )

    def bookable(self, options: Sequence[SessionOption]) -> int:
        """The most minutes that one set of the options, which fit the patient, can add within the limits (rule 5)."""
        return bookable_minutes(
            options,
            room_minutes=self.room_minutes,
            days_limit=self.days_limit,
            days_used=frozenset(self.existing_by_day),
            existing_by_day=self.existing_by_day,
            minutes_a_day=self.minutes_a_day,
            sessions_a_day=self.sessions_a_day,
        )


class _Class(NamedTuple):
    """Sessions that are the same choice: equal times, minutes and, where a way is asked for, site."""

    stay: Stay
    minutes: int


class _Pattern(NamedTuple):
    """A set of sessions which a day can take together: where it begins how early, and what it leaves to later days."""

    firsts: Held
    leaves: Held
    minutes: int


# Days used up so far, and from when on one can be where, as far as a later day's session could begin sooner.
_State = tuple[int, Held]


def bookable_minutes(
    options: Iterable[SessionOption],
    *,
    room_minutes: int,
    days_limit: int,
    days_used: frozenset[date] = frozenset(),
    existing_by_day: Mapping[date, DayLoad] | None = None,
    minutes_a_day: int = MINUTES_A_DAY,
    sessions_a_day: int = SESSIONS_A_DAY,
) -> int:
    """Return the most minutes that one set of the options can add.

    No two of the set overlap, nor follow each other at two sites faster than the way takes; all together they
    take at most `room_minutes` (the maximum, less what is credited and booked). A day that gains something stays, with
    what it holds, within `minutes_a_day` and `sessions_a_day`; the days used already and those newly used are at most
    `days_limit`. What exists beyond a limit only keeps its own day, or new days, from gaining. A session belongs to the
    local day on which it starts. Every option is taken to fit the patient; leave the others out.

    Day by day, the sums that can be reached are the set bits of an integer, one for each state that the days to come
    depend on.
    """
    if room_minutes < 1:
        return 0
    mask = (1 << (room_minutes + 1)) - 1
    days = _classes_by_day(options, room_minutes)
    neighbours = around([[one.stay for one in classes] for _day, classes in days])
    reached: dict[_State, int] = {(len(days_used), ()): 1}
    for (day, classes), beside in zip(days, neighbours, strict=True):
        load = (existing_by_day or {}).get(day, NOTHING)
        sets = _sets(classes, minutes_a_day - load.minutes, sessions_a_day - load.sessions)
        patterns = {_pattern(chosen, beside) for chosen in sets}
        if patterns:
            _add_day(reached, patterns, beside, 0 if day in days_used else 1, days_limit, mask)
    return max(sums.bit_length() for sums in reached.values()) - 1


def _classes_by_day(options: Iterable[SessionOption], room_minutes: int) -> list[tuple[date, list[_Class]]]:
    """Return each day's distinct choices in order of time; of equal ones a single one."""
    by_day: defaultdict[date, dict[tuple[object, ...], _Class]] = defaultdict(dict)
    for option in options:
        if 0 < option.clinical_minutes <= room_minutes:
            one = _Class(Stay.of(option), option.clinical_minutes)
            by_day[option.local_day].setdefault((*one.stay[:3], one.minutes), one)
    return [
        (day, sorted(found.values(), key=lambda one: (one.stay.start, one.stay.end, one.minutes)))
        for day, found in sorted(by_day.items())
    ]


def _sets(
    classes: Sequence[_Class], minutes: int, sessions: int, after: int = 0, chosen: tuple[_Class, ...] = ()
) -> Iterator[tuple[_Class, ...]]:
    """Yield the sets of one to `sessions` choices that do not overlap, leave time for the way from one site to another,
    and take at most `minutes`, in order of time."""
    if sessions < 1:
        return
    for index in range(after, len(classes)):
        choice = classes[index]
        stay = choice.stay
        if choice.minutes > minutes or (chosen and stay.start < chosen[-1].stay.end):
            continue
        if stay.site is not None and not all(stay.follows(other.stay) for other in chosen):
            continue
        grown = (*chosen, choice)
        yield grown
        if sessions > 1:
            yield from _sets(classes, minutes - choice.minutes, sessions - 1, index + 1, grown)


def _pattern(chosen: Sequence[_Class], beside: Around) -> _Pattern:
    stays = [one.stay for one in chosen]
    return _Pattern(beside.firsts(stays), beside.held_by(stays), sum(one.minutes for one in chosen))


def _add_day(
    reached: dict[_State, int],
    patterns: Iterable[_Pattern],
    beside: Around,
    cost: int,
    days_limit: int,
    mask: int,
) -> None:
    """Add to what is reached all that the day's patterns lead to; taking none of them is always possible."""
    gains: dict[Held, frozenset[tuple[Held, int]]] = {}
    for (used, held), sums in list(reached.items()):
        if cost and used + cost > days_limit:
            continue
        if held not in gains:
            gains[held] = frozenset(
                (beside.still(held, pattern.leaves) if held else pattern.leaves, pattern.minutes)
                for pattern in patterns
                if is_free(held, pattern.firsts)
            )
        for lasting, minutes in gains[held]:
            state = (used + cost, lasting)
            reached[state] = reached.get(state, 0) | (sums << minutes & mask)
