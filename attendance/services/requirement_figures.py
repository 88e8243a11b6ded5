"""How weeks stand against the requirements asked of their admissions, reckoned for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from attendance.domain.forecast import Choice, Reach, can_meet, furthest
from attendance.domain.requirements import (
    AttendedSession,
    AverageJudgement,
    Measure,
    PeriodsJudgement,
    TotalJudgement,
    Window,
    judge,
    measure,
)
from attendance.models import Requirement
from attendance.services.kept_requirements import RULE, rule_to_keep
from people.domain.time import DateRange, local_date
from people.domain.weeks import Week
from people.models import Admission
from scheduling.domain.bookable import WeekLimits
from scheduling.domain.fit import SessionOption
from scheduling.enums import SessionState
from scheduling.models import Booking, Session

LONG_WINDOWS = (Window.MONTH, Window.AVERAGE, Window.TOTAL)
"""What looks beyond the week, and so needs the admission's history."""

Nature = tuple[str, str]
Time = tuple[datetime, datetime, int]


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
class WeekAhead:
    """What can still be booked in a week; None for `limits` where nothing can."""

    options: Sequence[SessionOption] = ()
    limits: WeekLimits | None = None


class Requirements:
    """The requirements asked of many admissions, and the history that the long ones look back on.

    One query, and one more where any of them looks beyond a week. `kept` holds, by admission and week, what closed
    weeks were asked when they closed: they are judged by that.
    """

    def __init__(
        self,
        admissions: Mapping[int, Admission],
        kept: Mapping[tuple[int, date], Sequence[Requirement]] | None = None,
    ) -> None:
        program_ids = sorted({row.program_id for row in admissions.values()})
        self._of_admission: dict[int, list[Requirement]] = defaultdict(list)
        self._of_program: dict[int, list[Requirement]] = defaultdict(list)
        for row in Requirement.objects.asked_of(sorted(admissions), program_ids):
            if row.admission_id is not None:
                self._of_admission[row.admission_id].append(row)
            elif row.program_id is not None:
                self._of_program[row.program_id].append(row)
        self._kept = kept or {}
        beyond = {pk for (pk, _week), rows in self._kept.items() if any(one.window in LONG_WINDOWS for one in rows)}
        looking_back = [
            row
            for row in admissions.values()
            if row.pk in beyond or any(one.window in LONG_WINDOWS for one in self.asked_of(row))
        ]
        self._history = _sittings(looking_back) if looking_back else {}
        self._natures: dict[tuple[int, date], dict[Time, set[Nature]]] = {}

    def asked_of(self, admission: Admission) -> list[Requirement]:
        """What is asked of the admission, by name."""
        rows = [*self._of_program.get(admission.program_id, ()), *self._of_admission.get(admission.pk, ())]
        return sorted(rows, key=lambda row: (row.name, row.pk))

    def load_natures(self, admissions: Iterable[Admission], week: date) -> None:
        """Read what kind of sessions the week offers, where a requirement asks for some only; at most one query."""
        asking = [row for row in admissions if any(_is_choosy(one) for one in self.asked_of(row))]
        missing = {row.program_id for row in asking if (row.program_id, week) not in self._natures}
        if not missing:
            return
        for program_id in missing:
            self._natures[program_id, week] = defaultdict(set)
        spans = [row.week_containing(week).interval for row in asking]
        rows = (
            Session.objects.filter(
                program_id__in=sorted(missing),
                state=SessionState.SCHEDULED,
                starts_at__gte=min(span.start for span in spans),
                starts_at__lt=max(span.end for span in spans),
            )
            .order_by()
            .values_list("program_id", "starts_at", "ends_at", "clinical_minutes", "kind", "focus")
            .distinct()
        )
        for program_id, starts_at, ends_at, clinical, kind, focus in rows:
            self._natures[program_id, week][starts_at, ends_at, clinical].add((kind, focus))

    def standing(
        self,
        admission: Admission,
        week: Week,
        sittings: Sequence[Sitting],
        leaves: Sequence[DateRange],
        ahead: WeekAhead,
        *,
        now: datetime,
        closes: bool = False,
    ) -> list[dict[str, Any]]:
        """How the week stands against each requirement that is in force on one of its days, as JSON.

        A week that `closes` keeps the whole rule with it.
        """
        asked = self._kept.get((admission.pk, week.starts_on))
        if asked is None:
            asked = [row for row in self.asked_of(admission) if _touches(row, week)]
        if not asked:
            return []
        is_over = now >= week.ends_at
        choices = self._choices(admission, week, ahead.options)
        past = self._history.get(admission.pk, ())
        found = []
        for row in asked:
            own = [one for one in sittings if row.rule.in_force(one.on) and admission.covers(one.on)]
            promised = [one.attended for one in own if one.marked or not is_over]
            reach = furthest(row.rule, promised, choices, ahead.limits) if ahead.limits and not is_over else None
            if row.window == Window.WEEK:
                stand = _in_week(row, admission, week, own, leaves, reach, is_over=is_over)
            else:
                gain = reach.value - measure(row.rule, promised) if reach else 0
                stand = _beyond_week(row, admission, week, past, leaves, gain, now=now)
            found.append(_standing(row, stand, is_over=is_over) | ({RULE: rule_to_keep(row)} if closes else {}))
        return found

    def _choices(self, admission: Admission, week: Week, options: Sequence[SessionOption]) -> list[Choice]:
        known = self._natures.get((admission.program_id, week.starts_on), {})
        return [
            Choice(
                option,
                frozenset(known.get((option.interval.start, option.interval.end, option.clinical_minutes), {("", "")})),
            )
            for option in options
        ]


