"""How a series recurs over time: stretches of one rule each, and what an edit makes of them.

A wall time, `YYYY-MM-DDTHH:MM`, stands for an occurrence; such texts sort as the times do.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from people.domain.time import DateRange, format_wall, parse_wall
from scheduling.domain.recurrence import Occurrence, occurrences, wall_times
from scheduling.domain.rules import Frequency, parse_rule

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NO_SHIFT = timedelta()
_COUNT = re.compile(r"(?<=COUNT=)\d+", re.IGNORECASE)
_BY_DAY = re.compile(r"(?<=BYDAY=)[A-Z,]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch: a rule, the wall time that it is reckoned from, and how long each occurrence lasts.

    It gives the occurrences from `since` on and before `until`, both wall times; either may be open.
    """

    rrule: str
    starts_at_local: str
    duration_minutes: int
    since: str | None = None
    until: str | None = None

    def covers(self, local: str) -> bool:
        """Whether an occurrence at the wall time would be this part's."""
        return (self.since is None or self.since <= local) and (self.until is None or local < self.until)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What an edit says of the recurrence; None leaves a thing as it is."""

    rrule: str | None = None
    starts_at_local: str | None = None
    duration_minutes: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return self.rrule is None and self.starts_at_local is None and self.duration_minutes is None


def expand_parts(parts: Iterable[Part], *, zone: ZoneInfo, first: date, last: date) -> Iterator[Occurrence]:
    """The occurrences of all parts whose wall date lies between the two, both included, in order."""
    for part in parts:
        found = occurrences(
            parse_rule(part.rrule, zone=zone),
            starts_at_local=parse_wall(part.starts_at_local),
            zone=zone,
            duration_minutes=part.duration_minutes,
            between=(first, last),
        )
        yield from (one for one in found if part.covers(format_wall(one.local)))


def edited_parts(parts: Sequence[Part], said: Recurrence, *, since: str | None) -> list[Part]:
    """The parts after an edit from the occurrence `since` on, or of the whole series.

    A new time of day or length changes each part and leaves its rule and the date that it is reckoned from, so that
    every other week stays the same weeks. A new rule, or another date to begin with, makes one part of them.
    """
    before = [part for part in parts if since is not None and (part.since is None or part.since < since)]
    after = [part for part in parts if since is None or part.until is None or since < part.until]
    current = after[0] if since is not None else parts[-1]
    if said.rrule is None and not _begins_elsewhere(current, said, since):
        changed = [_retimed(part, said) for part in after]
        bound = changed[0].since if since is None else _earlier_of_day(since, said)
    else:
        changed = [_begun_anew(parts[0] if since is None else current, said, since, last=parts[-1])]
        bound = None if since is None else min(since, said.starts_at_local or since)
    changed[0] = replace(changed[0], since=bound)
    if before:
        before[-1] = replace(before[-1], until=bound)
    return [*before, *changed]


def _begins_elsewhere(current: Part, said: Recurrence, since: str | None) -> bool:
    """Whether the edit names another date than that of the occurrence, or of the first one."""
    if said.starts_at_local is None:
        return False
    return said.starts_at_local[:10] != (since or current.starts_at_local)[:10]


def _retimed(part: Part, said: Recurrence) -> Part:
    anchor = part.starts_at_local
    if said.starts_at_local is not None:
        anchor = f"{anchor[:11]}{said.starts_at_local[11:]}"
    return Part(
        part.rrule,
        anchor,
        said.duration_minutes or part.duration_minutes,
        since=part.since and _earlier_of_day(part.since, said),
        until=part.until and _earlier_of_day(part.until, said),
    )


def _earlier_of_day(bound: str, said: Recurrence) -> str:
    """A bound between parts, drawn back on its day where the occurrences of that day come earlier now."""
    return min(bound, f"{bound[:11]}{said.starts_at_local[11:]}") if said.starts_at_local else bound


def remaining_rule(part: Part, *, since: str) -> str:
    """The part's rule, with as many times to come as are left from the occurrence `since` on where it counts them."""
    rule = parse_rule(part.rrule, zone=ZoneInfo("UTC"))
    if rule.count is None:
        return part.rrule
    start, on = parse_wall(part.starts_at_local), parse_wall(since)
    over = sum(local < on for local in wall_times(rule, starts_at_local=start, first=start.date(), last=on.date()))
    return _COUNT.sub(str(max(1, rule.count - over)), part.rrule)


