"""From a recurrence rule to occurrences: wall times of a site by dateutil, resolved to instants one by one.

dateutil walks a rule from its beginning, and one that never matches (30 February) up to the year 9999; so rules begin
beside the dates asked for where that changes nothing, and those that never match are found out first.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil import rrule

from people.domain.time import Interval, local_date, resolve_wall
from scheduling.domain.rules import HORIZON, Frequency, Rule, RuleError, parse_rule

__all__ = ["Occurrence", "Rule", "RuleError", "occurrences", "parse_rule", "wall_times"]

_DAY = timedelta(days=1)
_FREQUENCIES: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}
_LONGEST_INTERVAL = 50_000
_LAST_CYCLE = 9600


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence: `local` is the wall time that the rule gave it, and its identity, moved or not."""

    local: datetime
    starts_at: datetime
    ends_at: datetime

    @property
    def interval(self) -> Interval:
        """Its instants."""
        return Interval(self.starts_at, self.ends_at)


def occurrences(
    rule: Rule,
    *,
    starts_at_local: datetime,
    zone: ZoneInfo,
    duration_minutes: int,
    between: tuple[date, date] | Interval | None = None,
    cancelled_local: Iterable[datetime] = (),
    moved_local: Iterable[tuple[datetime, datetime]] = (),
) -> Iterator[Occurrence]:
    """Yield the rule's occurrences in the order of their wall times.

    `between` keeps those that start in it: local dates, both included, or instants. Without it all come, up to the
    year 2100. `cancelled_local` and `moved_local` (from, to) name occurrences by the wall time that the rule gave
    them; one that is cancelled stays so, moved or not. A duration is a difference of instants, so across a clock
    change the wall clock shows another end. Raises ValueError unless the duration is positive.
    """
    if duration_minutes < 1:
        raise ValueError(f"an occurrence lasts a minute or more, not {duration_minutes}")
    first, last = _dates(between, zone)
    cancelled = set(cancelled_local)
    moved = {origin: target for origin, target in moved_local if origin not in cancelled}
    regular = (
        (local, local)
        for local in wall_times(rule, starts_at_local=starts_at_local, first=first, last=last)
        if local not in cancelled and local not in moved
    )
    elsewhere = sorted(
        (target, origin)
        for origin, target in moved.items()
        if first <= target.date() <= last
        and origin in wall_times(rule, starts_at_local=starts_at_local, first=origin.date(), last=origin.date())
    )
    length = timedelta(minutes=duration_minutes)
    for wall, local in heapq.merge(regular, elsewhere):
        starts_at = resolve_wall(wall, zone)
        if not isinstance(between, Interval) or between.contains(starts_at):
            yield Occurrence(local=local, starts_at=starts_at, ends_at=starts_at + length)


def _dates(between: tuple[date, date] | Interval | None, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last local date on which something asked for may start."""
    if between is None:
        return date.min, HORIZON.date()
    if isinstance(between, Interval):
        # A wall time that does not exist may resolve to the next date; zones have skipped a whole day.
        return local_date(between.start, zone) - _DAY, local_date(between.end, zone) + _DAY
    return between


def wall_times(rule: Rule, *, starts_at_local: datetime, first: date, last: date) -> Iterator[datetime]:
    """Yield the wall times that the rule gives from `starts_at_local` on, on the dates `first` to `last`, in order.

    The first one is the first match, which `starts_at_local` itself may not be. Nothing comes after the year 2100.
    """
    end = min(datetime.combine(last, time.max), HORIZON)
    if rule.until is not None:
        end = min(end, rule.until)
    begin = datetime.combine(first, time.min)
    if end < max(begin, starts_at_local) or not _ever_matches(rule, starts_at_local):
        return iter(())
    walk = _walk(rule, _start_beside(rule, starts_at_local, begin))
    return (wall for wall in takewhile(lambda wall: wall <= end, walk) if wall >= begin)


def _walk(rule: Rule, start: datetime) -> Iterator[datetime]:
    """Yield dateutil's wall times of the rule, without regard to its `until`."""
    weekdays = [rrule.weekday(day.weekday, day.nth or None) for day in rule.by_day]
    return iter(
        rrule.rrule(
            _FREQUENCIES[rule.frequency],
            dtstart=start,
            interval=min(rule.interval, _LONGEST_INTERVAL),
            wkst=rule.week_start,
            count=rule.count,
            bysetpos=rule.by_position or None,
            bymonth=rule.by_month or None,
            bymonthday=rule.by_month_day or None,
            byyearday=rule.by_year_day or None,
            byweekno=rule.by_week_number or None,
            byweekday=weekdays or None,
            byhour=rule.by_hour or None,
            byminute=rule.by_minute or None,
            bysecond=rule.by_second or None,
        )
    )


def _start_beside(rule: Rule, start: datetime, begin: datetime) -> datetime:
    """Return a start from which the same wall times follow, whole periods later and at least one before `begin`.

    A rule that counts its occurrences, or chooses among a week's, must be walked from its own start.
    """
    days = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}.get(rule.frequency)
    if days is None or rule.count is not None or rule.by_position or begin <= start:
        return start
    period = min(rule.interval, _LONGEST_INTERVAL) * days
    return start + timedelta(days=max(0, (begin - start).days // period - 1) * period)


@lru_cache(maxsize=4096)
def _ever_matches(rule: Rule, start: datetime) -> bool:
    """Whether the rule has an occurrence at all.

    The calendar repeats every 400 years, weekdays included, so the question is asked in the last of dateutil's cycles,
    where a rule without a match comes to an end soon.
    """
    years = (_LAST_CYCLE - start.year) // 400 * 400
    return next(_walk(rule, start.replace(year=start.year + years)), None) is not None
