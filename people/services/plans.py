"""Plan phases and leave: what each week of an admission asks for."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.plan_edits import AddPhase, ChangePhase
from people.domain.targets import Phase
from people.errors import InvalidInput
from people.models import Admission, Leave, Patient, PlanPhase, User
from people.queries import there
from people.services.plan_changes import change_plan, lock_admission
from people.services.trail import record
from people.signals import leave_changed, plan_changed


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
            wanted_kinds=self.wanted_kinds,
        )


def phases_of(admission: Admission) -> list[Phase]:
    """The admission's phases as pure values, in order."""
    return [row.value for row in admission.phases.all()]


def as_phase(row: PlanPhase) -> Phase:
    """One phase as a pure value."""
    return row.value


def add_phase(
    admission: Admission, fields: PhaseFields, *, actor: User | None, now: datetime, token: str = ""
) -> PlanPhase:
    """Put a target in force from a day on; an open-ended phase before it ends the day before.

    Raises InvalidInput where the target lies outside the program's range without being a transition with a reason,
    where it overlaps a later phase or would rewrite days that are over, or where transition weeks exceed the program's
    limit; PlanOutdated as `change_plan` does.
    """
    rows = change_plan(admission, AddPhase(fields.as_phase()), actor=actor, now=now, token=token)
    return next(row for row in rows if row.starts_on == fields.starts_on)


def change_phase(row: PlanPhase, edit: ChangePhase, *, actor: User | None, now: datetime, token: str = "") -> PlanPhase:
    """Give the phase other values; the one that holds them: the same, or that which begins where it was split.

    Raises InvalidInput and PlanOutdated as `change_plan` does.
    """
    known = set(PlanPhase.objects.filter(admission_id=row.admission_id).values_list("pk", flat=True))
    rows = change_plan(row.admission, edit, actor=actor, now=now, token=token)
    split = [one for one in rows if one.pk not in known and one.starts_on > row.starts_on]
    return split[0] if split else next(one for one in rows if one.pk == row.pk)


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
        admission = lock_admission(leave.admission_id)
        row = there(Leave.objects.all(), leave.pk)
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
        admission = lock_admission(leave.admission_id)
        row = there(Leave.objects.all(), leave.pk)
        record("leave_removed", row, actor=actor, now=now, patient_id=admission.patient_id, before=_days_of(row))
        row.delete()
        leave_changed.send(Leave, admission=admission, leave=None, actor=actor, now=now)
        plan_changed.send(Leave, admission_id=admission.pk, patient_id=admission.patient_id, now=now)


def _days_of(row: Leave) -> dict[str, object]:
    return {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}


def _leave_overlapping() -> InvalidInput:
    return InvalidInput({"starts_on": _("There is leave on some of these days already.")})
