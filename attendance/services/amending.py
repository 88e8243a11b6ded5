"""Correcting a record after its roster was signed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from attendance.domain.marks import MARK_FIELDS, merge
from attendance.enums import RevisionCause
from attendance.errors import TooEarly
from attendance.models import Amendment, AttendanceRecord, Roster
from attendance.services.closing import revise_closed
from attendance.services.flags import evaluate_after_commit
from attendance.services.reckoning import RECKONED, facts, reckon_again
from attendance.services.roster_rules import RosterRow, excuse_reasons, own_mode, row_errors
from people.errors import InvalidInput
from people.models import User
from people.queries import there
from people.retries import retrying_deadlocks
from people.services.trail import record as write_trail
from scheduling.services.counting import mark_counted
from scheduling.services.locks import lock_patients, lock_sessions


@retrying_deadlocks
def amend(record: AttendanceRecord, row: RosterRow, reason: str, *, actor: User, now: datetime) -> AttendanceRecord:
    """Let a signed record say what the row says, with its reason; what is not said stays, what was said is kept.

    1. Lock the patient, then the session, and read the record again.
    2. Refuse: TooEarly before the roster is signed, InvalidInput by field (a reason is needed).
    3. Reckon it from what was copied at signing, and write it with its amendment, its trail and the counted minutes.
    4. A week that is closed gets a new revision, and keeps the old one (rule 6).

    The same once more changes nothing. Who recorded the mark and when stays; each amendment has its own.
    """
    with transaction.atomic():
        lock_patients([record.patient_id])
        session = lock_sessions(record.session_id)[record.session_id]
        record = there(AttendanceRecord.objects.select_related("booking"), record.pk)
        roster = Roster.objects.get(session=session)
        if roster.signed_at is None:
            raise TooEarly(_("The roster is not signed yet: mark it there."), session=str(session.pk))
        standing, reasons = record.mark, excuse_reasons(session.program)
        wrong = row_errors(row, session, reasons, before=standing, now=now)
        if row.status is None:
            wrong["status"] = _("Say present, excused, no_show or turned_away.")
        errors = {field: [sentence] for field, sentence in wrong.items()}
        if not reason.strip():
            errors["amendment_reason"] = [_("Say why it is amended.")]
        if errors:
            raise InvalidInput(errors)
        mark = merge(row.said, standing, own_mode=own_mode(session))
        if mark == standing:
            return record
        before = _evidence(record)
        for name in MARK_FIELDS:
            setattr(record, name, getattr(mark, name))
        reckon_again(record)
        record.save(update_fields=[*MARK_FIELDS, *RECKONED])
        _keep(record, before, reason.strip(), actor=actor, now=now)
        mark_counted({record.booking_id: record.credited_minutes}, now=now)
        week = (record.booking.admission_id, record.booking.week)
        revise_closed([week], cause=RevisionCause.AMENDED, reason=reason.strip(), actor=actor, now=now)
        roster.version += 1
        roster.save(update_fields=["version"])
        evaluate_after_commit({record.patient_id})
    return record


def _keep(record: AttendanceRecord, before: dict[str, object], reason: str, *, actor: User, now: datetime) -> None:
    after = _evidence(record)
    Amendment.objects.create(record=record, at=now, by=actor, reason=reason, before=before, after=after)
    write_trail(
        "amended",
        ("booking", record.booking_id),
        actor=actor,
        now=now,
        patient_id=record.patient_id,
        before={name: value for name, value in before.items() if name != "remark"},
        after=facts(record),
        reason=reason,
    )


def _evidence(record: AttendanceRecord) -> dict[str, object]:
    """What an amendment keeps: as the trail does, and the remark word for word."""
    return facts(record) | ({"remark": record.remark} if record.remark else {})