def at_stake(standings: Collection[Mapping[str, Any]]) -> int:
    """How many requirements would fail as things are booked, of those that could be asked of the whole stretch."""
    return sum(one["at_stake"] for one in standings)


@dataclass(frozen=True)
class _Stand:
    """A figure now and as booked, whether the stretch can still meet the rule, and whether it is a whole one."""

    value: int | None
    projected: int | None
    reachable: bool
    full: bool = True
    possible_on: tuple[date, ...] = ()


def _standing(row: Requirement, stand: _Stand, *, is_over: bool) -> dict[str, Any]:
    """One requirement's standing in a week, as JSON.

    `value` is what was credited up to the week's end or today, `projected` that with what is booked, `met` the verdict
    on `value` (all null for an average before the first full week), `reachable` whether the stretch can still meet it,
    `possible_on` the dates on which another day can still be had, `full` whether the rule holds on every day of it,
    `at_stake` whether it fails unless something is booked.
    """
    met = None if stand.value is None else row.rule.met_by(stand.value)
    will_do = stand.projected is not None and row.rule.met_by(stand.projected)
    is_urgent = row.window == Window.WEEK and not will_do
    return {
        "requirement": row.pk,
        "name": row.name,
        "asked_by": row.asked_by,
        "measure": row.measure,
        "window": row.window,
        "value": stand.value,
        "projected": stand.projected,
        "minimum": row.minimum,
        "maximum": row.maximum,
        "met": met,
        "reachable": bool(met) if is_over else will_do or stand.reachable,
        "full": stand.full,
        "is_over": is_over,
        "possible_on": [on.isoformat() for on in stand.possible_on],
        "at_stake": stand.full and not is_over and not met and (is_urgent or not (will_do or stand.reachable)),
    }


def _in_week(
    row: Requirement,
    admission: Admission,
    week: Week,
    sittings: Sequence[Sitting],
    leaves: Sequence[DateRange],
    reach: Reach | None,
    *,
    is_over: bool,
) -> _Stand:
    """A rule that is asked of each week by itself."""
    rule = row.rule
    value = measure(rule, [one.attended for one in sittings if one.marked])
    projected = measure(rule, [one.attended for one in sittings if one.marked or not is_over])
    hopeful = can_meet(rule, value, reach) if reach else False
    days = reach.possible_on if reach and rule.measure == Measure.DAYS else ()
    return _Stand(value, projected, hopeful, _is_full(row, admission, week, leaves), days)


