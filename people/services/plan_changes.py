"""Changing a plan: what would be, with each week that it touches, and then the change, as it was shown.

The changes themselves are pure (`people.domain.plan_edits`); here they are judged, written and told of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.plan_edits import (
    AddPhase,
    ChangePhase,
    EditRefused,
    FollowSteps,
    Plan,
    PlanEdit,
    RemovePhase,
    past_problem,
)
from people.domain.targets import (
    PartialWeekPolicy,
    Phase,
    PhaseProblem,
    Target,
    phase_problem,
    phases_problem,
    target_for,
)
from people.domain.time import DateRange, local_date
from people.errors import InvalidInput, PlanOutdated
from people.models import Admission, Patient, PlanPhase, User
from people.services.trail import record
from people.signals import plan_changed

KINDS = ("individual", "group", "family")
MOST_WEEKS = 60
WEEKS_WITHOUT_END = 4
"""How many weeks of a phase that goes on until discharge are shown."""

ACTIONS: Mapping[type, str] = {
    AddPhase: "phase_added",
    ChangePhase: "phase_changed",
    RemovePhase: "phase_removed",
    FollowSteps: "template_applied",
}
"""What the trail calls each change."""


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """What a week asks for now, and what it would ask for."""

    starts_on: date
    before: Target
    after: Target


@dataclass(frozen=True)
class PlanPreview:
    """What a change would do. `token` stands for all of it: what is shown is what is written, or nothing is."""

    before: Plan
    after: Plan
    weeks: tuple[PlannedWeek, ...]
    token: str

    @cached_property
    def added(self) -> list[Phase]:
        """The phases that begin with the change, or on another day."""
        known = {one.starts_on for one in self.before}
        return [one for one in self.after if one.starts_on not in known]

    @cached_property
    def gone(self) -> list[Phase]:
        """The phases that would no longer be."""
        kept = {one.starts_on for one in self.after}
        return [one for one in self.before if one.starts_on not in kept]

    @cached_property
    def changed(self) -> list[tuple[Phase, Phase]]:
        """The phases that would end on another day or ask for something else: as they are, and as they would be."""
        after = {one.starts_on: one for one in self.after}
        pairs = [(one, after[one.starts_on]) for one in self.before if one.starts_on in after]
        return [(old, new) for old, new in pairs if old != new]


def preview_plan(admission: Admission, edit: PlanEdit, *, now: datetime) -> PlanPreview:
    """What the change would do now; nothing is written. Raises InvalidInput where it cannot stand."""
    read = Admission.objects.select_related("site", "program").get(pk=admission.pk)
    return _judge(read, list(read.phases.all()), edit, now=now)


def planned_weeks(admission: Admission, *, now: datetime) -> tuple[PlannedWeek, ...]:
    """What each week from this one on asks for as things are; `admission` with its site and program read."""
    plan = tuple(row.value for row in admission.phases.all())
    leaves = [DateRange(leave.starts_on, leave.ends_on) for leave in admission.leaves.all()]
    return _weeks(admission, plan, plan, leaves, today=local_date(now, admission.zone))


def change_plan(
    admission: Admission, edit: PlanEdit, *, actor: User | None, now: datetime, token: str = ""
) -> list[PlanPhase]:
    """Make the change; the admission's phases afterwards, in order.

    1. Lock the patient, and judge the change by what is planned now.
    2. With the `token` of a preview: refuse it where something else would come of it than was shown.
    3. Take out what goes, write what changes and what is new, and tell the trail and the apps above.

    Raises InvalidInput where it cannot stand, PlanOutdated (`stale`) for a token that no longer holds.
    """
    overlapping = dict.fromkeys(("phase_start_once", "phase_no_overlap", "people_planphase.starts_on"), _overlapping)
    with refusing(overlapping), transaction.atomic():
        locked = lock_admission(admission.pk)
        rows = list(locked.phases.all())
        found = _judge(locked, rows, edit, now=now)
        if token and token != found.token:
            raise PlanOutdated
        _write(locked, rows, found, keeps_row=isinstance(edit, ChangePhase))
        _tell(locked, found, edit, actor=actor, now=now)
        plan_changed.send(PlanPhase, admission_id=locked.pk, patient_id=locked.patient_id, now=now)
    return list(locked.phases.order_by("starts_on", "pk"))


def lock_admission(admission_id: int) -> Admission:
    """The admission, read under its patient's lock."""
    patient_id = Admission.objects.values_list("patient_id", flat=True).get(pk=admission_id)
    Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    return Admission.objects.select_related("site", "program").get(pk=admission_id)


def facts_of(phase: Phase) -> dict[str, object]:
    """A phase as the trail keeps it: days and figures, no free text."""
    return {
        "starts_on": phase.starts_on.isoformat(),
        "ends_on": phase.ends_on.isoformat() if phase.ends_on else None,
        "min_minutes": phase.min_minutes,
        "max_minutes": phase.max_minutes,
        "days_per_week": phase.days_per_week,
        "wanted_kinds": list(phase.wanted_kinds),
        "transition": phase.transition,
        "template": phase.template,
    }


