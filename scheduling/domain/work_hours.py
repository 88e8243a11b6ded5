"""When a patient works: shifts by the wall clock, with the way there and back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from people.domain.time import Interval, local_date, resolve_wall
from scheduling.domain.recurrence import parse_rule, wall_times

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkPattern:
    """A single busy time, or a recurring one where there is an `rrule`.

    `starts_at_local` and `ends_at_local` are the wall times of the first; a rule counts from there. `starts_on` and
    `ends_on`, both included, bound the local dates on which one may begin, `except_on` leaves dates out.
    """

    starts_at_local: datetime
    ends_at_local: datetime
    zone: ZoneInfo
    rrule: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    except_on: tuple[date, ...] = ()
    travel_before_minutes: int = 0
    travel_after_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Busy:
    """One shift: the work, and the travel on each side where there is some."""

    work: Interval
    travel_before: Interval | None = None
    travel_after: Interval | None = None

    @property
    def whole(self) -> Interval:
        """Work and travel together: what a session in person must not overlap. One by video minds the work alone."""
        start = self.travel_before.start if self.travel_before else self.work.start
        end = self.travel_after.end if self.travel_after else self.work.end
        return Interval(start, end)


def busy_intervals(pattern: WorkPattern, *, window: Interval) -> list[Busy]:
    """Return the pattern's shifts that reach into the window, travel included, in order.

    Both ends of a shift are wall times, so one across a clock change lasts an hour less or more. A shift that lies
    wholly within the hour that a change skips is none. Raises RuleError for a rule that `parse_rule` refuses.
    """
    length = pattern.ends_at_local - pattern.starts_at_local
    before = timedelta(minutes=pattern.travel_before_minutes)
    after = timedelta(minutes=pattern.travel_after_minutes)
    # A day more on either side covers the clock changes between a wall time and its instant.
    first = local_date(window.start - after, pattern.zone) - length - 2 * _DAY
    last = local_date(window.end + before, pattern.zone) + _DAY
    shifts = []
    for starts_local in _starts(pattern, first=first, last=last):
        start = resolve_wall(starts_local, pattern.zone)
        end = resolve_wall(starts_local + length, pattern.zone)
        if start < end and start - before < window.end and window.start < end + after:
            shifts.append(
                Busy(
                    work=Interval(start, end),
                    travel_before=Interval(start - before, start) if before else None,
                    travel_after=Interval(end, end + after) if after else None,
                )
            )
    return shifts


def busy_in(patterns: Iterable[WorkPattern], *, window: Interval) -> list[Busy]:
    """Return the shifts of all patterns that reach into the window, sorted by their work."""
    return sorted(
        (busy for pattern in patterns for busy in busy_intervals(pattern, window=window)),
        key=lambda busy: (busy.work.start, busy.work.end),
    )


def _starts(pattern: WorkPattern, *, first: date, last: date) -> Iterator[datetime]:
    """Yield the wall times at which shifts begin on the dates asked for, less those left out."""
    if pattern.starts_on is not None:
        first = max(first, pattern.starts_on)
    if pattern.ends_on is not None:
        last = min(last, pattern.ends_on)
    if pattern.rrule is None:
        starts = iter([pattern.starts_at_local])
    else:
        rule = parse_rule(pattern.rrule, zone=pattern.zone)
        starts = wall_times(rule, starts_at_local=pattern.starts_at_local, first=first, last=last)
    return (start for start in starts if first <= start.date() <= last and start.date() not in pattern.except_on)
