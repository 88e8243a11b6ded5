"""Correcting a record after its roster was signed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from attendance.enums import RevisionCause
from attendance.errors import TooEarly
from attendance.models import Amendment, AttendanceRecord, Roster
from attendance.services.closing import revise_closed
from attendance.services.flags import evaluate_after_commit
from attendance.services.reckoning import RECKONED, facts, reckon_again
from attendance.services.roster_rules import RosterRow, excuse_reasons, row_errors
from people.errors import InvalidInput
from people.models import User
from people.services.trail import record as write_trail
from scheduling.services.counting import mark_counted
from scheduling.services.locks import lock_patients, lock_sessions

AMENDED = ("status", "mode", "arrived_at", "left_at", "excuse_reason")


def amend(record: AttendanceRecord, row: RosterRow, reason: str, *, actor: User, now: datetime) -> AttendanceRecord:
    """Let a signed record say what the row says, with its reason; what it said before is kept.

    1. Lock the patient, then the session, and read the record again.
    2. Refuse: TooEarly before the roster is signed, InvalidInput by field (a reason is needed).
    3. Reckon it from what was copied at signing, and write it with its amendment, its trail and the counted minutes.
    4. A week that is closed gets a new revision, and keeps the old one (rule 6).

    The same once more changes nothing. Who recorded the mark and when stays; each amendment has its own.
    """
    with transaction.atomic():
        lock_patients([record.patient_id])
        session = lock_sessions(record.session_id)[record.session_id]
        record = AttendanceRecord.objects.select_related("booking").get(pk=record.pk)
        roster = Roster.objects.get(session=session)
        if roster.signed_at is None:
            raise TooEarly(_("The roster is not signed yet: mark it there."), session=str(session.pk))
        reasons = {*excuse_reasons(session.program), record.excuse_reason}
        errors = {field: [sentence] for field, sentence in row_errors(row, session, reasons).items()}
        if not reason.strip():
            errors["amendment_reason"] = [_("Say why it is amended.")]
        if errors:
            raise InvalidInput(errors)
        asked = (row.status, row.mode or record.mode, row.arrived_at, row.left_at, row.excuse_reason)
        if asked == tuple(getattr(record, name) for name in AMENDED):
            return record
        before = facts(record)
        for name, value in zip(AMENDED, asked, strict=True):
            setattr(record, name, value)
        reckon_again(record)
        record.save(update_fields=[*AMENDED, *RECKONED])
        _keep(record, before, reason.strip(), actor=actor, now=now)
        mark_counted({record.booking_id: record.credited_minutes}, now=now)
        week = (record.booking.admission_id, record.booking.week)
        revise_closed([week], cause=RevisionCause.AMENDED, reason=reason.strip(), actor=actor, now=now)
        roster.version += 1
        roster.save(update_fields=["version"])
        evaluate_after_commit({record.patient_id})
    return record


def _keep(record: AttendanceRecord, before: dict[str, object], reason: str, *, actor: User, now: datetime) -> None:
    after = facts(record)
    Amendment.objects.create(record=record, at=now, by=actor, reason=reason, before=before, after=after)
    write_trail(
        "amended",
        ("booking", record.booking_id),
        actor=actor,
        now=now,
        patient_id=record.patient_id,
        before=before,
        after=after,
        reason=reason,
    )
