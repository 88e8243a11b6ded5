"""Suggesting that a plan steps down or is looked at again, and deciding it. The weeks suggest, people decide."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attendance.domain.plan_runs import PastWeek, Run, RunKind, latest_run, target_since
from attendance.enums import SuggestionDecision, SuggestionKind
from attendance.errors import SuggestionDecided
from attendance.models import PlanSuggestion, TreatmentWeek
from people.domain.plan_edits import FollowSteps
from people.domain.plan_templates import Step, next_step
from people.domain.targets import Phase
from people.domain.time import DateRange, local_date
from people.errors import InvalidInput
from people.models import Admission, Leave, PlanPhase, PlanTemplate, User
from people.services.plan_changes import change_plan
from people.services.trail import record

AT_ONCE = 500
A_WEEK = timedelta(weeks=1)
LONGEST_REASON = 300
KINDS = {RunKind.MET: SuggestionKind.STEP_DOWN, RunKind.BELOW: SuggestionKind.REVIEW}


@dataclass(frozen=True)
class Cause:
    """Why something is suggested for an admission: the run, and the figures that are kept with it."""

    admission: Admission
    kind: SuggestionKind
    run: Run
    facts: dict[str, Any]


def suggest(*, now: datetime) -> int:
    """Raise what the weeks that are over suggest, and let lapse what they no longer do; the number raised.

    Some hundred admissions at a time, each with a constant number of queries. Once for each run of weeks, whatever was
    decided about it.
    """
    raised = 0
    templates = _templates()
    rows = Admission.objects.in_force_on(now.date()).select_related("site", "program").order_by("pk")
    chunk: list[Admission] = []
    for admission in rows.iterator(AT_ONCE):
        chunk.append(admission)
        if len(chunk) == AT_ONCE:
            raised += _settle(chunk, templates, now=now)
            chunk = []
    raised += _settle(chunk, templates, now=now)
    ended = PlanSuggestion.objects.open().filter(admission__discharged_on__lt=now.date() - timedelta(days=1))
    ended.update(decision=SuggestionDecision.LAPSED, decided_at=now)
    return raised


def accept(suggestion: PlanSuggestion, *, actor: User, now: datetime, reason: str = "") -> PlanSuggestion:
    """It was taken up; changing the plan is a step of its own (`follow_template` does both).

    Raises SuggestionDecided for one that is decided.
    """
    return _decide(suggestion, SuggestionDecision.ACCEPTED, actor=actor, now=now, reason=reason)


def dismiss(suggestion: PlanSuggestion, *, reason: str, actor: User, now: datetime) -> PlanSuggestion:
    """It was looked at, and the plan stays. Raises InvalidInput without a reason, SuggestionDecided."""
    if not reason.strip():
        raise InvalidInput({"reason": _("Say why in a few words.")})
    return _decide(suggestion, SuggestionDecision.DISMISSED, actor=actor, now=now, reason=reason)


def follow_template(
    admission: Admission,
    edit: FollowSteps,
    *,
    suggestion: PlanSuggestion | None = None,
    actor: User,
    now: datetime,
    token: str = "",
) -> list[PlanPhase]:
    """Follow a template from a day on, and with it accept the suggestion that led there; all or nothing.

    Raises InvalidInput, PlanOutdated as `people.services.plan_changes.change_plan` does, and SuggestionDecided.
    """
    if suggestion is not None and suggestion.admission_id != admission.pk:
        raise InvalidInput({"suggestion": _("This suggestion is about another admission.")})
    with transaction.atomic():
        rows = change_plan(admission, edit, actor=actor, now=now, token=token)
        if suggestion is not None:
            accept(suggestion, actor=actor, now=now)
    return rows


def _decide(
    suggestion: PlanSuggestion, decision: SuggestionDecision, *, actor: User, now: datetime, reason: str
) -> PlanSuggestion:
    with transaction.atomic():
        row = PlanSuggestion.objects.select_for_update().get(pk=suggestion.pk)
        if row.decision:
            raise SuggestionDecided
        row.decision, row.decided_at, row.decided_by = decision, now, actor
        row.reason = reason.strip()[:LONGEST_REASON]
        row.save(update_fields=["decision", "decided_at", "decided_by", "reason"])
        record(
            f"suggestion_{decision}",
            row,
            actor=actor,
            now=now,
            patient_id=row.patient_id,
            after={"kind": row.kind, "week": row.week.isoformat()},
        )
    return row


def _settle(admissions: Sequence[Admission], templates: dict[int, list[PlanTemplate]], *, now: datetime) -> int:
    """Raise and let lapse for these admissions; the number raised."""
    if not admissions:
        return 0
    causes = {(one.admission.pk, one.kind): one for one in _causes(admissions, templates, now=now)}
    ids = [admission.pk for admission in admissions]
    with transaction.atomic():
        open_rows = PlanSuggestion.objects.open().filter(admission_id__in=ids).select_for_update().order_by("pk")
        gone = []
        for row in open_rows:
            cause = causes.get((row.admission_id, SuggestionKind(row.kind)))
            if cause is None or cause.run.first != row.run_starts_on:
                gone.append(row.pk)
        PlanSuggestion.objects.filter(pk__in=gone).update(decision=SuggestionDecision.LAPSED, decided_at=now)
        known = set(
            PlanSuggestion.objects.filter(admission_id__in=ids).values_list("admission_id", "kind", "run_starts_on")
        )
        away = _on_leave(admissions, now)
        # Nobody steps down while they are away; once they are back it is suggested, if it still holds.
        new = [
            one
            for key, one in causes.items()
            if (*key, one.run.first) not in known and not (one.kind == SuggestionKind.STEP_DOWN and key[0] in away)
        ]
        PlanSuggestion.objects.bulk_create((_row(one, now) for one in new), ignore_conflicts=True)
    return len(new)


def _on_leave(admissions: Sequence[Admission], now: datetime) -> set[int]:
    """Which of the admissions are on leave today, each on its own clocks; one query."""
    today = {admission.pk: local_date(now, admission.zone) for admission in admissions}
    rows = Leave.objects.filter(
        admission_id__in=today, starts_on__lte=max(today.values()), ends_on__gte=min(today.values())
    )
    return {row.admission_id for row in rows if DateRange(row.starts_on, row.ends_on).contains(today[row.admission_id])}


def _row(cause: Cause, now: datetime) -> PlanSuggestion:
    return PlanSuggestion(
        admission=cause.admission,
        patient_id=cause.admission.patient_id,
        kind=cause.kind,
        run_starts_on=cause.run.first,
        week=cause.run.last,
        facts=cause.facts,
        raised_at=now,
    )


def _causes(
    admissions: Sequence[Admission], templates: dict[int, list[PlanTemplate]], *, now: datetime
) -> Iterator[Cause]:
    """What each admission's weeks suggest at the moment."""
    ids = [admission.pk for admission in admissions]
    phases: dict[int, list[Phase]] = defaultdict(list)
    for row in PlanPhase.objects.filter(admission_id__in=ids):
        phases[row.admission_id].append(row.value)
    weeks = _past_weeks(ids, now)
    for admission in admissions:
        today = local_date(now, admission.zone)
        current = target_since(phases[admission.pk], today)
        if current is None or current.transition:
            continue
        run = latest_run(weeks[admission.pk], since=current.starts_on)
        if run is None:
            continue
        facts = _facts(run, current, weeks[admission.pk])
        if run.kind == RunKind.BELOW and run.weeks >= admission.program.review_after_weeks:
            yield Cause(admission, SuggestionKind.REVIEW, run, facts)
        elif run.kind == RunKind.MET and run.weeks >= admission.program.step_down_after_weeks:
            step = _step_down(phases[admission.pk], current, templates.get(admission.program_id, []), today=today)
            if step is not None:
                yield Cause(admission, SuggestionKind.STEP_DOWN, run, {**facts, "next": step})


