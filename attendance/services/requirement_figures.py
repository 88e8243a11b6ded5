"""How weeks stand against the requirements asked of their admissions, reckoned for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from attendance.domain.forecast import Choice
from attendance.domain.requirements import Window
from attendance.domain.standing import Sitting, Standing, Stay, WeekSeen, standings
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
        """How the week stands against each requirement that is in force on one of its days, as JSON: once for each
        stretch that it speaks of (see `attendance.domain.standing`).

        A week that `closes` keeps the whole rule with it.
        """
        asked = self._kept.get((admission.pk, week.starts_on))
        if asked is None:
            asked = [row for row in self.asked_of(admission) if _touches(row, week)]
        if not asked:
            return []
        stay = Stay(admission.admitted_on, admission.discharged_on, leaves, admission.program.week_begins)
        seen = WeekSeen(
            days=DateRange(week.starts_on, week.ends_on),
            today=local_date(now, admission.zone),
            is_over=now >= week.ends_at,
            choices=self._choices(admission, week, ahead.options),
            limits=ahead.limits,
        )
        past = self._history.get(admission.pk, ())
        return [
            _as_json(row, one) | ({RULE: rule_to_keep(row)} if closes else {})
            for row in asked
            for one in standings(row.rule, stay, seen, own=sittings, past=past)
        ]

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


def _as_json(row: Requirement, one: Standing) -> dict[str, Any]:
    return {
        "requirement": row.pk,
        "name": row.name,
        "asked_by": row.asked_by,
        "measure": row.measure,
        "window": row.window,
        "month_starts_on": one.month_starts_on.isoformat() if one.month_starts_on else None,
        "value": one.value,
        "projected": one.projected,
        "minimum": row.minimum,
        "maximum": row.maximum,
        "met": one.met,
        "reachable": one.reachable,
        "full": one.full,
        "is_over": one.is_over,
        "possible_on": [on.isoformat() for on in one.possible_on],
        "at_stake": one.at_stake,
    }


def _touches(row: Requirement, week: Week) -> bool:
    """Whether the rule is in force on a day of the week."""
    return (row.in_force_from is None or row.in_force_from <= week.ends_on) and (
        row.in_force_to is None or week.starts_on <= row.in_force_to
    )


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
