"""What people do about a flag, or for a person without one: each step is kept, and stands in the trail."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.enums import CONTACT, CallOutcome, FlagState, OutreachKind
from attendance.errors import FlagResolved
from attendance.models import Flag, Outreach
from attendance.permissions import can_act_on_flag
from people.errors import InvalidInput
from people.models import Patient, User
from people.services.trail import record

LONGEST_TEXT = 500
LONGEST_REASON = 200


def acknowledge(flag: Flag, *, actor: User, now: datetime) -> Flag:
    """Somebody has seen it. A second time changes nothing. Raises FlagResolved."""
    with transaction.atomic():
        locked = _locked(flag)
        if locked.state == FlagState.ACKNOWLEDGED:
            return locked
        before = _facts(locked)
        locked.state = FlagState.ACKNOWLEDGED
        locked.save(update_fields=["state"])
        _step(locked, OutreachKind.ACKNOWLEDGED, actor=actor, now=now)
        _tell("flag_acknowledged", locked, before, actor=actor, now=now)
    return locked


def assign(flag: Flag, assignee: User | None, *, actor: User, now: datetime) -> Flag:
    """Give it to somebody who may act on it, or to nobody; an open flag counts as acknowledged then.

    Raises InvalidInput for somebody who does not see whom it is about or may not act on it, and FlagResolved.
    """
    with transaction.atomic():
        locked = _locked(flag)
        if locked.assigned_to_id == (assignee.pk if assignee else None):
            return locked
        if assignee is not None and not may_take(assignee, locked):
            raise InvalidInput({"assigned_to": _("They do not see this person, or may not act on it.")})
        before = _facts(locked)
        locked.assigned_to = assignee
        if locked.state == FlagState.OPEN and assignee is not None:
            locked.state = FlagState.ACKNOWLEDGED
        locked.save(update_fields=["assigned_to", "state"])
        _step(locked, OutreachKind.ASSIGNED, assignee=assignee, actor=actor, now=now)
        _tell("flag_assigned", locked, before, actor=actor, now=now)
    return locked


def add_note(
    flag: Flag, text: str, *, actor: User, now: datetime, kind: str = OutreachKind.NOTE, outcome: str = ""
) -> Outreach:
    """A note, or a contact with what came of it. A resolved flag takes notes too: what is learnt later belongs there.

    Raises InvalidInput by field: a note says something, a contact may speak by its outcome alone.
    """
    with transaction.atomic():
        locked = Flag.objects.select_for_update().get(pk=flag.pk)
        _check(kind, outcome, text)
        step = _step(locked, kind, text=text.strip(), outcome=outcome, actor=actor, now=now)
        record("outreach", step, actor=actor, now=now, patient_id=locked.patient_id, after=_said(step))
    return step


def note_contact(
    patient: Patient, *, kind: str, outcome: str = "", text: str = "", actor: User, now: datetime
) -> Outreach:
    """A contact or note about a person, whether or not a flag stands. Raises InvalidInput by field."""
    _check(kind, outcome, text)
    with transaction.atomic():
        step = Outreach.objects.create(patient=patient, kind=kind, outcome=outcome, text=text.strip(), by=actor, at=now)
        record("outreach", step, actor=actor, now=now, patient_id=patient.pk, after=_said(step))
    return step


def resolve(flag: Flag, reason: str, *, actor: User, now: datetime) -> Flag:
    """Settle it, with a reason. It opens again only where it becomes worse. Raises InvalidInput and FlagResolved."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput({"reason": _("Say why, in 200 characters or fewer.")})
    with transaction.atomic():
        locked = _locked(flag)
        before = _facts(locked)
        locked.state, locked.resolution = FlagState.RESOLVED, reason
        locked.resolved_at, locked.resolved_by = now, actor
        locked.save(update_fields=["state", "resolution", "resolved_at", "resolved_by"])
        _step(locked, OutreachKind.RESOLVED, text=reason, actor=actor, now=now)
        _tell("flag_resolved", locked, before, actor=actor, now=now)
    return locked


def may_take(user: User, flag: Flag) -> bool:
    """Whether the flag can be given to this account: active, sees whom it is about, and may act on it."""
    return user.is_active and Flag.objects.visible_to(user).filter(pk=flag.pk).exists() and can_act_on_flag(user, flag)


def _locked(flag: Flag) -> Flag:
    locked = Flag.objects.select_for_update(of=("self",)).select_related("admission__site", "session").get(pk=flag.pk)
    if locked.state == FlagState.RESOLVED:
        raise FlagResolved(flag=str(flag.pk))
    return locked


def _step(
    flag: Flag,
    kind: str,
    *,
    actor: User,
    now: datetime,
    text: str = "",
    outcome: str = "",
    assignee: User | None = None,
) -> Outreach:
    return Outreach.objects.create(
        flag=flag,
        patient_id=flag.patient_id,
        kind=kind,
        outcome=outcome,
        text=text,
        at=now,
        by=actor,
        assignee=assignee,
    )


def _check(kind: str, outcome: str, text: str) -> None:
    errors = {}
    if kind not in (*CONTACT, OutreachKind.NOTE):
        errors["kind"] = _("There is no such kind of contact.")
    if outcome and (outcome not in CallOutcome.values or kind == OutreachKind.NOTE):
        errors["outcome"] = _("There is no such outcome.")
    if len(text) > LONGEST_TEXT:
        errors["text"] = _("At most 500 characters: a short remark, no clinical note.")
    elif not text.strip() and (kind == OutreachKind.NOTE or not outcome):
        errors["text"] = _("Say something, or what came of it.")
    if errors:
        raise InvalidInput(errors)


def _facts(flag: Flag) -> dict[str, object]:
    return {"state": flag.state, "assigned_to": flag.assigned_to_id}


def _said(step: Outreach) -> dict[str, object]:
    """What the trail keeps: that there was a remark, never what it says."""
    return {"flag": step.flag_id, "kind": step.kind, "outcome": step.outcome}


def _tell(action: str, flag: Flag, before: dict[str, object], *, actor: User, now: datetime) -> None:
    record(action, flag, actor=actor, now=now, patient_id=flag.patient_id, before=before, after=_facts(flag))
