"""Why flags stand: what the weeks, the rosters and the absences of people say at a moment. Writes nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from attendance.enums import ABSENCE_KINDS, FlagKind, WeekState
from attendance.models import Flag, TreatmentWeek
from attendance.services.absences import absence_causes, silence_causes
from attendance.services.rosters_overdue import overdue_rosters

SOON = timedelta(days=3)
"""From this long before its start a week's lack is worth a flag."""

RECENT = timedelta(days=7)
"""A week that ended longer ago raises no new flag; those that it has stay until their cause is gone."""

AT_ONCE = 500


class Subject(NamedTuple):
    """What a flag is about: once for each (admission, week, kind), or once for each (session, kind)."""

    kind: str
    admission_id: int | None
    week: date | None
    session_id: int | None


@dataclass(frozen=True)
class Cause:
    """Why a flag stands: whose it is, the week, and the figures. One that may not raise only keeps what is there."""

    patient_id: int | None
    week: date
    facts: Mapping[str, Any]
    raises: bool = True


_Test = Callable[[TreatmentWeek, datetime], bool]

WEEK_KINDS: Mapping[str, _Test] = {
    FlagKind.AT_RISK: lambda week, now: week.status == WeekState.AT_RISK and week.starts_at <= now,
    FlagKind.BELOW_MINIMUM: lambda week, now: week.status == WeekState.BELOW and week.starts_at <= now + SOON,
    FlagKind.OVER_MAXIMUM: lambda week, now: week.status == WeekState.OVER,
    FlagKind.UNBOOKED: lambda week, now: _is_unbooked(week, now) and week.starts_at <= now + SOON,
    FlagKind.REQUIREMENT: lambda week, now: week.at_stake > 0 and week.starts_at <= now,
}
"""When a week gives cause for each kind. At risk is everybody before the week begins, so that one waits for it."""

PERSON_KINDS = (*ABSENCE_KINDS, FlagKind.INACTIVE)
"""Kinds that follow from what a person did over more than one week; they outlive the close of theirs."""

FIGURES = ("min_minutes", "max_minutes", "credited_minutes", "booked_minutes", "bookable_minutes", "shortfall_minutes")


def all_causes(now: datetime) -> dict[Subject, Cause]:
    """Every cause there is."""
    return person_causes(None, now=now) | {
        Subject(FlagKind.UNSIGNED_ROSTER, None, None, one.session_id): Cause(None, one.week, one.facts)
        for one in overdue_rosters(now)
    }


def person_causes(patient_ids: Collection[int] | None, *, now: datetime) -> dict[Subject, Cause]:
    """The causes that people's weeks, absences and silence give; of some people, or of all."""
    causes = week_causes(_weeks_that_lack(patient_ids, now).iterator(AT_ONCE), now)
    for found in (absence_causes(patient_ids, now=now), silence_causes(patient_ids, now=now)):
        for one in found:
            subject = Subject(one.kind, one.admission_id, one.week, None)
            causes[subject] = Cause(one.patient_id, one.week, one.facts, raises=one.raises)
    return causes


def severity(kind: str, facts: Mapping[str, Any]) -> int:
    """How bad the figures are, to tell whether they have become worse."""
    if kind == FlagKind.INACTIVE:
        return int(facts.get("threshold", 0))
    if kind in (FlagKind.FIRST_ABSENCE, FlagKind.REPEATED_ABSENCE):
        return int(facts.get("absences", 0))
    if kind == FlagKind.REQUIREMENT:
        return len(facts.get("requirements", ()))
    if kind == FlagKind.OVER_MAXIMUM:
        booked = int(facts.get("credited_minutes", 0)) + int(facts.get("booked_minutes", 0))
        return booked - int(facts.get("max_minutes", 0))
    return int(facts.get("shortfall_minutes", 0))


def week_causes(weeks: Iterable[TreatmentWeek], now: datetime) -> dict[Subject, Cause]:
    """The causes that the weeks' figures give; one long over only keeps the flags that it has."""
    causes: dict[Subject, Cause] = {}
    for week in weeks:
        facts: dict[str, Any] = {name: getattr(week, name) for name in FIGURES}
        for kind, holds in WEEK_KINDS.items():
            if holds(week, now):
                shown = _at_stake(week) if kind == FlagKind.REQUIREMENT else facts
                cause = Cause(week.patient_id, week.week, shown, raises=week.ends_at > now - RECENT)
                causes[Subject(kind, week.admission_id, week.week, None)] = cause
    return causes


def _is_unbooked(week: TreatmentWeek, now: datetime) -> bool:
    """Whether nothing is booked of what is asked for; a week that is over was booked, even if nobody came."""
    asked = not week.exempt and week.min_minutes > 0
    return asked and week.projected_minutes == 0 and (now < week.ends_at or week.scheduled_minutes == 0)


def _at_stake(week: TreatmentWeek) -> dict[str, Any]:
    """The requirements that would fail, each with its figures."""
    figures = ("measure", "window", "month_starts_on", "value", "projected", "minimum", "maximum")
    shown = ("name", *figures, "reachable", "possible_on")
    return {"requirements": [{name: one.get(name) for name in shown} for one in week.requirements if one["at_stake"]]}


def _weeks_that_lack(patient_ids: Collection[int] | None, now: datetime) -> QuerySet[TreatmentWeek]:
    flagged = Flag.objects.active().filter(admission=OuterRef("admission"), week=OuterRef("week"))
    lacking = (
        Q(status__in=(WeekState.AT_RISK, WeekState.BELOW, WeekState.OVER))
        | Q(exempt=False, credited_minutes=0, booked_minutes=0)
        | Q(at_stake__gt=0)
    )
    recent = Q(ends_at__gt=now - RECENT)
    weeks = TreatmentWeek.objects.open().filter(
        lacking, Q(recent, starts_at__lte=now + SOON) | Q(recent, status=WeekState.OVER) | Exists(flagged)
    )
    if patient_ids is not None:
        weeks = weeks.filter(patient_id__in=patient_ids)
    return weeks.exclude(computed_at=None)
