"""Requirements beside the target: what a payer, a licence, a court or the program asks, each judged by itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from people.domain.time import DateRange
from people.domain.weeks import Weekday, week_start

DAY_MINIMUM_MINUTES = 180


class Measure(StrEnum):
    """What is counted."""

    MINUTES = "minutes"
    DAYS = "days"
    SERVICES = "services"
    PERCENT = "percent"


class Window(StrEnum):
    """Over which stretch it is counted."""

    WEEK = "week"
    MONTH = "month"
    AVERAGE = "average"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A rule: at least `minimum`, at most `maximum`, either of which may be absent.

    `kinds` and `foci` say which sessions count; empty means all, and both must match. A total is due within
    `within_weeks` of the admission, where that is given. Raises ValueError for a measure or window that is none.
    """

    measure: str
    window: str
    minimum: int | None = None
    maximum: int | None = None
    day_minimum_minutes: int = DAY_MINIMUM_MINUTES
    kinds: frozenset[str] = frozenset()
    foci: frozenset[str] = frozenset()
    in_force_from: date | None = None
    in_force_to: date | None = None
    within_weeks: int | None = None

    def __post_init__(self) -> None:
        Measure(self.measure)
        Window(self.window)

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on the date."""
        return (self.in_force_from is None or self.in_force_from <= on) and (
            self.in_force_to is None or on <= self.in_force_to
        )

    def counts(self, session: "AttendedSession") -> bool:
        """Whether sessions of this kind and focus count."""
        return (not self.kinds or session.kind in self.kinds) and (not self.foci or session.focus in self.foci)

    def met_by(self, value: int) -> bool:
        """Whether the value lies within the bounds."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True, slots=True)
class AttendedSession:
    """A session attended on a local date, and what was credited for it."""

    on: date
    kind: str
    focus: str
    credited_minutes: int


@dataclass(frozen=True, slots=True)
class PeriodVerdict:
    """One week or month, named by its first date; `full` where the rule could be asked of each of its days."""

    starts_on: date
    value: int
    full: bool
    met: bool


@dataclass(frozen=True, slots=True)
class PeriodsJudgement:
    """Every week or month from admission on."""

    window: Window
    periods: tuple[PeriodVerdict, ...]


@dataclass(frozen=True, slots=True)
class AverageJudgement:
    """The mean over the full weeks; before the first of these there is no value and no verdict."""

    value: int | None
    full_weeks: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class TotalJudgement:
    """All since admission, up to the day on which it is due, if it is."""

    value: int
    due_on: date | None
    met: bool


Judgement = PeriodsJudgement | AverageJudgement | TotalJudgement


def judge(
    requirement: Requirement,
    *,
    attended: Iterable[AttendedSession],
    first_weekday: Weekday,
    admitted_on: date,
    discharged_on: date | None,
    leaves: Sequence[DateRange],
    as_of: date,
) -> Judgement:
    """Return how an admission stands against the requirement at the end of the day `as_of`.

    Days from admission to the earlier of `as_of` and discharge are looked at, and those on which the rule is in force
    count; minutes credited on a day of leave are facts and count too. A week or month is full if all its days are
    such days and none is leave.
    """
    last = as_of if discharged_on is None else min(as_of, discharged_on)
    counted = [one for one in attended if admitted_on <= one.on <= last and requirement.in_force(one.on)]

    def is_full(first_day: date, last_day: date) -> bool:
        return (
            admitted_on <= first_day
            and last_day <= last
            and requirement.in_force(first_day)
            and requirement.in_force(last_day)
            and not any(leave.overlaps(DateRange(first_day, last_day)) for leave in leaves)
        )

    if requirement.window == Window.TOTAL:
        return _total(requirement, counted, admitted_on)
    if requirement.window == Window.MONTH:
        by_month = _verdicts(requirement, counted, months(admitted_on, last), is_full)
        return PeriodsJudgement(Window.MONTH, by_month)
    weeks = _verdicts(requirement, counted, _weeks(admitted_on, last, first_weekday), is_full)
    if requirement.window == Window.WEEK:
        return PeriodsJudgement(Window.WEEK, weeks)
    return _average(requirement, weeks)


def measure(requirement: Requirement, sessions: Sequence[AttendedSession]) -> int:
    """Return the requirement's figure for the sessions of one stretch, all of which lie within it."""
    wanted = [one for one in sessions if requirement.counts(one)]
    if requirement.measure == Measure.MINUTES:
        return sum(one.credited_minutes for one in wanted)
    if requirement.measure == Measure.SERVICES:
        return sum(one.credited_minutes > 0 for one in wanted)
    if requirement.measure == Measure.DAYS:
        by_day: defaultdict[date, int] = defaultdict(int)
        for one in wanted:
            by_day[one.on] += one.credited_minutes
        return sum(minutes >= requirement.day_minimum_minutes for minutes in by_day.values())
    everything = sum(one.credited_minutes for one in sessions)
    return 100 * sum(one.credited_minutes for one in wanted) // everything if everything else 0


def due_on(requirement: Requirement, admitted_on: date) -> date | None:
    """Return the last date that counts to a total, if there is one."""
    if requirement.within_weeks is None:
        return None
    return admitted_on + timedelta(days=7 * requirement.within_weeks - 1)


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of every calendar month that holds a date from `first` to `last`."""
    starts_on = first.replace(day=1)
    while first <= last and starts_on <= last:
        following = (starts_on + timedelta(days=31)).replace(day=1)
        yield starts_on, following - timedelta(days=1)
        starts_on = following


def _total(requirement: Requirement, counted: Sequence[AttendedSession], admitted_on: date) -> TotalJudgement:
    last = due_on(requirement, admitted_on)
    value = measure(requirement, [one for one in counted if last is None or one.on <= last])
    return TotalJudgement(value=value, due_on=last, met=requirement.met_by(value))


def _average(requirement: Requirement, weeks: Sequence[PeriodVerdict]) -> AverageJudgement:
    values = [week.value for week in weeks if week.full]
    if not values:
        return AverageJudgement(value=None, full_weeks=0, met=None)
    value = sum(values) // len(values)
    return AverageJudgement(value=value, full_weeks=len(values), met=requirement.met_by(value))


def _verdicts(
    requirement: Requirement,
    counted: Sequence[AttendedSession],
    periods: Iterable[tuple[date, date]],
    is_full: Callable[[date, date], bool],
) -> tuple[PeriodVerdict, ...]:
    verdicts = []
    for first_day, last_day in periods:
        value = measure(requirement, [one for one in counted if first_day <= one.on <= last_day])
        verdicts.append(
            PeriodVerdict(first_day, value, full=is_full(first_day, last_day), met=requirement.met_by(value))
        )
    return tuple(verdicts)


def _weeks(first: date, last: date, first_weekday: Weekday) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of every week that holds a date from `first` to `last`."""
    starts_on = week_start(first, first_weekday)
    while first <= last and starts_on <= last:
        yield starts_on, starts_on + timedelta(days=6)
        starts_on += timedelta(days=7)
