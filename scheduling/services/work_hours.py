"""A patient's busy times; only the times are kept."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.domain.time import format_wall, parse_wall
from people.errors import InvalidInput
from people.models import Patient, User
from people.queries import there
from people.services.trail import record
from people.translation import translated
from people.validators import validate_time_zone
from scheduling.domain.recurrence import RuleError, parse_rule
from scheduling.models import WorkHours
from scheduling.services.locks import lock_patient
from scheduling.services.session_rules import Findings
from scheduling.signals import work_hours_changed

LONGEST_SHIFT = timedelta(hours=36)
MOST_TRAVEL = 480


@dataclass(frozen=True)
class WorkHoursFields:
    """A busy time in wall-clock terms; without `rrule` it is a single one. Travel in minutes."""

    starts_at_local: str
    ends_at_local: str
    time_zone: str
    rrule: str = ""
    label: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    except_on: tuple[date, ...] = ()
    travel_before_minutes: int = 0
    travel_after_minutes: int = 0


def add_work_hours(patient: Patient, fields: WorkHoursFields, *, actor: User | None, now: datetime) -> WorkHours:
    """A new busy time. Raises InvalidInput naming every field that is wrong."""
    columns = check_work_hours(fields)
    with transaction.atomic():
        lock_patient(patient.pk)
        row = WorkHours.objects.create(patient=patient, **columns)
        _tell("work_hours_added", row, actor=actor, now=now)
    return row


def change_work_hours(row: WorkHours, fields: WorkHoursFields, *, actor: User | None, now: datetime) -> WorkHours:
    """The busy time with new fields. Raises InvalidInput naming every field that is wrong, NotThere for one that was
    taken away meanwhile."""
    columns = check_work_hours(fields)
    with transaction.atomic():
        lock_patient(row.patient_id)
        current = there(WorkHours.objects.all(), row.pk)
        for name, value in columns.items():
            setattr(current, name, value)
        current.save()
        _tell("work_hours_changed", current, actor=actor, now=now)
    return current


def remove_work_hours(row: WorkHours, *, actor: User | None, now: datetime) -> None:
    """Take the busy time away. Raises NotThere the second time."""
    with transaction.atomic():
        lock_patient(row.patient_id)
        current = there(WorkHours.objects.all(), row.pk)
        _tell("work_hours_removed", current, actor=actor, now=now)
        current.delete()


def replace_weekly_hours(
    patient: Patient, wanted: list[WorkHoursFields], *, actor: User | None, now: datetime
) -> list[WorkHours]:
    """Put these recurring times in place of the patient's recurring ones, all or nothing; single days are kept."""
    columns = [check_work_hours(fields) for fields in wanted]
    with transaction.atomic():
        lock_patient(patient.pk)
        WorkHours.objects.filter(patient=patient).exclude(rrule="").delete()
        rows = [WorkHours.objects.create(patient=patient, **column) for column in columns]
        after = {"rows": [row.pk for row in rows]}
        record("work_hours_replaced", patient, actor=actor, now=now, patient_id=patient.pk, after=after)
        work_hours_changed.send(WorkHours, patient_id=patient.pk, now=now)
    return rows


def check_work_hours(fields: WorkHoursFields) -> dict[str, Any]:
    """The columns to store. Raises InvalidInput naming every field that is wrong."""
    found = Findings()
    starts = _wall(fields.starts_at_local, "starts_at_local", found)
    ends = _wall(fields.ends_at_local, "ends_at_local", found)
    if starts and ends and ends <= starts:
        found.add("ends_at_local", _("This ends before it starts. Past midnight? Choose the next day."))
    elif starts and ends and ends - starts > LONGEST_SHIFT:
        found.add("ends_at_local", _("One shift lasts 36 hours at most."))
    zone_known = _check_zone(fields.time_zone, found)
    if fields.rrule and zone_known:
        _check_rule(fields, found)
    starts_on = fields.starts_on or (starts.date() if starts else None)
    if starts_on and fields.ends_on and fields.ends_on < starts_on:
        found.add("ends_on", _("The last day lies before the first."))
    for name in ("travel_before_minutes", "travel_after_minutes"):
        if not 0 <= getattr(fields, name) <= MOST_TRAVEL:
            found.add(name, _("Travel takes from 0 minutes to 8 hours."))
    if len(fields.label) > 60:
        found.add("label", _("At most 60 characters."))
    found.raise_if_any()
    if starts is None or ends is None or starts_on is None:
        raise InvalidInput({"starts_at_local": _("Write a date and a time, such as 2026-11-23T14:00.")})
    return {
        "label": fields.label,
        "starts_at_local": format_wall(starts),
        "ends_at_local": format_wall(ends),
        "rrule": fields.rrule,
        "starts_on": starts_on,
        "ends_on": fields.ends_on,
        "except_on": [day.isoformat() for day in sorted(fields.except_on)],
        "travel_before_minutes": fields.travel_before_minutes,
        "travel_after_minutes": fields.travel_after_minutes,
        "time_zone": fields.time_zone,
    }


def _wall(text: str, name: str, found: Findings) -> datetime | None:
    try:
        return parse_wall(text)
    except ValueError:
        found.add(name, _("Write a date and a time, such as 2026-11-23T14:00."))
        return None


def _check_zone(name: str, found: Findings) -> bool:
    try:
        validate_time_zone(name)
    except ValidationError as error:
        found.add("time_zone", error.messages[0])
        return False
    return True


def _check_rule(fields: WorkHoursFields, found: Findings) -> None:
    from zoneinfo import ZoneInfo

    try:
        parse_rule(fields.rrule, zone=ZoneInfo(fields.time_zone))
    except RuleError as error:
        found.add("rrule", translated(error.detail))


def _tell(action: str, row: WorkHours, *, actor: User | None, now: datetime) -> None:
    after = {"starts_at_local": row.starts_at_local, "ends_at_local": row.ends_at_local, "rrule": row.rrule}
    record(action, row, actor=actor, now=now, patient_id=row.patient_id, after=after)
    work_hours_changed.send(WorkHours, patient_id=row.patient_id, now=now)
