"""Taking a roster and signing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from attendance.enums import AttendanceMode, AttendanceStatus, RevisionCause
from attendance.errors import RosterIncomplete, Stale, TooEarly
from attendance.models import AttendanceRecord, Roster
from attendance.services.closing import revise_closed
from attendance.services.flags import evaluate_after_commit
from attendance.services.reckoning import RECKONED, facts, policy_of, reckon
from attendance.services.roster_rules import RosterRow, check_rows
from people.models import User
from people.services.trail import record as write_trail
from scheduling.enums import Mode, SessionState
from scheduling.errors import RosterSigned, SessionCancelled
from scheduling.models import Booking, Session
from scheduling.services.counting import mark_counted
from scheduling.services.locks import lock_patients, lock_sessions
from scheduling.services.sessions import mark_signed

__all__ = ["RosterRow", "mark_all_present", "save_rows", "sign_roster"]

MARKED = ("status", "mode", "arrived_at", "left_at", "excuse_reason", "recorded_at", "recorded_by")


@dataclass
class _Sheet:
    """A roster under its locks: the session, its live bookings, and the records so far, both by booking."""

    session: Session
    roster: Roster
    bookings: dict[int, Booking]
    records: dict[int, AttendanceRecord]


def save_rows(
    session: Session,
    rows: Sequence[RosterRow],
    *,
    actor: User,
    now: datetime,
    expected_version: int | None = None,
) -> Roster:
    """Mark the bookings that the rows name; the others stay as they are. All or nothing.

    1. Lock the patients, then the session, and read the roster again.
    2. Refuse: Stale where the version is not `expected_version`, RosterSigned, SessionCancelled, InvalidInput by row
       and field, TooEarly for arrivals more than an hour before the start and for absences before it.
    3. Write the records that change, with their credit, their trail and the bookings' counted minutes.

    The version rises if anything changed; the same rows again change nothing.
    """
    with transaction.atomic():
        sheet = _open(session)
        if expected_version is not None and sheet.roster.version != expected_version:
            raise Stale(version=sheet.roster.version)
        _refuse_finished(sheet)
        check_rows(rows, sheet.session, sheet.bookings, now=now)
        _write(sheet, rows, actor=actor, now=now)
    return sheet.roster


def mark_all_present(session: Session, *, actor: User, now: datetime) -> Roster:
    """Mark everybody present who is not marked yet. Refuses as `save_rows` does."""
    with transaction.atomic():
        sheet = _open(session)
        _refuse_finished(sheet)
        rows = [RosterRow(pk, AttendanceStatus.PRESENT) for pk in sheet.bookings if pk not in sheet.records]
        check_rows(rows, sheet.session, sheet.bookings, now=now)
        _write(sheet, rows, actor=actor, now=now)
    return sheet.roster


def sign_roster(session: Session, *, actor: User, now: datetime) -> Roster:
    """Sign: from now on the marks are evidence. Signing again, whoever does it, changes nothing.

    1. Lock the patients, then the session.
    2. Refuse: SessionCancelled, TooEarly before the session's end, RosterIncomplete naming who is not marked.
    3. Reckon every record once more, so that times, breaks and policy are those of this moment, and sign.
    4. Weeks that closed without this roster get a new revision.
    """
    with transaction.atomic():
        sheet = _open(session)
        if sheet.roster.signed_at is not None:
            return sheet.roster
        _refuse_unsignable(sheet, now=now)
        policy = policy_of(sheet.session.program)
        for record in sheet.records.values():
            reckon(record, sheet.session, policy)
        AttendanceRecord.objects.bulk_update(sheet.records.values(), RECKONED)
        _count(sheet, now=now)
        sheet.roster.version += 1
        sheet.roster.signed_at, sheet.roster.signed_by = now, actor
        sheet.roster.save()
        mark_signed(sheet.session, now=now)
        weeks = [(booking.admission_id, booking.week) for booking in sheet.bookings.values()]
        revise_closed(weeks, cause=RevisionCause.SIGNED_LATE, actor=actor, now=now)
        after = {"version": sheet.roster.version, "records": sorted(record.pk for record in sheet.records.values())}
        write_trail("roster_signed", sheet.session, actor=actor, now=now, after=after)
        evaluate_after_commit({booking.patient_id for booking in sheet.bookings.values()})
    return sheet.roster


def _open(session: Session) -> _Sheet:
    """The roster under the locks of its patients and session, made at its first mark."""
    on_roster = Booking.objects.live().filter(session_id=session.pk)
    lock_patients(on_roster.values_list("patient_id", flat=True))
    locked = lock_sessions(session.pk)[session.pk]
    bookings = {booking.pk: booking for booking in on_roster.select_related("patient").order_by("pk")}
    records = AttendanceRecord.objects.filter(booking__in=bookings).order_by("pk")
    roster = Roster.objects.get_or_create(session=locked)[0]
    return _Sheet(locked, roster, bookings, {record.booking_id: record for record in records})


def _refuse_finished(sheet: _Sheet) -> None:
    if sheet.session.state == SessionState.CANCELLED:
        raise SessionCancelled(session=str(sheet.session.pk))
    if sheet.roster.signed_at is not None:
        raise RosterSigned(session=str(sheet.session.pk))


def _refuse_unsignable(sheet: _Sheet, *, now: datetime) -> None:
    _refuse_finished(sheet)
    if now < sheet.session.ends_at:
        raise TooEarly(_("A roster is signed once the session is over."), session=str(sheet.session.pk))
    unmarked = [booking for pk, booking in sheet.bookings.items() if pk not in sheet.records]
    if unmarked:
        names = ", ".join(booking.patient.name for booking in unmarked)
        raise RosterIncomplete(
            _("Not marked yet: %(names)s.") % {"names": names},
            unmarked=[
                {"booking": str(one.pk), "patient": str(one.patient_id), "patient_name": one.patient.name}
                for one in unmarked
            ],
        )


def _write(sheet: _Sheet, rows: Sequence[RosterRow], *, actor: User, now: datetime) -> None:
    """Create, change and take away records as the rows say; touch nothing that says the same as before."""
    policy = policy_of(sheet.session.program)
    made: list[AttendanceRecord] = []
    changed: list[AttendanceRecord] = []
    removed: list[AttendanceRecord] = []
    for row in rows:
        record = sheet.records.get(row.booking_id)
        if row.status is None:
            if record is not None:
                removed.append(record)
            continue
        before = facts(record) if record else None
        if record is not None and _says(record) == _asked(row, record.mode):
            continue
        target = record or _blank(sheet, row.booking_id)
        _set(target, row, actor=actor, now=now)
        reckon(target, sheet.session, policy)
        (changed if record else made).append(target)
        _tell("marked", target, before=before, actor=actor, now=now)
    for record in removed:
        _tell("unmarked", record, before=facts(record), actor=actor, now=now)
    if not (made or changed or removed):
        return
    AttendanceRecord.objects.filter(pk__in=[record.pk for record in removed]).delete()
    AttendanceRecord.objects.bulk_create(made)
    AttendanceRecord.objects.bulk_update(changed, [*MARKED, *RECKONED])
    minutes: dict[int, int | None] = {record.booking_id: None for record in removed}
    minutes.update({record.booking_id: record.credited_minutes for record in (*made, *changed)})
    mark_counted(minutes, now=now)
    sheet.roster.version += 1
    sheet.roster.save(update_fields=["version"])


def _count(sheet: _Sheet, *, now: datetime) -> None:
    """Carry to the bookings what signing reckoned otherwise than the marks before."""
    moved = {
        record.booking_id: record.credited_minutes
        for record in sheet.records.values()
        if sheet.bookings[record.booking_id].counted_minutes != record.credited_minutes
    }
    mark_counted(moved, now=now)


def _blank(sheet: _Sheet, booking_id: int) -> AttendanceRecord:
    by_video = sheet.session.mode == Mode.TELEHEALTH
    return AttendanceRecord(
        booking_id=booking_id,
        session_id=sheet.session.pk,
        patient_id=sheet.bookings[booking_id].patient_id,
        mode=AttendanceMode.TELEHEALTH if by_video else AttendanceMode.IN_PERSON,
    )


def _set(record: AttendanceRecord, row: RosterRow, *, actor: User, now: datetime) -> None:
    record.status, record.mode, record.arrived_at, record.left_at, record.excuse_reason = _asked(row, record.mode)
    record.recorded_at, record.recorded_by = now, actor


_Mark = tuple[str, str, datetime | None, datetime | None, str]


def _says(record: AttendanceRecord) -> _Mark:
    return record.status, record.mode, record.arrived_at, record.left_at, record.excuse_reason


def _asked(row: RosterRow, mode: str) -> _Mark:
    return row.status or "", row.mode or mode, row.arrived_at, row.left_at, row.excuse_reason


def _tell(
    action: str, record: AttendanceRecord, *, before: dict[str, object] | None, actor: User, now: datetime
) -> None:
    after = facts(record) if action == "marked" else None
    write_trail(
        action,
        ("booking", record.booking_id),
        actor=actor,
        now=now,
        patient_id=record.patient_id,
        before=before,
        after=after,
    )
