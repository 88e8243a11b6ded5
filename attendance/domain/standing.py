"""How a week stands against a rule beside the target: what is credited, what is booked, and what can still be had.

A week speaks of each stretch that the rule is judged over and that one of its days lies in: itself, each calendar month
that it touches (two where one ends in it), or the whole stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.domain.forecast import Choice, Reach, can_meet, furthest
from attendance.domain.requirements import (
    AttendedSession,
    AverageJudgement,
    Measure,
    Requirement,
    Window,
    due_on,
    judge,
    measure,
    months,
)
from people.domain.time import DateRange
from people.domain.weeks import Weekday
from scheduling.domain.bookable import WeekLimits


@dataclass(frozen=True, slots=True)
class Sitting:
    """One live booking: its local date, what it is about, its minutes, and whether it is marked."""

    on: date
    kind: str
    focus: str
    minutes: int
    marked: bool

    @property
    def attended(self) -> AttendedSession:
        """As what is judged; a booking that is not marked counts with what it would bring."""
        return AttendedSession(self.on, self.kind, self.focus, self.minutes)


@dataclass(frozen=True)
class Stay:
    """An admission, as requirements see it."""

    admitted_on: date
    discharged_on: date | None
    leaves: Sequence[DateRange]
    first_weekday: Weekday

    def covers(self, on: date) -> bool:
        """Whether the date lies in it."""
        return self.admitted_on <= on and (self.discharged_on is None or on <= self.discharged_on)


@dataclass(frozen=True)
class WeekSeen:
    """A week's dates, the day on which it is looked at, and what can still be booked in it.

    Once it `is_over` nothing is promised any more; None for `limits` where nothing can be booked.
    """

    days: DateRange
    today: date
    is_over: bool
    choices: Sequence[Choice] = ()
    limits: WeekLimits | None = None

    @property
    def ends_on(self) -> date:
        """Its last date."""
        return self.days.starts_on + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one stretch stands.

    `value` is what was credited up to the week's end or today, `projected` that with what is booked, `met` the verdict
    on `value` (all None for an average before the first full week), `reachable` whether the stretch can still meet the
    rule, `possible_on` the dates on which another day can still be had, `full` whether the rule holds on every day of
    it, `at_stake` whether it ends in this week and fails unless something is booked, or fails whatever is.
    `month_starts_on` names the month, where it is one.
    """

    value: int | None
    projected: int | None
    met: bool | None
    reachable: bool
    full: bool
    is_over: bool
    at_stake: bool
    possible_on: tuple[date, ...] = ()
    month_starts_on: date | None = None


def standings(
    rule: Requirement, stay: Stay, week: WeekSeen, *, own: Sequence[Sitting], past: Sequence[Sitting]
) -> list[Standing]:
    """Return how the week stands against the rule, the earlier stretch first; `own` are the week's sittings, `past`
    those of the whole stay, which only what looks beyond the week needs.
    """
    if rule.window == Window.AVERAGE:
        return [_average(rule, stay, week, past)]
    if rule.window == Window.WEEK:
        return [_stretch(rule, stay, week, week.days, own)]
    if rule.window == Window.TOTAL:
        return [_stretch(rule, stay, week, DateRange(stay.admitted_on, due_on(rule, stay.admitted_on)), past)]
    asked = [day for day in _days(week) if stay.covers(day) and rule.in_force(day)]
    spans = [DateRange(*span) for span in months(asked[0], asked[-1])] if asked else []
    return [_stretch(rule, stay, week, span, past) for span in spans]


def _stretch(rule: Requirement, stay: Stay, week: WeekSeen, span: DateRange, sittings: Sequence[Sitting]) -> Standing:
    """A week, a month or a total: what lies in the span, up to the week's end."""
    counted = [one for one in sittings if span.contains(one.on) and stay.covers(one.on) and rule.in_force(one.on)]
    known = min(week.ends_on, week.today)
    value = measure(rule, [one.attended for one in counted if one.marked and one.on <= known])
    promised = [one.attended for one in counted if one.on <= week.ends_on and (one.marked or not week.is_over)]
    projected = measure(rule, promised)
    reach = _reach(rule, week, span, promised)
    met, will_do = rule.met_by(value), rule.met_by(projected)
    is_due = span.ends_on is not None and span.ends_on <= week.ends_on
    is_over = week.is_over or (span.ends_on is not None and span.ends_on < week.today)
    reachable = not _is_past(rule, value)
    if is_due:
        reachable = will_do or (reach is not None and can_meet(rule, value, reach))
    full = rule.window == Window.TOTAL or _is_full(rule, stay, span)
    return Standing(
        value=value,
        projected=projected,
        met=met,
        reachable=reachable,
        full=full,
        is_over=is_over,
        at_stake=full and not is_over and not met and not (will_do if is_due else reachable),
        possible_on=reach.possible_on if reach and rule.measure == Measure.DAYS else (),
        month_starts_on=span.starts_on if rule.window == Window.MONTH else None,
    )


def _reach(rule: Requirement, week: WeekSeen, span: DateRange, promised: Sequence[AttendedSession]) -> Reach | None:
    if week.limits is None or week.is_over:
        return None
    days = [(one, one.option.local_day) for one in week.choices]
    inside = [one for one, day in days if span.contains(day) and rule.in_force(day)]
    return furthest(rule, promised, inside, week.limits)


def _is_past(rule: Requirement, value: int) -> bool:
    """Whether a maximum is passed for good: a share may fall again."""
    return rule.measure != Measure.PERCENT and rule.maximum is not None and value > rule.maximum


def _is_full(rule: Requirement, stay: Stay, span: DateRange) -> bool:
    """Whether the rule can be asked of each day of the span, which has an end."""
    edges = [span.starts_on, span.ends_on or span.starts_on]
    return all(stay.covers(day) and rule.in_force(day) for day in edges) and not any(
        leave.overlaps(span) for leave in stay.leaves
    )


def _average(rule: Requirement, stay: Stay, week: WeekSeen, past: Sequence[Sitting]) -> Standing:
    """The mean over the full weeks by now, and with what is booked by the week's end; it is never due."""
    known = min(week.ends_on, week.today)
    value = _mean(rule, stay, [one for one in past if one.marked and one.on <= known], known)
    promised = [one for one in past if one.on <= week.ends_on and (one.marked or not week.is_over)]
    projected = _mean(rule, stay, promised, week.ends_on)
    met = None if value is None else rule.met_by(value)
    hopeful = (projected is not None and rule.met_by(projected)) or not _is_past(rule, value or 0)
    return Standing(
        value=value,
        projected=projected,
        met=met,
        reachable=bool(met) if week.is_over else hopeful,
        full=True,
        is_over=week.is_over,
        at_stake=not week.is_over and not met and not hopeful,
    )


def _mean(rule: Requirement, stay: Stay, sittings: Sequence[Sitting], as_of: date) -> int | None:
    judged = judge(
        rule,
        attended=[one.attended for one in sittings],
        first_weekday=stay.first_weekday,
        admitted_on=stay.admitted_on,
        discharged_on=stay.discharged_on,
        leaves=stay.leaves,
        as_of=as_of,
    )
    return judged.value if isinstance(judged, AverageJudgement) else None


def _days(week: WeekSeen) -> list[date]:
    return [week.days.starts_on + timedelta(days=offset) for offset in range(7)]
