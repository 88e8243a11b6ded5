"""A roster under its locks, and writing marks onto it: what saving, signing, walk-ins and check-in share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance.domain.marks import MARK_FIELDS, Mark, merge, status_said
from attendance.models import AttendanceRecord, Roster
from attendance.services.reckoning import RECKONED, facts, policy_of, reckon
from attendance.services.roster_rules import RosterRow, check_rows, own_mode
from people.models import User
from people.services.trail import record as write_trail
from scheduling.enums import SessionState
from scheduling.errors import RosterSigned, SessionCancelled
from scheduling.models import Booking, Session
from scheduling.services.counting import mark_counted
from scheduling.services.locks import lock_patients, lock_sessions

WRITTEN = (*MARK_FIELDS, *RECKONED, "recorded_at", "recorded_by")


@dataclass
class Sheet:
    """A roster under its locks: the session, its live bookings, and the records so far, both by booking."""

    session: Session
    roster: Roster
    bookings: dict[int, Booking]
    records: dict[int, AttendanceRecord]

    @property
    def marks(self) -> dict[int, Mark]:
        """What stands so far, by booking."""
        return {pk: record.mark for pk, record in self.records.items()}


def open_sheet(session: Session, *, with_patients: Iterable[int] = ()) -> Sheet:
    """The roster under the locks of its patients (and of those who are about to join it) and of its session.

    The roster's row is made at its first mark.
    """
    on_roster = Booking.objects.live().filter(session_id=session.pk)
    lock_patients([*on_roster.values_list("patient_id", flat=True), *with_patients])
    locked = lock_sessions(session.pk)[session.pk]
    bookings = {booking.pk: booking for booking in on_roster.select_related("patient").order_by("pk")}
    records = AttendanceRecord.objects.filter(booking__in=bookings).order_by("pk")
    roster = Roster.objects.get_or_create(session=locked)[0]
    return Sheet(locked, roster, bookings, {record.booking_id: record for record in records})


def refuse_finished(sheet: Sheet) -> None:
    """Raises SessionCancelled or RosterSigned."""
    if sheet.session.state == SessionState.CANCELLED:
        raise SessionCancelled(session=str(sheet.session.pk))
    if sheet.roster.signed_at is not None:
        raise RosterSigned(session=str(sheet.session.pk))


def mark_rows(sheet: Sheet, rows: Sequence[RosterRow], *, actor: User, now: datetime) -> None:
    """Check the rows and write them. Raises as `check_rows` does; nothing is written then."""
    check_rows(rows, sheet.session, sheet.bookings, sheet.marks, now=now)
    _write(sheet, rows, actor=actor, now=now)


def _write(sheet: Sheet, rows: Sequence[RosterRow], *, actor: User, now: datetime) -> None:
    """Create, change and take away records as the rows say; touch nothing that says the same as before."""
    policy = policy_of(sheet.session)
    made: list[AttendanceRecord] = []
    changed: list[AttendanceRecord] = []
    removed: list[AttendanceRecord] = []
    for row in rows:
        record = sheet.records.get(row.booking_id)
        standing = record.mark if record else None
        if status_said(row.said, standing) is None:
            if record is not None:
                removed.append(record)
            continue
        mark = merge(row.said, standing, own_mode=own_mode(sheet.session))
        if mark == standing:
            continue
        before = facts(record) if record else None
        target = record or _blank(sheet, row.booking_id)
        _set(target, mark, actor=actor, now=now)
        reckon(target, sheet.session, policy)
        (changed if record else made).append(target)
        _tell("marked", target, before=before, actor=actor, now=now)
    for record in removed:
        _tell("unmarked", record, before=facts(record), actor=actor, now=now)
    _keep(sheet, made, changed, removed, now=now)


def _keep(
    sheet: Sheet,
    made: Collection[AttendanceRecord],
    changed: Collection[AttendanceRecord],
    removed: Collection[AttendanceRecord],
    *,
    now: datetime,
) -> None:
    """Write what differs, carry the minutes to the bookings, and raise the version; nothing where nothing differs."""
    if not (made or changed or removed):
        return
    AttendanceRecord.objects.filter(pk__in=[record.pk for record in removed]).delete()
    AttendanceRecord.objects.bulk_create(made)
    AttendanceRecord.objects.bulk_update(changed, WRITTEN)
    minutes: dict[int, int | None] = {record.booking_id: None for record in removed}
    minutes.update({record.booking_id: record.credited_minutes for record in (*made, *changed)})
    mark_counted(minutes, now=now)
    sheet.roster.version += 1
    sheet.roster.save(update_fields=["version"])


def _blank(sheet: Sheet, booking_id: int) -> AttendanceRecord:
    return AttendanceRecord(
        booking_id=booking_id, session_id=sheet.session.pk, patient_id=sheet.bookings[booking_id].patient_id
    )


def _set(record: AttendanceRecord, mark: Mark, *, actor: User, now: datetime) -> None:
    for name in MARK_FIELDS:
        setattr(record, name, getattr(mark, name))
    record.recorded_at, record.recorded_by = now, actor


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
