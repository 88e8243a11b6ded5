"""What somebody must act on, raised, opened again and resolved as the weeks, rosters and absences stand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from attendance.enums import ABSENCE_KINDS, FlagKind, FlagState, OutreachKind
from attendance.models import Flag, Outreach, TreatmentWeek
from attendance.services.flag_causes import (
    AT_ONCE,
    PERSON_KINDS,
    WEEK_KINDS,
    Cause,
    Subject,
    all_causes,
    person_causes,
    severity,
    week_causes,
)
from attendance.services.weeks import recount
from people.models import User

AROUND = timedelta(days=14)
"""The weeks, before and after today, that what was just done is likely to touch; a sweep sees to any other."""


@dataclass(frozen=True)
class Evaluated:
    """How many flags were newly raised, opened again, and resolved."""

    raised: int
    reopened: int
    resolved: int


def evaluate(*, now: datetime) -> Evaluated:
    """Bring every flag in line with what the weeks, rosters and absences say; repeated, it changes nothing.

    1. Find the causes: weeks at risk, below, over or empty; absences and silence; rosters that nobody has signed.
    2. Raise what has no flag yet, open again what had resolved itself or has become worse, refresh the figures.
    3. Resolve, with a word why, what has no cause any more.
    """
    kinds = [*WEEK_KINDS, *PERSON_KINDS, FlagKind.UNSIGNED_ROSTER]
    return _bring_in_line(all_causes, Q(kind__in=kinds), now=now)


def evaluate_patients(patient_ids: Collection[int], *, now: datetime) -> Evaluated:
    """The same for some people at once, after something was done about them; their weeks were just counted."""
    ids = sorted(set(patient_ids))
    if not ids:
        return Evaluated(0, 0, 0)
    about = Q(kind__in=[*WEEK_KINDS, *PERSON_KINDS], patient_id__in=ids)
    return _bring_in_line(lambda moment: person_causes(ids, now=moment), about, now=now)


def evaluate_closed(weeks: Sequence[TreatmentWeek], *, now: datetime) -> Evaluated:
    """Bring the flags of weeks that are being closed or revised in line with what was found."""
    named = Q()
    for week in weeks:
        named |= Q(admission_id=week.admission_id, week=week.week)
    causes = week_causes(weeks, now)
    return _bring_in_line(lambda _moment: causes, named & Q(kind__in=list(WEEK_KINDS)), now=now, frozen=True)


def evaluate_after_commit(patient_ids: Collection[int]) -> None:
    """Count and evaluate these people as soon as the current transaction is in; a sweep finds what a crash leaves."""
    ids = sorted(set(patient_ids))
    if ids:
        transaction.on_commit(lambda: _evaluate_now(ids), robust=True)


def _evaluate_now(patient_ids: Collection[int]) -> None:
    """Both for all of them together: a signature is about a dozen people."""
    moment = timezone.now()
    around = (moment.date() - AROUND, moment.date() + AROUND)
    weeks = TreatmentWeek.objects.open().filter(patient_id__in=patient_ids, week__range=around)
    recount(weeks.values_list("pk", flat=True), now=moment)
    evaluate_patients(patient_ids, now=moment)


def _bring_in_line(
    find_causes: Callable[[datetime], dict[Subject, Cause]], about: Q, *, now: datetime, frozen: bool = False
) -> Evaluated:
    with transaction.atomic():
        causes = find_causes(now)
        known = _known(causes, about, frozen=frozen)
        steps: list[Outreach] = []
        raised = _raise(causes, known, now=now)
        reopened = _refresh(causes, known, steps, now=now)
        resolved = _resolve(causes, known, steps, now=now)
        Outreach.objects.bulk_create(steps, batch_size=AT_ONCE)
    return Evaluated(raised, reopened, resolved)


def _known(causes: Mapping[Subject, Cause], about: Q, *, frozen: bool) -> dict[Subject, Flag]:
    """The flags that bear on it, locked by id: those not resolved, closed weeks' left out unless it is about `frozen`
    ones, and the resolved ones whose subject has a cause again.
    """
    closed = TreatmentWeek.objects.filter(
        admission=OuterRef("admission"), week=OuterRef("week"), closed_at__isnull=False
    )
    weeks = {subject.week for subject in causes if subject.week is not None}
    session_ids = [subject.session_id for subject in causes if subject.session_id is not None]
    open_ones = ~Q(state=FlagState.RESOLVED) & (Q() if frozen else Q(kind__in=PERSON_KINDS) | ~Exists(closed))
    again = Q(state=FlagState.RESOLVED) & (Q(session=None, week__in=weeks) | Q(session_id__in=session_ids))
    flags = Flag.objects.filter(about & (open_ones | again)).select_for_update(of=("self",)).order_by("pk")
    found = {}
    for flag in flags:
        subject = _subject(flag)
        if flag.state != FlagState.RESOLVED or subject in causes:
            found[subject] = flag
    return found


def _raise(causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag], *, now: datetime) -> int:
    holders = _holders(causes, known)
    new = [
        Flag(
            kind=subject.kind,
            admission_id=subject.admission_id,
            session_id=subject.session_id,
            patient_id=cause.patient_id,
            week=cause.week,
            facts=dict(cause.facts),
            raised_at=now,
            assigned_to_id=holders.get(subject.admission_id) if subject.kind in ABSENCE_KINDS else None,
        )
        for subject, cause in sorted(causes.items(), key=lambda item: _order(item[0]))
        if cause.raises and subject not in known
    ]
    Flag.objects.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)
    return len(new)


def _holders(causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag]) -> dict[int | None, int]:
    """Who has the flag about each admission's absences that another is about to follow: they keep the person, unless
    their account is closed.
    """
    held = {
        subject.admission_id: flag.assigned_to_id
        for subject, flag in known.items()
        if subject.kind in ABSENCE_KINDS
        and subject not in causes
        and flag.state != FlagState.RESOLVED
        and flag.assigned_to_id is not None
    }
    if not held:
        return {}
    there = set(User.objects.filter(pk__in=held.values(), is_active=True).values_list("pk", flat=True))
    return {admission_id: holder_id for admission_id, holder_id in held.items() if holder_id in there}


def _refresh(
    causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag], steps: list[Outreach], *, now: datetime
) -> int:
    """Carry new figures; open again what had resolved itself, and what a person resolved where it has become worse."""
    changed, reopened = [], 0
    for subject, flag in known.items():
        cause = causes.get(subject)
        if cause is None:
            continue
        is_resolved = flag.state == FlagState.RESOLVED
        worse = severity(flag.kind, cause.facts) > severity(flag.kind, flag.facts)
        back = is_resolved and cause.raises and (flag.resolved_by_id is None or worse)
        if back:
            flag.state, flag.raised_at = FlagState.OPEN, now
            flag.resolved_at, flag.resolved_by_id, flag.resolution = None, None, ""
            steps.append(_step(flag, OutreachKind.REOPENED, _WORSE if worse else _BACK, now=now))
            reopened += 1
        if back or (not is_resolved and flag.facts != cause.facts):
            flag.facts = dict(cause.facts)
            changed.append(flag)
    columns = ["state", "raised_at", "resolved_at", "resolved_by", "resolution", "facts"]
    Flag.objects.bulk_update(changed, columns, batch_size=AT_ONCE)
    return reopened


def _resolve(
    causes: Mapping[Subject, Cause], known: Mapping[Subject, Flag], steps: list[Outreach], *, now: datetime
) -> int:
    """Resolve what has no cause any more, and say why."""
    by_kind: dict[str, list[int]] = {}
    for subject, flag in known.items():
        if subject not in causes and flag.state != FlagState.RESOLVED:
            by_kind.setdefault(flag.kind, []).append(flag.pk)
            steps.append(_step(flag, OutreachKind.RESOLVED, _resolution(flag.kind), now=now))
    resolved = 0
    for kind, ids in by_kind.items():
        for at in range(0, len(ids), AT_ONCE):
            resolved += (
                Flag.objects.active()
                .filter(pk__in=ids[at : at + AT_ONCE])
                .update(state=FlagState.RESOLVED, resolved_at=now, resolution=_resolution(kind))
            )
    return resolved


_BACK = _("The cause came back.")
_WORSE = _("It has become worse.")


def _step(flag: Flag, kind: str, text: str, *, now: datetime) -> Outreach:
    return Outreach(flag_id=flag.pk, patient_id=flag.patient_id, kind=kind, text=text, at=now)


def _resolution(kind: str) -> str:
    """Why a flag of this kind resolved itself, in the source language; whoever shows it translates it."""
    return {
        FlagKind.AT_RISK: _("The week is repaired, asks for less, or can no longer be repaired."),
        FlagKind.BELOW_MINIMUM: _("The minimum is within reach again, or less is asked for."),
        FlagKind.OVER_MAXIMUM: _("The week is within its maximum again."),
        FlagKind.UNBOOKED: _("Something is or was booked, or nothing is asked for any more."),
        FlagKind.UNSIGNED_ROSTER: _("The roster is signed, or nobody is left on it."),
        FlagKind.FIRST_ABSENCE: _("They have been here since, or it was excused, or another absence followed."),
        FlagKind.REPEATED_ABSENCE: _("They have been here since, or the absences were excused."),
        FlagKind.INACTIVE: _("They have been seen, or are on leave or discharged."),
        FlagKind.REQUIREMENT: _("The requirement is no longer at stake."),
    }[FlagKind(kind)]


def _subject(flag: Flag) -> Subject:
    if flag.session_id is not None:
        return Subject(flag.kind, None, None, flag.session_id)
    return Subject(flag.kind, flag.admission_id, flag.week, None)


def _order(subject: Subject) -> tuple[str, int, date, int]:
    return subject.kind, subject.admission_id or 0, subject.week or date.min, subject.session_id or 0
