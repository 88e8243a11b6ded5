"""The most minutes that a week can still gain: exact, by reachable sums kept as the bits of an integer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from scheduling.domain.fit import Mode, SessionOption

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
    """Sessions that are the same choice: equal times and minutes."""

    start: datetime
    end: datetime
    minutes: int
    place: SessionOption | None = None

    def follows(self, other: "_Class") -> bool:
        """Whether it begins after the other, with time for the way."""
        if self.start < other.end:
            return False
        if self.place is None or other.place is None:
            return True
        return self.place.leaves_time_for(other.place.interval, other.place.site_id, other.place.mode)


class _Pattern(NamedTuple):
    """A set of sessions which a day can take together."""

    start: datetime
    end: datetime
    minutes: int


# Days used up so far, and until when a chosen session lasts where a later day's could meet it.
_State = tuple[int, datetime | None]


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

    No two of the set overlap, nor follow each other on a day at two sites faster than the way takes; all together they
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
    later_starts = _later_starts(days)
    reached: dict[_State, int] = {(len(days_used), None): 1}
    for (day, classes), next_start in zip(days, later_starts, strict=True):
        load = (existing_by_day or {}).get(day, NOTHING)
        patterns = list(_patterns(classes, minutes_a_day - load.minutes, sessions_a_day - load.sessions))
        if patterns:
            _add_day(reached, patterns, next_start, 0 if day in days_used else 1, days_limit, mask)
    return max(sums.bit_length() for sums in reached.values()) - 1


def _classes_by_day(options: Iterable[SessionOption], room_minutes: int) -> list[tuple[date, list[_Class]]]:
    """Return each day's distinct choices in order of time; of equal ones a single one."""
    by_day: defaultdict[date, dict[tuple[object, ...], _Class]] = defaultdict(dict)
    for option in options:
        if 0 < option.clinical_minutes <= room_minutes:
            place = option if option.ways and option.mode != Mode.TELEHEALTH else None
            one = _Class(option.interval.start, option.interval.end, option.clinical_minutes, place)
            by_day[option.local_day].setdefault((*one[:3], place and place.site_id), one)
    return [(day, sorted(found.values(), key=lambda one: one[:3])) for day, found in sorted(by_day.items())]


def _later_starts(days: Sequence[tuple[date, list[_Class]]]) -> list[datetime | None]:
    """Return for each day the earliest start on any later one."""
    earliest: datetime | None = None
    starts: list[datetime | None] = []
    for _, classes in reversed(days):
        starts.append(earliest)
        earliest = classes[0].start if earliest is None else min(earliest, classes[0].start)
    return starts[::-1]


def _patterns(
    classes: Sequence[_Class], minutes: int, sessions: int, after: int = 0, chosen: tuple[_Class, ...] = ()
) -> Iterator[_Pattern]:
    """Yield the sets of one to `sessions` choices that do not overlap, leave time for the way from one site to another,
    and take at most `minutes`."""
    if sessions < 1:
        return
    for index in range(after, len(classes)):
        choice = classes[index]
        if choice.minutes > minutes or (chosen and choice.start < chosen[-1].end):
            continue
        if choice.place is not None and not all(choice.follows(other) for other in chosen):
            continue
        grown = (*chosen, choice)
        yield _Pattern(start=grown[0].start, end=choice.end, minutes=sum(one.minutes for one in grown))
        if sessions > 1:
            yield from _patterns(classes, minutes - choice.minutes, sessions - 1, index + 1, grown)


def _add_day(
    reached: dict[_State, int],
    patterns: Sequence[_Pattern],
    next_start: datetime | None,
    cost: int,
    days_limit: int,
    mask: int,
) -> None:
    """Add to what is reached all that the day's patterns lead to; taking none of them is always possible."""
    gains: dict[datetime | None, frozenset[tuple[datetime | None, int]]] = {}
    for (used, busy_until), sums in list(reached.items()):
        if cost and used + cost > days_limit:
            continue
        if busy_until not in gains:
            gains[busy_until] = frozenset(
                (pattern.end if next_start is not None and pattern.end > next_start else None, pattern.minutes)
                for pattern in patterns
                if busy_until is None or pattern.start >= busy_until
            )
        for lasting, minutes in gains[busy_until]:
            state = (used + cost, lasting)
            reached[state] = reached.get(state, 0) | (sums << minutes & mask)
