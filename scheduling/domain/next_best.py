"""The single session to book next, while no whole plan is asked for: the one that brings a week furthest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from scheduling.domain.bookable import MINUTES_A_DAY, SESSIONS_A_DAY, DayLoad, bookable_minutes
from scheduling.domain.fit import SessionOption

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

    def after(self, option: SessionOption) -> "WeekLimits":
        """The limits once the session is booked."""
        load = self.existing_by_day.get(option.local_day, NOTHING)
        grown = DayLoad(load.minutes + option.clinical_minutes, load.sessions + 1)
        return replace(
            self,
            room_minutes=self.room_minutes - option.clinical_minutes,
            existing_by_day={**self.existing_by_day, option.local_day: grown},
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


@dataclass(frozen=True)
class NextBest:
    """A session to book next. `reaches`: it alone adds what is needed. `other_ways` counts the others that do as much,
    or, where none does, the others that may be booked at all.
    """

    option: SessionOption
    reaches: bool
    other_ways: int


def next_best(options: Sequence[SessionOption], *, need_minutes: int, limits: WeekLimits) -> NextBest | None:
    """Return the option to book next, or None where the limits allow none. Every option is taken to fit the patient.

    1. One that adds `need_minutes` by itself: the least surplus, then the earliest.
    2. Else one after which the others can still add the rest: the longest, then the earliest.
    3. Else the longest, then the earliest.
    """
    allowed = [option for option in options if limits.allow(option)]
    if not allowed:
        return None
    reaching = [option for option in allowed if option.clinical_minutes >= need_minutes]
    if reaching:
        chosen = min(reaching, key=lambda option: (option.clinical_minutes, *_when(option)))
        return NextBest(chosen, reaches=True, other_ways=len(reaching) - 1)
    by_length = sorted(allowed, key=lambda option: (-option.clinical_minutes, *_when(option)))
    leaves_enough = (option for option in by_length if _most_with(option, allowed, limits) >= need_minutes)
    return NextBest(next(leaves_enough, by_length[0]), reaches=False, other_ways=len(allowed) - 1)


def _when(option: SessionOption) -> tuple[object, ...]:
    """The earliest first; of those at one time the one with the most seats."""
    return option.interval.start, -option.seats_left, str(option.id)


def _most_with(option: SessionOption, options: Sequence[SessionOption], limits: WeekLimits) -> int:
    rest = [other for other in options if not other.interval.overlaps(option.interval)]
    return option.clinical_minutes + limits.after(option).bookable(rest)
