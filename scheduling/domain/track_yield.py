"""What a track brings in a week to somebody who misses nothing, beside what the week must reach."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class TrackWarning(StrEnum):
    """What speaks against a track, in the order in which it is told."""

    BELOW_MINIMUM = "below_minimum"
    NO_SLACK = "no_slack"
    OVER_MAXIMUM = "over_maximum"
    OVER_DAYS = "over_days"
    REQUIREMENT = "requirement"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence of the track: its day, its minutes without the breaks, and what kind it is."""

    on: date
    clinical_minutes: int
    kind: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """A requirement of each week, judged beside the target: `measure` is `minutes`, `days` or `services`."""

    name: str
    measure: str
    minimum: int | None = None
    maximum: int | None = None
    day_minimum_minutes: int = 180
    kinds: tuple[str, ...] = ()
    foci: tuple[str, ...] = ()

    def counts(self, meeting: Meeting) -> bool:
        """Whether the meeting is one of those that the rule is about."""
        return (not self.kinds or meeting.kind in self.kinds) and (not self.foci or meeting.focus in self.foci)


@dataclass(frozen=True, slots=True)
class RuleYield:
    """A rule and the least and most that it would measure in a week; `met` in every week."""

    rule: WeeklyRule
    least: int
    most: int
    met: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The week's target: minutes, and the most days."""

    min_minutes: int
    max_minutes: int
    days_per_week: int


@dataclass(frozen=True)
class TrackYield:
    """The lightest and the fullest of the weeks looked at, beside what is wanted of each."""

    least_minutes: int
    most_minutes: int
    least_days: int
    most_days: int
    wanted: Wanted
    rules: tuple[RuleYield, ...] = ()
    warnings: tuple[TrackWarning, ...] = field(default_factory=tuple)

    @property
    def spare_minutes(self) -> int:
        """What may be missed in the lightest week; negative where it lacks that much."""
        return self.least_minutes - self.wanted.min_minutes

    @property
    def slack_needed_minutes(self) -> int:
        """A tenth of the minimum, rounded up: with less to spare one break or one late bus breaks the week."""
        return -(-self.wanted.min_minutes // 10)


def track_yield(
    meetings: Iterable[Meeting], *, weeks: Sequence[date], wanted: Wanted, rules: Sequence[WeeklyRule] = ()
) -> TrackYield:
    """Judge the weeks that begin on the dates `weeks`, all of them; meetings outside are left aside.

    Raises ValueError without a week.
    """
    if not weeks:
        raise ValueError("a track is judged by one week at least")
    by_week: dict[date, list[Meeting]] = {week: [] for week in weeks}
    for meeting in meetings:
        for week in weeks:
            if 0 <= (meeting.on - week).days < 7:
                by_week[week].append(meeting)
    minutes = [sum(one.clinical_minutes for one in held) for held in by_week.values()]
    days = [len({one.on for one in held}) for held in by_week.values()]
    answers = tuple(_rule_yield(rule, list(by_week.values())) for rule in rules)
    found = TrackYield(min(minutes), max(minutes), min(days), max(days), wanted, answers)
    return TrackYield(min(minutes), max(minutes), min(days), max(days), wanted, answers, tuple(_warnings(found)))


def _rule_yield(rule: WeeklyRule, weeks: Sequence[Sequence[Meeting]]) -> RuleYield:
    values = [_measured(rule, [one for one in held if rule.counts(one)]) for held in weeks]
    met = all(
        (rule.minimum is None or value >= rule.minimum) and (rule.maximum is None or value <= rule.maximum)
        for value in values
    )
    return RuleYield(rule, min(values), max(values), met)


def _measured(rule: WeeklyRule, held: Sequence[Meeting]) -> int:
    if rule.measure == "services":
        return len(held)
    if rule.measure == "minutes":
        return sum(one.clinical_minutes for one in held)
    by_day: dict[date, int] = defaultdict(int)
    for one in held:
        by_day[one.on] += one.clinical_minutes
    return sum(minutes >= rule.day_minimum_minutes for minutes in by_day.values())


def _warnings(found: TrackYield) -> Iterable[TrackWarning]:
    if found.spare_minutes < 0:
        yield TrackWarning.BELOW_MINIMUM
    elif found.least_minutes * 10 < found.wanted.min_minutes * 11:
        yield TrackWarning.NO_SLACK
    if found.most_minutes > found.wanted.max_minutes:
        yield TrackWarning.OVER_MAXIMUM
    if found.most_days > found.wanted.days_per_week:
        yield TrackWarning.OVER_DAYS
    if not all(one.met for one in found.rules):
        yield TrackWarning.REQUIREMENT
