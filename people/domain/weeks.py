"""The treatment week: seven local days from midnight on the program's first weekday (167, 168 or 169 hours)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from people.domain.time import Interval, as_utc, resolve_wall


class Weekday(IntEnum):
    """A day of the week, numbered as `date.weekday()` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the day of an English name in any case. Raises ValueError for a name that is none."""
        try:
            return cls[name.upper()]
        except KeyError:
            raise ValueError(f"not a day of the week: {name!r}") from None


@dataclass(frozen=True, slots=True)
class Week:
    """A week of one zone: its first local date, and the instants `[starts_at, ends_at)` in UTC."""

    starts_on: date
    starts_at: datetime
    ends_at: datetime

    @property
    def ends_on(self) -> date:
        """The last of its seven local dates."""
        return self.starts_on + timedelta(days=6)

    @property
    def days(self) -> tuple[date, ...]:
        """Its seven local dates, in order."""
        return tuple(self.starts_on + timedelta(days=offset) for offset in range(7))

    @property
    def interval(self) -> Interval:
        """Its instants."""
        return Interval(self.starts_at, self.ends_at)

    @property
    def hours(self) -> float:
        """How long it lasts; 168 unless a clock changes."""
        return (self.ends_at - self.starts_at) / timedelta(hours=1)

    def contains(self, instant: datetime) -> bool:
        """Whether the instant lies inside; the end does not."""
        return self.starts_at <= instant < self.ends_at


def week_start(on: date, first_weekday: Weekday) -> date:
    """Return the first date of the week that the date belongs to."""
    return on - timedelta(days=(on.weekday() - first_weekday) % 7)


@lru_cache(maxsize=4096)
def week_containing(on: date, *, zone: ZoneInfo, first_weekday: Weekday) -> Week:
    """Return the zone's week that the local date belongs to."""
    starts_on = week_start(on, first_weekday)
    return Week(
        starts_on=starts_on,
        starts_at=_midnight(starts_on, zone),
        ends_at=_midnight(starts_on + timedelta(days=7), zone),
    )


def week_of(instant: datetime, *, zone: ZoneInfo, first_weekday: Weekday) -> Week:
    """Return the zone's week in which the instant lies.

    Weeks follow each other without gap or overlap, also where a clock is set back across midnight and a date comes
    twice. Raises ValueError for a naive datetime.
    """
    on = as_utc(instant).astimezone(zone).date()
    # Where a clock change meets midnight the date shown may be that of the week beside.
    beside = (week_containing(on + timedelta(days=days), zone=zone, first_weekday=first_weekday) for days in (0, 7, -7))
    return next(week for week in beside if week.contains(instant))


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return resolve_wall(datetime.combine(on, time.min), zone)