def _past_weeks(admission_ids: Sequence[int], now: datetime) -> dict[int, list[PastWeek]]:
    """The counted weeks of each admission that are over."""
    rows = TreatmentWeek.objects.filter(
        Q(computed_at__isnull=False) | Q(closed_at__isnull=False), admission_id__in=admission_ids, ends_at__lte=now
    )
    found: dict[int, list[PastWeek]] = defaultdict(list)
    for admission_id, week, minimum, credited, booked, closed_at, exempt, transition in rows.values_list(
        "admission_id",
        "week",
        "min_minutes",
        "credited_minutes",
        "booked_minutes",
        "closed_at",
        "exempt",
        "transition",
    ):
        settled = closed_at is not None or booked == 0
        found[admission_id].append(PastWeek(week, minimum, credited, settled, counts=not (exempt or transition)))
    return found


def _facts(run: Run, current: Phase, weeks: Iterable[PastWeek]) -> dict[str, Any]:
    in_run = [week for week in weeks if run.first <= week.starts_on <= run.last and week.counts]
    return {
        "weeks": run.weeks,
        "first_week": run.first.isoformat(),
        "min_minutes": current.min_minutes,
        "days_per_week": current.days_per_week,
        "mean_credited_minutes": sum(week.credited_minutes for week in in_run) // len(in_run),
    }


def _step_down(
    phases: Sequence[Phase], current: Phase, templates: Sequence[PlanTemplate], *, today: date
) -> dict[str, Any] | None:
    """What to step down to; None where nothing lower is known, or a lower phase begins within a week anyway.

    The template that the phase came from is asked first, then the program's others, the oldest first.
    """
    if any(today < one.starts_on <= today + A_WEEK and one.min_minutes < current.min_minutes for one in phases):
        return None
    for template in sorted(templates, key=lambda one: (one.pk != current.template, one.pk)):
        steps = template.values
        number = next_step(steps, current.min_minutes)
        if number is not None:
            return {"template": template.pk, "step": number, **_asked(steps[number])}
    ahead = sorted((one for one in phases if one.starts_on > today), key=lambda one: one.starts_on)
    lower = next((one for one in ahead if one.min_minutes < current.min_minutes), None)
    return None if lower is None else {"phase": lower.starts_on.isoformat(), **_asked(lower)}


def _asked(one: Step | Phase) -> dict[str, Any]:
    return {"min_minutes": one.min_minutes, "max_minutes": one.max_minutes, "days_per_week": one.days_per_week}


def _templates() -> dict[int, list[PlanTemplate]]:
    """Every template with its steps, by program; there are few."""
    found: dict[int, list[PlanTemplate]] = defaultdict(list)
    for template in PlanTemplate.objects.prefetch_related("steps").order_by("pk"):
        found[template.program_id].append(template)
    return found
