"""Entering and changing what is asked beside the target."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from attendance.domain.requirements import DAY_MINIMUM_MINUTES
from attendance.enums import Asker, RequirementMeasure, RequirementWindow
from attendance.models import Requirement
from attendance.services.marking import mark_patients, mark_programs
from people.errors import InvalidInput
from people.models import Admission, Focus, Program, User
from people.services.trail import record
from scheduling.enums import Kind

LONGEST_NAME = 80
MOST_WEEKS = 260
MOST_MINUTES = 1_000_000
RECOUNTED = (timedelta(weeks=4), timedelta(weeks=27))
"""How far before and after now the open weeks of a program lie."""


@dataclass(frozen=True)
class RequirementFields:
    """A rule as it is entered; see `Requirement`."""

    name: str
    asked_by: str
    measure: str
    window: str
    minimum: int | None = None
    maximum: int | None = None
    day_minimum_minutes: int = DAY_MINIMUM_MINUTES
    kinds: tuple[str, ...] = ()
    foci: tuple[str, ...] = ()
    in_force_from: date | None = None
    in_force_to: date | None = None
    within_weeks: int | None = None


def add_requirement(
    of: Admission | Program, fields: RequirementFields, *, actor: User | None, now: datetime
) -> Requirement:
    """Ask something of one admission, or of everybody in a program. Raises InvalidInput naming the field."""
    program = of if isinstance(of, Program) else of.program
    _check(fields, program)
    with transaction.atomic():
        owner = {"program": of} if isinstance(of, Program) else {"admission": of}
        row = Requirement.objects.create(**owner, **_columns(fields))
        _tell("requirement_added", row, before=None, actor=actor, now=now)
    return row


def change_requirement(
    row: Requirement, fields: RequirementFields, *, actor: User | None, now: datetime
) -> Requirement:
    """Let it ask something else. Closed weeks keep what was asked then. Raises InvalidInput naming the field."""
    with transaction.atomic():
        locked = (
            Requirement.objects.select_for_update(of=("self",))
            .select_related("program", "admission__program")
            .get(pk=row.pk)
        )
        _check(fields, locked.of_program)
        before = _facts(locked)
        for name, value in _columns(fields).items():
            setattr(locked, name, value)
        if _facts(locked) != before:
            locked.save()
            _tell("requirement_changed", locked, before=before, actor=actor, now=now)
    return locked


def fields_of(row: Requirement) -> RequirementFields:
    """What the row asks, to change some of it."""
    values = {name: getattr(row, name) for name in RequirementFields.__dataclass_fields__}
    return RequirementFields(**{**values, "kinds": tuple(row.kinds), "foci": tuple(row.foci)})


def _check(fields: RequirementFields, program: Program) -> None:
    errors = _word_errors(fields) | _bound_errors(fields) | _stretch_errors(fields)
    known_foci = set(Focus.objects.filter(program=program).values_list("code", flat=True)) if fields.foci else set()
    if not set(fields.foci) <= known_foci:
        errors["foci"] = [_("The program's list has no such focus.")]
    if errors:
        raise InvalidInput(errors)


def _word_errors(fields: RequirementFields) -> dict[str, list[Any]]:
    errors: dict[str, list[Any]] = {}
    if not fields.name.strip() or len(fields.name) > LONGEST_NAME:
        errors["name"] = [_("Name it, in at most 80 characters.")]
    for name, known in (("asked_by", Asker), ("measure", RequirementMeasure), ("window", RequirementWindow)):
        if getattr(fields, name) not in known.values:
            errors[name] = [_("This is none of the choices.")]
    if any(kind not in Kind.values for kind in fields.kinds):
        errors["kinds"] = [_("There is no such kind of session.")]
    return errors


def _bound_errors(fields: RequirementFields) -> dict[str, list[Any]]:
    if fields.minimum is None and fields.maximum is None:
        return {"minimum": [_("Say the least, the most, or both.")]}
    most = MOST_MINUTES
    if fields.measure == RequirementMeasure.PERCENT:
        most = 100
    elif fields.measure == RequirementMeasure.DAYS and fields.window == RequirementWindow.WEEK:
        most = 7
    for name in ("minimum", "maximum"):
        value = getattr(fields, name)
        if value is not None and not 0 <= value <= most:
            return {name: [_("Say a whole number from 0 to %(most)s.") % {"most": most}]}
    if fields.minimum is not None and fields.maximum is not None and fields.minimum > fields.maximum:
        return {"maximum": [_("The most is less than the least.")]}
    return {}


def _stretch_errors(fields: RequirementFields) -> dict[str, list[Any]]:
    errors: dict[str, list[Any]] = {}
    if fields.in_force_from and fields.in_force_to and fields.in_force_to < fields.in_force_from:
        errors["in_force_to"] = [_("The last day lies before the first.")]
    if fields.within_weeks is not None and fields.window != RequirementWindow.TOTAL:
        errors["within_weeks"] = [_("Only a total is due after some weeks.")]
    elif fields.within_weeks is not None and not 1 <= fields.within_weeks <= MOST_WEEKS:
        errors["within_weeks"] = [_("Say one to 260 weeks.")]
    if not 1 <= fields.day_minimum_minutes <= 24 * 60:
        errors["day_minimum_minutes"] = [_("A day has at most 1,440 minutes.")]
    return errors


def _columns(fields: RequirementFields) -> dict[str, Any]:
    return {**asdict(fields), "name": fields.name.strip(), "kinds": list(fields.kinds), "foci": list(fields.foci)}


def _facts(row: Requirement) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in RequirementFields.__dataclass_fields__ if name != "name"}
    dates = {name: value.isoformat() for name, value in shown.items() if isinstance(value, date)}
    return {"name": row.name, **shown, **dates}


def _tell(action: str, row: Requirement, *, before: dict[str, Any] | None, actor: User | None, now: datetime) -> None:
    """The trail, and that the weeks concerned are to be counted again."""
    patient_id = row.admission.patient_id if row.admission is not None else None
    record(action, row, actor=actor, now=now, patient_id=patient_id, before=before, after=_facts(row))
    if patient_id is not None:
        mark_patients([(patient_id, None)], now=now)
    elif row.program_id is not None:
        mark_programs([(row.program_id, (now - RECOUNTED[0], now + RECOUNTED[1]))], now=now)
