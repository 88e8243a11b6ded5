"""Plan phases and leave: what each week of an admission asks for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.targets import Phase, phase_problem, phases_problem
from people.errors import InvalidInput
from people.models import Admission, Leave, Patient, PlanPhase, User
from people.services.trail import record
from people.signals import leave_changed, plan_changed
from people.translation import translated

MOST_WANTED_KINDS = ("individual", "group", "family")


@dataclass(frozen=True)
class PhaseFields:
    """A weekly target in minutes, from one date to another (both included; open end: None)."""

    starts_on: date
    ends_on: date | None
    min_minutes: int
    max_minutes: int
    days_per_week: int = 5
    wanted_kinds: tuple[str, ...] = ()
    transition: bool = False
    transition_reason: str = ""

    def as_phase(self) -> Phase:
        return Phase(
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            min_minutes=self.min_minutes,
            max_minutes=self.max_minutes,
            days_per_week=self.days_per_week,
            transition=self.transition,
            transition_reason=self.transition_reason,
        )


def phases_of(admission: Admission) -> list[Phase]:
    """The admission's phases as pure values, in order."""
    return [as_phase(row) for row in admission.phases.all()]


def as_phase(row: PlanPhase) -> Phase:
    """One phase as a pure value."""
    return Phase(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        min_minutes=row.min_minutes,
        max_minutes=row.max_minutes,
        days_per_week=row.days_per_week,
        transition=row.transition,
        transition_reason=row.transition_reason,
    )


def add_phase(admission: Admission, fields: PhaseFields, *, actor: User | None, now: datetime) -> PlanPhase:
    """Put a target in force from a day on; an open-ended phase before it ends the day before.

    Raises InvalidInput where the target lies outside the program's range without being a transition with a reason,
    where it overlaps a later phase, or where transition weeks exceed the program's limit.
    """
    unknown = [kind for kind in fields.wanted_kinds if kind not in MOST_WANTED_KINDS]
    if unknown:
        raise InvalidInput({"wanted_kinds": _("There is no such kind of session.")})
    with (
        refusing(
            {
                "phase_start_once": _overlapping,
                "phase_no_overlap": _overlapping,
                "people_planphase.starts_on": _overlapping,
            }
        ),
        transaction.atomic(),
    ):
        Patient.objects.select_for_update(no_key=True).get(pk=admission.patient_id)
        locked = Admission.objects.select_related("program").get(pk=admission.pk)
        _end_open_phase(locked, before=fields.starts_on)
        _check(locked, fields)
        row = PlanPhase.objects.create(
            admission=locked,
            starts_on=fields.starts_on,
            ends_on=fields.ends_on,
            min_minutes=fields.min_minutes,
            max_minutes=fields.max_minutes,
            days_per_week=fields.days_per_week,
            wanted_kinds=list(fields.wanted_kinds),
            transition=fields.transition,
            transition_reason=fields.transition_reason,
        )
        record("phase_added", row, actor=actor, now=now, patient_id=locked.patient_id, after=_facts(row))
        plan_changed.send(PlanPhase, admission_id=locked.pk, patient_id=locked.patient_id, now=now)
    return row


def add_leave(
    admission: Admission, *, starts_on: date, ends_on: date, reason: str = "", actor: User | None, now: datetime
) -> Leave:
    """Days on which nothing is expected. Raises InvalidInput for dates in the wrong order or overlapping leave.

    What is booked on them is cancelled in the same transaction, by whoever hears `leave_changed`.
    """
    if ends_on < starts_on:
        raise InvalidInput({"ends_on": _("The leave ends before it starts.")})
    with refusing({"leave_no_overlap": _leave_overlapping}), transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=admission.patient_id)
        if Leave.objects.filter(admission=admission, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
            raise _leave_overlapping()
        row = Leave.objects.create(admission=admission, starts_on=starts_on, ends_on=ends_on, reason=reason)
        after = _days_of(row)
        record("leave_added", row, actor=actor, now=now, patient_id=admission.patient_id, after=after)
        leave_changed.send(Leave, admission=admission, leave=row, actor=actor, now=now)
        plan_changed.send(Leave, admission_id=admission.pk, patient_id=admission.patient_id, now=now)
    return row


def change_leave(
    leave: Leave, *, starts_on: date, ends_on: date, reason: str, actor: User | None, now: datetime
) -> Leave:
    """The leave with other days: longer, or somebody is back early. Raises InvalidInput as `add_leave` does."""
    if ends_on < starts_on:
        raise InvalidInput({"ends_on": _("The leave ends before it starts.")})
    with refusing({"leave_no_overlap": _leave_overlapping}), transaction.atomic():
        admission = _lock_admission(leave.admission_id)
        row = Leave.objects.get(pk=leave.pk)
        others = Leave.objects.filter(admission=admission).exclude(pk=row.pk)
        if others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
            raise _leave_overlapping()
        before = _days_of(row)
        row.starts_on, row.ends_on, row.reason = starts_on, ends_on, reason
        row.save()
        record(
            "leave_changed",
            row,
            actor=actor,
            now=now,
            patient_id=admission.patient_id,
            before=before,
            after=_days_of(row),
        )
        leave_changed.send(Leave, admission=admission, leave=row, actor=actor, now=now)
        plan_changed.send(Leave, admission_id=admission.pk, patient_id=admission.patient_id, now=now)
    return row


def remove_leave(leave: Leave, *, actor: User | None, now: datetime) -> None:
    """The leave was called off: its days count again. The trail keeps what it was."""
    with transaction.atomic():
        admission = _lock_admission(leave.admission_id)
        row = Leave.objects.get(pk=leave.pk)
        record("leave_removed", row, actor=actor, now=now, patient_id=admission.patient_id, before=_days_of(row))
        row.delete()
        leave_changed.send(Leave, admission=admission, leave=None, actor=actor, now=now)
        plan_changed.send(Leave, admission_id=admission.pk, patient_id=admission.patient_id, now=now)


def _lock_admission(admission_id: int) -> Admission:
    """The admission, read under its patient's lock."""
    patient_id = Admission.objects.values_list("patient_id", flat=True).get(pk=admission_id)
    Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    return Admission.objects.select_related("site", "program").get(pk=admission_id)


def _days_of(row: Leave) -> dict[str, object]:
    return {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}


def _end_open_phase(admission: Admission, *, before: date) -> None:
    admission.phases.filter(ends_on=None, starts_on__lt=before).update(ends_on=before - timedelta(days=1))


def _check(admission: Admission, fields: PhaseFields) -> None:
    program = admission.program
    phase = fields.as_phase()
    problem = phase_problem(
        phase, program_min_minutes=program.min_minutes, program_max_minutes=program.max_minutes
    ) or phases_problem(
        [*phases_of(admission), phase],
        admitted_on=admission.admitted_on,
        discharged_on=admission.discharged_on,
        transition_weeks=program.transition_weeks,
    )
    if problem is not None:
        raise InvalidInput({problem.field: translated(problem.detail)})


def _overlapping() -> InvalidInput:
    return InvalidInput({"starts_on": _("Another phase is in force on some of these days.")})


def _leave_overlapping() -> InvalidInput:
    return InvalidInput({"starts_on": _("There is leave on some of these days already.")})


def _facts(row: PlanPhase) -> dict[str, object]:
    return {
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "min_minutes": row.min_minutes,
        "max_minutes": row.max_minutes,
        "transition": row.transition,
    }
