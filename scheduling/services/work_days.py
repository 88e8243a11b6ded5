"""A single day that is different: other hours than usual, or none."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from people.domain.time import format_wall
from people.models import Patient, User
from people.services.trail import record
from scheduling.models import WorkHours
from scheduling.services.locks import lock_patient
from scheduling.services.work_hours import WorkHoursFields, check_work_hours
from scheduling.signals import work_hours_changed

A_DAY = timedelta(days=1)


def set_work_day(
    patient: Patient, on: date, fields: WorkHoursFields | None, *, actor: User | None, now: datetime
) -> WorkHours | None:
    """On this day the patient works `fields` and nothing else, or with None not at all.

    1. Check the fields: they name a single busy time.
    2. Leave the day out of every recurring time, and drop what was said of it before.
    3. Write the new time.

    Raises InvalidInput naming every field that is wrong.
    """
    columns = check_work_hours(fields) if fields else None
    with transaction.atomic():
        lock_patient(patient.pk)
        _except(patient, on, left_out=True)
        _single(patient, on).delete()
        row = WorkHours.objects.create(patient=patient, **columns) if columns else None
        _tell(patient, on, actor=actor, now=now)
    return row


def clear_work_day(patient: Patient, on: date, *, actor: User | None, now: datetime) -> None:
    """On this day the patient works as usual again. Twice changes nothing."""
    with transaction.atomic():
        lock_patient(patient.pk)
        _except(patient, on, left_out=False)
        _single(patient, on).delete()
        _tell(patient, on, actor=actor, now=now)


def _except(patient: Patient, on: date, *, left_out: bool) -> None:
    for row in WorkHours.objects.filter(patient=patient).exclude(rrule="").order_by("pk"):
        days = set(row.except_on) - {on.isoformat()}
        if left_out:
            days.add(on.isoformat())
        row.except_on = sorted(days)
        row.save(update_fields=["except_on"])


def _single(patient: Patient, on: date) -> QuerySet[WorkHours]:
    """The single times that begin on the day; wall times sort as text."""
    first, last = (format_wall(datetime.combine(day, time.min)) for day in (on, on + A_DAY))
    return WorkHours.objects.filter(patient=patient, rrule="", starts_at_local__gte=first, starts_at_local__lt=last)


def _tell(patient: Patient, on: date, *, actor: User | None, now: datetime) -> None:
    after = {"on": on.isoformat()}
    record("work_day_changed", patient, actor=actor, now=now, patient_id=patient.pk, after=after)
    work_hours_changed.send(WorkHours, patient_id=patient.pk, now=now)
