"""Taking a roster and signing it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from attendance.enums import AttendanceStatus, RevisionCause
from attendance.errors import RosterIncomplete, Stale, TooEarly
from attendance.models import AttendanceRecord, Roster
from attendance.services.closing import revise_closed
from attendance.services.flags import evaluate_after_commit
from attendance.services.reckoning import RECKONED, policy_of, reckon
from attendance.services.roster_rules import RosterRow
from attendance.services.roster_sheet import Sheet, mark_rows, open_sheet, refuse_finished
from people.models import User
from people.retries import retrying_deadlocks
from people.services.trail import record as write_trail
from scheduling.enums import BookingStatus
from scheduling.models import Session
from scheduling.services.counting import mark_counted
from scheduling.services.sessions import mark_signed

__all__ = ["RosterRow", "mark_all_present", "save_rows", "sign_roster"]


@retrying_deadlocks
def save_rows(
    session: Session,
    rows: Sequence[RosterRow],
    *,
    actor: User,
    now: datetime,
    expected_version: int | None = None,
) -> Roster:
    """Mark the bookings that the rows name; the others, and the fields that are not said, stay. All or nothing.

    1. Lock the patients, then the session, and read the roster again.
    2. Refuse: Stale where the version is not `expected_version`, RosterSigned, SessionCancelled, InvalidInput by row
       and field, TooEarly for arrivals more than an hour before the start and for absences before it.
    3. Write the records that change, with their credit, their trail and the bookings' counted minutes.

    The version rises if anything changed; the same rows again change nothing.
    """
    with transaction.atomic():
        sheet = open_sheet(session)
        if expected_version is not None and sheet.roster.version != expected_version:
            raise Stale(version=sheet.roster.version)
        refuse_finished(sheet)
        mark_rows(sheet, rows, actor=actor, now=now)
    return sheet.roster


@retrying_deadlocks
def mark_all_present(session: Session, *, actor: User, now: datetime) -> Roster:
    """Mark everybody present who is not marked yet; those who have not answered an offered seat are marked one by one.

    Refuses as `save_rows` does.
    """
    with transaction.atomic():
        sheet = open_sheet(session)
        refuse_finished(sheet)
        promised = [pk for pk, booking in sheet.bookings.items() if booking.status == BookingStatus.BOOKED]
        rows = [RosterRow(pk, AttendanceStatus.PRESENT) for pk in promised if pk not in sheet.records]
        mark_rows(sheet, rows, actor=actor, now=now)
    return sheet.roster


@retrying_deadlocks
def sign_roster(session: Session, *, actor: User, now: datetime) -> Roster:
    """Sign: from now on the marks are evidence. Signing again, whoever does it, changes nothing.

    1. Lock the patients, then the session.
    2. Refuse: SessionCancelled, TooEarly before the session's end, RosterIncomplete naming who is not marked.
    3. Reckon every record once more, so that times, breaks and policy are those of this moment, and sign.
    4. Weeks that closed without this roster get a new revision.
    """
    with transaction.atomic():
        sheet = open_sheet(session)
        if sheet.roster.signed_at is not None:
            return sheet.roster
        _refuse_unsignable(sheet, now=now)
        policy = policy_of(sheet.session)
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


def _refuse_unsignable(sheet: Sheet, *, now: datetime) -> None:
    refuse_finished(sheet)
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


def _count(sheet: Sheet, *, now: datetime) -> None:
    """Carry to the bookings what signing reckoned otherwise than the marks before."""
    moved = {
        record.booking_id: record.credited_minutes
        for record in sheet.records.values()
        if sheet.bookings[record.booking_id].counted_minutes != record.credited_minutes
    }
    mark_counted(moved, now=now)
