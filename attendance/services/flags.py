"""What a coordinator must act on, raised and resolved from the weeks and rosters as they stand."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from attendance.enums import FlagKind, FlagState, WeekState
from attendance.models import Flag, TreatmentWeek
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


@dataclass(frozen=True)
class Evaluated:
    """How many flags were newly raised, opened again, and resolved."""

    raised: int
    reopened: int
    resolved: int


def evaluate(*, now: datetime) -> Evaluated:
    """Bring every flag in line with what the weeks and rosters say; repeated, it changes nothing.

    1. Find the causes: weeks at risk, below, over or empty, and rosters that nobody has signed.
    2. Raise what has no flag yet, open again what had resolved itself, refresh the figures.
    3. Resolve, with a word why, what has no cause any more.

    First and repeated absences, inactivity and requirements get their causes here too.
    """
    causes = _week_causes(now) | {
        Subject(FlagKind.UNSIGNED_ROSTER, None, None, one.session_id): Cause(None, one.week, one.facts)
        for one in overdue_rosters(now)
    }
    with transaction.atomic():
        known = {_subject(flag): flag for flag in _relevant_flags(causes)}
        raised = _raise(causes, known, now=now)
        reopened = _refresh(causes, known, now=now)
        resolved = _resolve(causes, known, now=now)
    return Evaluated(raised, reopened, resolved)


_Test = Callable[[TreatmentWeek, datetime], bool]

WEEK_KINDS: Mapping[str, _Test] = {
    FlagKind.AT_RISK: lambda week, now: week.status == WeekState.AT_RISK and week.starts_at <= now,
    FlagKind.BELOW_MINIMUM: lambda week, now: week.status == WeekState.BELOW and week.starts_at <= now + SOON,
    FlagKind.OVER_MAXIMUM: lambda week, now: week.status == WeekState.OVER,
    FlagKind.UNBOOKED: lambda week, now: (
        not week.exempt and week.min_minutes > 0 and week.projected_minutes == 0 and week.starts_at <= now + SOON
    ),
}
"""When a week gives cause for each kind. At risk is everybody before the week begins, so that one waits for it."""

FIGURES = ("min_minutes", "max_minutes", "credited_minutes", "booked_minutes", "bookable_minutes", "shortfall_minutes")


def _week_causes(now: datetime) -> dict[Subject, Cause]:
    """The causes that open weeks give; an older week only where it has a flag to keep."""
    flagged = Flag.objects.active().filter(admission=OuterRef("admission"), week=OuterRef("week"))
    lacking = Q(status__in=(WeekState.AT_RISK, WeekState.BELOW, WeekState.OVER)) | Q(
        exempt=False, credited_minutes=0, booked_minutes=0
    )
    recent = Q(ends_at__gt=now - RECENT)
    weeks = (
        TreatmentWeek.objects.open()
        .filter(lacking, Q(recent, starts_at__lte=now + SOON) | Q(recent, status=WeekState.OVER) | Exists(flagged))
        .exclude(computed_at=None)
    )
    causes: dict[Subject, Cause] = {}
    for week in weeks.iterator(AT_ONCE):
        facts = {name: getattr(week, name) for name in FIGURES}
        cause = Cause(week.patient_id, week.week, facts, raises=week.ends_at > now - RECENT)
        for kind, holds in WEEK_KINDS.items():
            if holds(week, now):
                causes[Subject(kind, week.admission_id, week.week, None)] = cause
    return causes


def _relevant_flags(causes: Mapping[Subject, Cause]) -> Iterable[Flag]:
    """Those not resolved, closed weeks' left out, and the resolved ones whose subject has a cause again."""
    kinds = [*WEEK_KINDS, FlagKind.UNSIGNED_ROSTER]
    frozen = TreatmentWeek.objects.filter(
        admission=OuterRef("admission"), week=OuterRef("week"), closed_at__isnull=False
    )
    yield from Flag.objects.active().filter(~Exists(frozen), kind__in=kinds)
    resolved = Flag.objects.filter(kind__in=kinds, state=FlagState.RESOLVED)
    weeks = {subject.week for subject in causes if subject.week is not None}
    session_ids = [subject.session_id for subject in causes if subject.session_id is not None]
    for flag in resolved.filter(Q(session=None, week__in=weeks) | Q(session_id__in=session_ids)):
        if _subject(flag) in causes:
            yield flag


def _raise(causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag], *, now: datetime) -> int:
    new = [
        Flag(
            kind=subject.kind,
            admission_id=subject.admission_id,
            session_id=subject.session_id,
            patient_id=cause.patient_id,
            week=cause.week,
            facts=dict(cause.facts),
            raised_at=now,
        )
        for subject, cause in sorted(causes.items(), key=lambda item: _order(item[0]))
        if cause.raises and subject not in known
    ]
    Flag.objects.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)
    return len(new)


def _refresh(causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag], *, now: datetime) -> int:
    """Carry new figures; open again what had resolved itself. What a person resolved stays resolved."""
    changed, reopened = [], 0
    for subject, flag in known.items():
        cause = causes.get(subject)
        if cause is None or (flag.state == FlagState.RESOLVED and flag.resolved_by_id is not None):
            continue
        back = flag.state == FlagState.RESOLVED and cause.raises
        if back:
            flag.state, flag.raised_at, flag.resolved_at, flag.resolution = FlagState.OPEN, now, None, ""
            reopened += 1
        if back or (flag.state != FlagState.RESOLVED and flag.facts != cause.facts):
            flag.facts = dict(cause.facts)
            changed.append(flag)
    columns = ["state", "raised_at", "resolved_at", "resolution", "facts"]
    Flag.objects.bulk_update(changed, columns, batch_size=AT_ONCE)
    return reopened


def _resolve(causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag], *, now: datetime) -> int:
    """Resolve what has no cause any more, and say why."""
    by_kind: dict[str, list[int]] = {}
    for subject, flag in known.items():
        if subject not in causes and flag.state != FlagState.RESOLVED:
            by_kind.setdefault(flag.kind, []).append(flag.pk)
    resolved = 0
    for kind, ids in by_kind.items():
        for at in range(0, len(ids), AT_ONCE):
            resolved += (
                Flag.objects.active()
                .filter(pk__in=ids[at : at + AT_ONCE])
                .update(state=FlagState.RESOLVED, resolved_at=now, resolution=_resolution(kind))
            )
    return resolved


def _resolution(kind: str) -> str:
    """Why a flag of this kind resolved itself, in the source language; whoever shows it translates it."""
    return {
        FlagKind.AT_RISK: _("The week is no longer at risk."),
        FlagKind.BELOW_MINIMUM: _("The minimum is within reach again."),
        FlagKind.OVER_MAXIMUM: _("The week is within its maximum again."),
        FlagKind.UNBOOKED: _("Something is booked."),
        FlagKind.UNSIGNED_ROSTER: _("The roster is signed, or nobody is left on it."),
    }[FlagKind(kind)]


def _subject(flag: Flag) -> Subject:
    if flag.session_id is not None:
        return Subject(flag.kind, None, None, flag.session_id)
    return Subject(flag.kind, flag.admission_id, flag.week, None)


def _order(subject: Subject) -> tuple[str, int, date, int]:
    return subject.kind, subject.admission_id or 0, subject.week or date.min, subject.session_id or 0
