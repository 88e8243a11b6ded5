"""Instants, intervals of instants, wall times and ranges of dates.

Instants are aware and in UTC. Intervals of instants are half-open, `[start, end)`; ranges of dates include both ends.
A wall time is a naive datetime: it means nothing until a zone resolves it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1970
LATEST_YEAR = 2100

_WALL = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::00)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants from `start` up to, but not including, `end`; never empty.

    Aware datetimes in any zone are taken and kept as UTC. Raises ValueError for naive ones and where `end` is not
    after `start`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            instant: datetime = getattr(self, name)
            # Two datetimes of one ZoneInfo subtract as wall times; only in UTC is a difference a duration.
            if instant.tzinfo is not UTC:
                object.__setattr__(self, name, as_utc(instant))
        if self.end <= self.start:
            raise ValueError(f"an interval must end after it starts: {self.start} to {self.end}")

    @classmethod
    def of_minutes(cls, start: datetime, minutes: int) -> Self:
        """Return the interval which lasts `minutes` from `start`."""
        begin = as_utc(start)
        return cls(begin, begin + timedelta(minutes=minutes))

    @property
    def duration(self) -> timedelta:
        """How long it lasts: a difference of instants, whatever clocks do meanwhile."""
        return self.end - self.start

    @property
    def seconds(self) -> int:
        """Whole seconds, rounded down."""
        return self.duration // timedelta(seconds=1)

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded down."""
        return self.duration // timedelta(minutes=1)

    def overlaps(self, other: Self) -> bool:
        """Whether some instant lies in both; intervals that only touch do not overlap."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        """Whether the instant lies inside; the end does not."""
        return self.start <= instant < self.end

    def covers(self, other: Self) -> bool:
        """Whether all of the other lies inside."""
        return self.start <= other.start and other.end <= self.end

    def intersection(self, other: Self) -> Self | None:
        """Return the part common to both, or None where they do not overlap."""
        start = max(self.start, other.start)
        end = min(self.end, other.end)
        return type(self)(start, end) if start < end else None


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Local dates from `starts_on` to `ends_on`, both included; without an end it goes on.

    Raises ValueError where it would end before it starts.
    """

    starts_on: date
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(f"a range of dates must not end before it starts: {self.starts_on} to {self.ends_on}")

    def contains(self, on: date) -> bool:
        """Whether the date lies inside."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    def overlaps(self, other: Self) -> bool:
        """Whether the two share a date."""
        return (self.ends_on is None or other.starts_on <= self.ends_on) and (
            other.ends_on is None or self.starts_on <= other.ends_on
        )


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as few sorted intervals; those that overlap or touch become one."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            if interval.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, interval.end)
        else:
            merged.append(interval)
    return merged


def as_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {instant.isoformat()}")
    return instant.astimezone(UTC)


def resolve_wall(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the zone's clocks show `local` (naive).

    A wall time that does not exist moves forward by the gap; an ambiguous one is the first. Raises ValueError for an
    aware datetime.
    """
    if local.tzinfo is not None:
        raise ValueError(f"a wall time has no zone: {local.isoformat()}")
    # PEP 495: with fold=0 a time in a gap takes the offset before it, which lands later by the gap; one in a fold
    # takes the first of the two.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what the zone's clocks show at the instant, as a naive datetime."""
    return as_utc(instant).astimezone(zone).replace(tzinfo=None, fold=0)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Return the zone's date at the instant."""
    return as_utc(instant).astimezone(zone).date()


def parse_wall(text: str) -> datetime:
    """Read a wall time written `YYYY-MM-DDTHH:MM` (`:00` seconds may follow).

    Raises ValueError for any other form, for a time that no calendar has, and outside the years 1970 to 2100.
    """
    match = _WALL.fullmatch(text)
    if match is None:
        raise ValueError("a wall time is written YYYY-MM-DDTHH:MM")
    year, month, day, hour, minute = map(int, match.groups())
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(f"a wall time lies in the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - naive on purpose: a wall time
    except ValueError:
        raise ValueError(f"no calendar has the wall time {text}") from None


def format_wall(local: datetime) -> str:
    """Write a wall time as `YYYY-MM-DDTHH:MM`; seconds are left out."""
    return local.replace(tzinfo=None).isoformat(timespec="minutes")
