"""How a program counts attendance, from a day to come on."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from people.domain.policies import (
    MOST_CUTOFF_MINUTES,
    MOST_GRACE_MINUTES,
    AttendancePolicy,
    PolicyChange,
    read_changes,
    with_change,
)
from people.domain.time import local_date
from people.enums import PartialWeekPolicy, Rounding
from people.errors import InvalidInput
from people.models import Program, User
from people.services.trail import record
from people.signals import policy_changed


def change_policy(
    program: Program, policy: AttendancePolicy, *, in_force_from: date, actor: User | None, now: datetime
) -> Program:
    """Let the program count otherwise from a day on; a change of the same day is replaced.

    The day lies ahead at every site of the program, so that nothing that was counted is counted again. Raises
    InvalidInput naming the field.
    """
    errors = _policy_errors(policy)
    if in_force_from <= latest_today(program, now=now):
        errors["in_force_from"] = [_("A policy begins tomorrow at the earliest: the past is not counted again.")]
    if errors:
        raise InvalidInput(errors)
    return _write(program, PolicyChange(in_force_from, policy), actor=actor, now=now)


def withdraw_policy(program: Program, *, in_force_from: date, actor: User | None, now: datetime) -> Program:
    """Take back a change that has not begun. Raises InvalidInput for one that has, or that is not there."""
    known = {change.in_force_from for change in read_changes(program.policy_changes)}
    if in_force_from not in known or in_force_from <= latest_today(program, now=now):
        raise InvalidInput({"in_force_from": [_("Only a change that is still ahead can be taken back.")]})
    return _write(program, in_force_from, actor=actor, now=now)


def latest_today(program: Program, *, now: datetime) -> date:
    """The latest date that it is at one of the program's sites."""
    return max((local_date(now, site.zone) for site in program.sites.all()), default=now.date())


def _write(program: Program, change: PolicyChange | date, *, actor: User | None, now: datetime) -> Program:
    with transaction.atomic():
        locked = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        before = read_changes(locked.policy_changes)
        if isinstance(change, PolicyChange):
            after = with_change(before, change)
        else:
            after = [one for one in before if one.in_force_from != change]
        locked.policy_changes = [one.as_json() for one in after]
        locked.save(update_fields=["policy_changes"])
        record(
            "policy_changed",
            locked,
            actor=actor,
            now=now,
            before={"changes": [one.as_json() for one in before]},
            after={"changes": locked.policy_changes},
        )
        policy_changed.send(Program, program_id=locked.pk, now=now)
    return locked


def _policy_errors(policy: AttendancePolicy) -> dict[str, list[Any]]:
    errors: dict[str, list[Any]] = {}
    if not 0 <= policy.grace_minutes <= MOST_GRACE_MINUTES:
        errors["grace_minutes"] = [_("The grace is 0 to 60 minutes.")]
    cutoff = policy.late_cutoff_minutes
    if cutoff is not None and not 0 <= cutoff <= MOST_CUTOFF_MINUTES:
        errors["late_cutoff_minutes"] = [_("The cut-off is 0 to 240 minutes, or none.")]
    elif cutoff is not None and cutoff < policy.grace_minutes:
        errors["late_cutoff_minutes"] = [_("The cut-off cannot lie within the grace.")]
    if policy.rounding not in Rounding.values:
        errors["rounding"] = [_("This is none of the choices.")]
    if policy.partial_week_policy not in PartialWeekPolicy.values:
        errors["partial_week_policy"] = [_("This is none of the choices.")]
    return errors
