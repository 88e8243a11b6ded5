"""From a recurrence rule to occurrences: wall times of a site, resolved to instants one by one.

Written out here rather than left to dateutil, which walks a rule that never matches (30 February) up to the year 9999,
walks every rule from its beginning, and reads a few rules otherwise than RFC 5545 does; the tests hold the two against
each other. Here each period is looked at by itself, so the walk begins beside the dates asked for and ends after them.
"""

import heapq
from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, product
from zoneinfo import ZoneInfo

from people.domain.time import Interval, local_date, resolve_wall
from scheduling.domain.rules import HORIZON, Frequency, NthDay, Rule, RuleError, parse_rule

__all__ = ["Occurrence", "Rule", "RuleError", "occurrences", "parse_rule", "wall_times"]

_DAY = timedelta(days=1)


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
    rule = _with_defaults(rule, starts_at_local)
    end = min(datetime.combine(last, time.max), HORIZON)
    if rule.until is not None:
        end = min(end, rule.until)
    if rule.count is not None:
        end = min(end, _last_counted(rule, starts_at_local, rule.count))
    return _walk(rule, starts_at_local, begin=max(starts_at_local, datetime.combine(first, time.min)), end=end)


@lru_cache(maxsize=4096)
def _with_defaults(rule: Rule, start: datetime) -> Rule:
    """Fill in from the start what the rule leaves open (RFC 5545, section 3.3.10)."""
    filled = replace(
        rule,
        by_hour=rule.by_hour or (start.hour,),
        by_minute=rule.by_minute or (start.minute,),
        by_second=rule.by_second or (start.second,),
    )
    weekday = (NthDay(0, start.weekday()),)
    days_named = rule.by_day or rule.by_month_day or rule.by_year_day
    if days_named or rule.frequency == Frequency.DAILY:
        return filled
    if rule.frequency == Frequency.WEEKLY or rule.by_week_number:
        return replace(filled, by_day=weekday)
    if rule.frequency == Frequency.MONTHLY:
        return replace(filled, by_month_day=(start.day,))
    return replace(filled, by_month=rule.by_month or (start.month,), by_month_day=(start.day,))


@lru_cache(maxsize=4096)
def _last_counted(rule: Rule, start: datetime, count: int) -> datetime:
    """Return the `count`th of the rule's wall times; the horizon where it has fewer before that."""
    walk = _walk(rule, start, begin=start, end=HORIZON)
    return next(islice(walk, min(count, 10**9) - 1, None), HORIZON)


def _walk(rule: Rule, start: datetime, *, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the matches from `begin` to `end`, both included, period after period.

    `rule` has its defaults; its count and its `until` are the caller's to respect.
    """
    if begin > end:
        return
    times = [
        time(hour, minute, second) for hour, minute, second in product(rule.by_hour, rule.by_minute, rule.by_second)
    ]
    matches = _matcher(rule)
    for days in _periods(rule, start.date(), begin.date(), end.date()):
        walls = [datetime.combine(day, at) for day in days if matches(day) for at in times]
        if rule.by_position:
            walls = _at_positions(walls, rule.by_position)
        for wall in walls:
            if begin <= wall <= end:
                yield wall


def _at_positions(walls: Sequence[datetime], positions: Iterable[int]) -> list[datetime]:
    chosen = {position - 1 if position > 0 else len(walls) + position for position in positions}
    return [wall for index, wall in enumerate(walls) if index in chosen]


def _periods(rule: Rule, start: date, begin: date, end: date) -> Iterator[Sequence[date]]:
    """Yield the days of each of the rule's periods that may hold one of the dates `begin` to `end`.

    Periods are counted from the one that holds `start`; only every `interval`th is the rule's.
    """
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        length = 1 if rule.frequency == Frequency.DAILY else 7
        origin = start.toordinal()
        if length == 7:
            origin -= (start.weekday() - rule.week_start) % 7
        step = length * rule.interval
        skipped = max(0, (begin.toordinal() - origin) // step)
        for ordinal in range(origin + skipped * step, end.toordinal() + 1, step):
            yield [date.fromordinal(ordinal + offset) for offset in range(length)]
    elif rule.frequency == Frequency.MONTHLY:
        month_number = start.year * 12 + start.month - 1
        skipped = max(0, (begin.year * 12 + begin.month - 1 - month_number) // rule.interval)
        first = month_number + skipped * rule.interval
        for number in range(first, end.year * 12 + end.month, rule.interval):
            yield _month(number // 12, number % 12 + 1)
    else:
        # Weeks are numbered in a year of their own, which may begin and end some days beside the calendar's.
        of_weeks = bool(rule.by_week_number)
        year = _week_year(start, rule.week_start) if of_weeks else start.year
        spare = 1 if of_weeks else 0
        skipped = max(0, (begin.year - spare - year) // rule.interval)
        for number in range(year + skipped * rule.interval, min(end.year + spare, MAXYEAR - 1) + 1, rule.interval):
            yield _year_of_weeks(number, rule.week_start) if of_weeks else _year(number, rule.by_month)


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def _year(year: int, months: Iterable[int]) -> list[date]:
    return [day for month in months or range(1, 13) for day in _month(year, month)]


def _first_week(year: int, week_start: int) -> date:
    """Return the first day of the year's week 1: the first week with at least four days in the year."""
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - week_start) % 7)


