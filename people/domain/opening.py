"""When a site is open: its weekly hours in its own wall clock, and the times at which it is closed all the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from people.domain.time import Interval, local_date, merge, resolve_wall

MIDNIGHT = time(0, 0)
A_DAY = timedelta(days=1)
MOST_RANGES = 4

Hours = Mapping[int, Sequence[tuple[time, time]]]
"""By weekday (Monday is 0) from when to when; an end at or before the start is on the next day, as 00:00 is."""


class HoursError(ValueError):
    """Hours that cannot be; `weekday` says of which day."""

    def __init__(self, weekday: int | None, why: str) -> None:
        self.weekday, self.why = weekday, why
        super().__init__(why)


@dataclass(frozen=True)
class OpeningHours:
    """A site's weekly hours; without any it is always open."""

    hours: Hours
    zone: ZoneInfo

    def covers(self, interval: Interval) -> bool:
        """Whether the site is open all through the interval; hours that touch are one."""
        if not self.hours:
            return True
        first, last = local_date(interval.start, self.zone) - A_DAY, local_date(interval.end, self.zone)
        spans: list[Interval] = []
        on = first
        while on <= last:
            spans += self._on(on)
            on += A_DAY
        return any(open_time.covers(interval) for open_time in merge(spans))

    def of(self, on: date) -> list[tuple[time, time]]:
        """The hours that begin on a day, as they are written."""
        return list(self.hours.get(on.weekday(), ()))

    def _on(self, on: date) -> list[Interval]:
        found = []
        for opens, closes in self.of(on):
            ends_on = on if closes > opens else on + A_DAY
            start = resolve_wall(datetime.combine(on, opens), self.zone)
            end = resolve_wall(datetime.combine(ends_on, closes), self.zone)
            if start < end:  # an hour that the clocks leave out opens nothing
                found.append(Interval(start, end))
        return found


def read_hours(kept: Mapping[str, Sequence[Sequence[str]]]) -> dict[int, list[tuple[time, time]]]:
    """Hours as a column keeps them, {"0": [["08:00", "20:00"]]}; days without any are left out.

    Raises HoursError for what is no weekday, no time, more than a few ranges, or ranges that overlap.
    """
    found: dict[int, list[tuple[time, time]]] = {}
    for key, ranges in kept.items():
        if key not in {str(day) for day in range(7)}:
            raise HoursError(None, "weekday")
        day = int(key)
        if len(ranges) > MOST_RANGES:
            raise HoursError(day, "too_many")
        times = sorted(_range(day, one) for one in ranges)
        for (_opens, closes), (next_opens, _closes) in pairwise(times):
            if closes == MIDNIGHT or closes > next_opens:
                raise HoursError(day, "overlap")
        if times:
            found[day] = times
    return found


def keep_hours(hours: Hours) -> dict[str, list[list[str]]]:
    """As a column keeps them."""
    return {
        str(day): [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in ranges]
        for day, ranges in sorted(hours.items())
        if ranges
    }


def _range(day: int, one: Sequence[str]) -> tuple[time, time]:
    try:
        opens, closes = (time.fromisoformat(text) for text in one)
    except (TypeError, ValueError):
        raise HoursError(day, "time") from None
    return opens, closes