def _judge(admission: Admission, rows: Sequence[PlanPhase], edit: PlanEdit, *, now: datetime) -> PlanPreview:
    before = tuple(row.value for row in rows)
    today = local_date(now, admission.zone)
    try:
        after = edit(before, today)
    except EditRefused as refused:
        raise _invalid(refused.problem) from refused
    if isinstance(edit, FollowSteps) and not admission.covers(edit.starts_on):
        raise InvalidInput({"starts_on": _("This day lies outside the admission.")})
    if any(kind not in KINDS for phase in after for kind in phase.wanted_kinds):
        raise InvalidInput({"wanted_kinds": _("There is no such kind of session.")})
    problem = _problem(admission, before, after, today=today)
    if problem is not None:
        raise _invalid(problem)
    leaves = [DateRange(leave.starts_on, leave.ends_on) for leave in admission.leaves.all()]
    return PlanPreview(
        before, after, _weeks(admission, before, after, leaves, today=today), _token(admission, before, after, leaves)
    )


def _problem(admission: Admission, before: Plan, after: Plan, *, today: date) -> PhaseProblem | None:
    """The first reason against the plan; phases whose target stays are not judged by rules that came later."""
    program = admission.program
    known = {_target(phase) for phase in before}
    for phase in after:
        dates = phase.ends_on is not None and phase.ends_on < phase.starts_on
        if dates or _target(phase) not in known:
            found = phase_problem(
                phase, program_min_minutes=program.min_minutes, program_max_minutes=program.max_minutes
            )
            if found is not None:
                return found
    return phases_problem(
        after,
        admitted_on=admission.admitted_on,
        discharged_on=admission.discharged_on,
        transition_weeks=program.transition_weeks,
    ) or past_problem(before, after, today=today)


def _target(phase: Phase) -> Phase:
    return replace(phase, starts_on=date.min, ends_on=None, template=None)


def _weeks(
    admission: Admission, before: Plan, after: Plan, leaves: Sequence[DateRange], *, today: date
) -> tuple[PlannedWeek, ...]:
    """The weeks from this one, or the first of the admission, to the last that either plan says something of."""
    first = admission.week_containing(max(today, admission.admitted_on)).starts_on
    ends = [one.ends_on or max(one.starts_on, first) + timedelta(weeks=WEEKS_WITHOUT_END) for one in (*before, *after)]
    last = min([max(ends, default=first), admission.discharged_on or date.max])
    count = min(MOST_WEEKS, max(0, (last - first).days // 7 + 1))
    starts = [first + timedelta(weeks=number) for number in range(count)]
    return tuple(
        PlannedWeek(week, target_of(admission, week, before, leaves), target_of(admission, week, after, leaves))
        for week in starts
    )


def target_of(admission: Admission, week: date, phases: Sequence[Phase], leaves: Sequence[DateRange]) -> Target:
    """What the week that begins on the date asks for under these phases."""
    return target_for(
        week,
        admitted_on=admission.admitted_on,
        discharged_on=admission.discharged_on,
        phases=phases,
        leaves=leaves,
        program_max_minutes=admission.program.max_minutes,
        partial_week_policy=PartialWeekPolicy(admission.program.policy_on(week).partial_week_policy),
    )


def _token(admission: Admission, before: Plan, after: Plan, leaves: Sequence[DateRange]) -> str:
    """A digest of everything that the preview shows."""
    program = admission.program
    policies = (program.first_policy, program.policy_changes)
    stay = (admission.pk, admission.admitted_on, admission.discharged_on, policies)
    shown = (stay, [asdict(one) for one in before], [asdict(one) for one in after], [asdict(one) for one in leaves])
    return sha256(repr(shown).encode()).hexdigest()[:32]


def _write(admission: Admission, rows: Sequence[PlanPhase], found: PlanPreview, *, keeps_row: bool) -> None:
    """Take out, then change, then add, so that no two phases share a day at any moment.

    `keeps_row`: a phase that moves to another first day stays the same row.
    """
    by_start = {row.starts_on: row for row in rows}
    if keeps_row and len(found.gone) == len(found.added) == 1:
        _put(by_start[found.gone[0].starts_on], found.added[0]).save()
        return
    PlanPhase.objects.filter(pk__in=[by_start[one.starts_on].pk for one in found.gone]).delete()
    for _old, new in found.changed:
        _put(by_start[new.starts_on], new).save()
    PlanPhase.objects.bulk_create([_put(PlanPhase(admission=admission), one) for one in found.added])


def _put(row: PlanPhase, phase: Phase) -> PlanPhase:
    values: dict[str, Any] = {**asdict(phase), "wanted_kinds": list(phase.wanted_kinds)}
    row.template_id = values.pop("template")
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _tell(admission: Admission, found: PlanPreview, edit: PlanEdit, *, actor: User | None, now: datetime) -> None:
    """One entry for the change: the phases that were and are no more, and those that are now."""
    before = [*found.gone, *(old for old, _new in found.changed)]
    after = [*(new for _old, new in found.changed), *found.added]
    record(
        ACTIONS[type(edit)],
        admission,
        actor=actor,
        now=now,
        patient_id=admission.patient_id,
        before={"phases": [facts_of(one) for one in sorted(before, key=lambda one: one.starts_on)]},
        after={"phases": [facts_of(one) for one in sorted(after, key=lambda one: one.starts_on)]},
    )


def _invalid(problem: PhaseProblem) -> InvalidInput:
    return InvalidInput({problem.field: problem.detail})


def _overlapping() -> InvalidInput:
    return InvalidInput({"starts_on": _("Another phase is in force on some of these days.")})