def _week_year(on: date, week_start: int) -> int:
    if on >= _first_week(on.year + 1, week_start):
        return on.year + 1
    return on.year if on >= _first_week(on.year, week_start) else on.year - 1


def _year_of_weeks(year: int, week_start: int) -> list[date]:
    first = _first_week(year, week_start)
    return [first + timedelta(days=offset) for offset in range((_first_week(year + 1, week_start) - first).days)]


def _matcher(rule: Rule) -> Callable[[date], bool]:
    """Return the test that a day must pass: every BY part that the rule names."""
    tests: list[Callable[[date], bool]] = []
    if rule.by_month:
        months = frozenset(rule.by_month)
        tests.append(lambda day: day.month in months)
    if rule.by_day:
        tests.append(_day_test(rule))
    if rule.by_month_day:
        month_days = frozenset(rule.by_month_day)
        tests.append(
            lambda day: day.day in month_days or day.day - monthrange(day.year, day.month)[1] - 1 in month_days
        )
    if rule.by_year_day:
        year_days = frozenset(rule.by_year_day)
        tests.append(lambda day: _year_day(day) in year_days or _year_day(day) - _year_length(day) - 1 in year_days)
    if rule.by_week_number:
        tests.append(_week_test(rule))
    if len(tests) == 1:
        return tests[0]
    return lambda day: all(test(day) for test in tests)


def _day_test(rule: Rule) -> Callable[[date], bool]:
    every = frozenset(day.weekday for day in rule.by_day if day.nth == 0)
    counted = frozenset((day.nth, day.weekday) for day in rule.by_day if day.nth)
    if not counted:
        return lambda day: day.weekday() in every
    in_month = rule.frequency == Frequency.MONTHLY or bool(rule.by_month)

    def matches(day: date) -> bool:
        weekday = day.weekday()
        if weekday in every:
            return True
        number, length = (
            (day.day, monthrange(day.year, day.month)[1]) if in_month else (_year_day(day), _year_length(day))
        )
        return ((number - 1) // 7 + 1, weekday) in counted or (-((length - number) // 7 + 1), weekday) in counted

    return matches


def _week_test(rule: Rule) -> Callable[[date], bool]:
    numbers = frozenset(rule.by_week_number)

    def matches(day: date) -> bool:
        year = _week_year(day, rule.week_start)
        first = _first_week(year, rule.week_start)
        weeks = (_first_week(year + 1, rule.week_start) - first).days // 7
        number = (day - first).days // 7 + 1
        return number in numbers or number - weeks - 1 in numbers

    return matches


def _year_day(day: date) -> int:
    return day.timetuple().tm_yday


def _year_length(day: date) -> int:
    return 366 if isleap(day.year) else 365