def names_its_times(part: Part) -> bool:
    """Whether the rule itself says at what times of day it is, and not the wall time that it is reckoned from."""
    rule = parse_rule(part.rrule, zone=ZoneInfo("UTC"))
    return bool(rule.by_hour or rule.by_minute)


def _begun_anew(part: Part, said: Recurrence, since: str | None, *, last: Part) -> Part:
    """One part to the end, reckoned from where the edit says, else from where it began or from the occurrence."""
    rrule = said.rrule or (part.rrule if since is None else remaining_rule(part, since=since))
    clock = last.starts_at_local[11:] if since is None else part.starts_at_local[11:]
    anchor = said.starts_at_local or f"{(since or part.starts_at_local)[:11]}{clock}"
    if since is not None and _names_weekdays(rrule):
        day = parse_wall(anchor)
        anchor = format_wall(day - timedelta(days=day.weekday()))
    return Part(rrule, anchor, said.duration_minutes or part.duration_minutes)


def _names_weekdays(rrule: str) -> bool:
    """Whether the week of the first occurrence may be reckoned from its Monday without another day of it changing."""
    rule = parse_rule(rrule, zone=ZoneInfo("UTC"))
    named = rule.frequency is Frequency.WEEKLY and bool(rule.by_day)
    return named and rule.count is None and not rule.by_position and rule.week_start == 0


def pair(
    old: Sequence[datetime], new: Sequence[datetime], *, by_month: bool = False, shift: timedelta = NO_SHIFT
) -> dict[datetime, datetime]:
    """Which new occurrence each old one becomes, so that sessions keep their ids and people their seats.

    The same wall time first, then the same day, then the day that lies by `shift` from it where one was moved by name,
    then the nth left over of the same week (from Monday); for rules of months and years (`by_month`) then of the same
    month. What is left over becomes none, or is new.
    """
    paired: dict[datetime, datetime] = {}
    left_old, left_new = sorted(set(old)), sorted(set(new))
    steps = [(same, NO_SHIFT) for same in ((*ALIKE, _month_of) if by_month else ALIKE)]
    if shift:
        steps.insert(2, (_date_of, shift))
    for same, by in steps:
        queues: dict[Hashable, list[datetime]] = {}
        for at in left_new:
            queues.setdefault(same(at), []).append(at)
        for at in left_old:
            if queue := queues.get(same(at + by)):
                paired[at] = queue.pop(0)
        taken = set(paired.values())
        left_old = [at for at in left_old if at not in paired]
        left_new = [at for at in left_new if at not in taken]
    return paired


def outside(occurrence: Occurrence, *, pauses: Iterable[DateRange], ends_on: date | None) -> bool:
    """Whether the series takes no place then: past its end, or in a pause."""
    on = occurrence.local.date()
    return (ends_on is not None and on > ends_on) or any(pause.contains(on) for pause in pauses)


def recurs_by_month(parts: Iterable[Part]) -> bool:
    """Whether a rule among them counts in months or years."""
    frequencies = {parse_rule(part.rrule, zone=ZoneInfo("UTC")).frequency for part in parts}
    return bool(frequencies & {Frequency.MONTHLY, Frequency.YEARLY})


def shifted_rule(rrule: str, *, before: date, after: date) -> str | None:
    """The rule with the one weekday moved to the other; itself where the day is the same or the rule names none.

    None for a rule in which a moved day has no plain meaning.
    """
    if before.weekday() == after.weekday():
        return rrule
    rule = parse_rule(rrule, zone=ZoneInfo("UTC"))
    if rule.frequency is not Frequency.WEEKLY or rule.by_position or any(day.nth for day in rule.by_day):
        return None
    if not rule.by_day:
        return rrule
    days = {day.weekday for day in rule.by_day}
    if before.weekday() not in days or after.weekday() in days:
        return None
    days = (days - {before.weekday()}) | {after.weekday()}
    return _BY_DAY.sub(",".join(CODES[day] for day in sorted(days)), rrule)


def _time_of(at: datetime) -> Hashable:
    return at


def _date_of(at: datetime) -> Hashable:
    return at.date()


def _monday_of(at: datetime) -> Hashable:
    return at.date() - timedelta(days=at.weekday())


def _month_of(at: datetime) -> Hashable:
    return at.year, at.month


ALIKE = (_time_of, _date_of, _monday_of)
"""What an occurrence and its pair have in common, the closest first."""