def _beyond_week(
    row: Requirement,
    admission: Admission,
    week: Week,
    past: Sequence[Sitting],
    leaves: Sequence[DateRange],
    gain: int,
    *,
    now: datetime,
) -> _Stand:
    """A month, an average or a total; `gain` is the most that this week can still add to the figure."""
    is_over, today = now >= week.ends_at, local_date(now, admission.zone)
    last = min(week.ends_on, today)
    value = _long_value(row, admission, leaves, [one for one in past if one.marked and one.on <= last], last)
    kept = [one for one in past if one.on <= week.ends_on and (one.marked or not is_over)]
    projected = _long_value(row, admission, leaves, kept, week.ends_on)
    within = row.maximum is None or (value or 0) <= row.maximum
    enough = not _is_due(row, admission, week) or row.minimum is None or (projected or 0) + gain >= row.minimum
    return _Stand(value, projected, within and enough)


def _touches(row: Requirement, week: Week) -> bool:
    """Whether the rule is in force on a day of the week."""
    return (row.in_force_from is None or row.in_force_from <= week.ends_on) and (
        row.in_force_to is None or week.starts_on <= row.in_force_to
    )


def _is_full(row: Requirement, admission: Admission, week: Week, leaves: Sequence[DateRange]) -> bool:
    """Whether the rule can be asked of each of the week's days."""
    days = DateRange(week.starts_on, week.ends_on)
    inside = admission.covers(week.starts_on) and admission.covers(week.ends_on)
    in_force = row.rule.in_force(week.starts_on) and row.rule.in_force(week.ends_on)
    return inside and in_force and not any(leave.overlaps(days) for leave in leaves)


def _is_due(row: Requirement, admission: Admission, week: Week) -> bool:
    """Whether the stretch ends with this week."""
    if row.window == Window.MONTH:
        return (week.ends_on + timedelta(days=1)).month != week.ends_on.month
    if row.window == Window.TOTAL and row.within_weeks is not None:
        return admission.admitted_on + timedelta(days=7 * row.within_weeks - 1) <= week.ends_on
    return False


def _long_value(
    row: Requirement,
    admission: Admission,
    leaves: Sequence[DateRange],
    sittings: Sequence[Sitting],
    as_of: date,
) -> int | None:
    """The figure of a month, an average or a total, as it stands at the end of the day."""
    judged = judge(
        row.rule,
        attended=[one.attended for one in sittings],
        first_weekday=admission.program.week_begins,
        admitted_on=admission.admitted_on,
        discharged_on=admission.discharged_on,
        leaves=leaves,
        as_of=as_of,
    )
    if isinstance(judged, PeriodsJudgement):
        return judged.periods[-1].value if judged.periods else 0
    if isinstance(judged, AverageJudgement | TotalJudgement):
        return judged.value
    raise AssertionError(judged)


def _is_choosy(row: Requirement) -> bool:
    return bool(row.kinds or row.foci)


def _sittings(admissions: Sequence[Admission]) -> dict[int, list[Sitting]]:
    """Every live booking of the admissions, in order; one query."""
    zones = {row.pk: row.zone for row in admissions}
    found: dict[int, list[Sitting]] = defaultdict(list)
    rows = (
        Booking.objects.live()
        .filter(admission_id__in=sorted(zones))
        .order_by("starts_at", "pk")
        .values_list("admission_id", "starts_at", "session__kind", "session__focus", "counted_minutes", "marked_at")
    )
    for admission_id, starts_at, kind, focus, counted, marked_at in rows:
        on = local_date(starts_at, zones[admission_id])
        found[admission_id].append(Sitting(on, kind, focus, counted, marked_at is not None))
    return found
