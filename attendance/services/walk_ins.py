"""Somebody who came without an appointment: booked and marked in one step."""

from datetime import datetime

from django.db import transaction

from attendance.domain.marks import UNSAID, Unsaid
from attendance.enums import AttendanceStatus
from attendance.services.roster_rules import RosterRow
from attendance.services.roster_sheet import mark_rows, open_sheet, refuse_finished
from people.models import Patient, User
from people.retries import retrying_deadlocks
from scheduling.models import Booking, Session
from scheduling.services.booking import book, leave_line


@retrying_deadlocks
def add_walk_in(
    session: Session,
    patient: Patient,
    *,
    actor: User,
    now: datetime,
    override_reason: str = "",
    arrived_at: datetime | Unsaid | None = UNSAID,
) -> Booking:
    """Book the patient on the session and mark them present, all or nothing.

    1. Lock everybody on the roster and the patient, then the session. Whoever waits in line for it waits no more.
    2. Refuse: RosterSigned, SessionCancelled, whatever booking refuses (`override_reason` lifts what it lifts there),
       TooEarly more than an hour before the start.
    3. Write the booking and the mark.

    Without `arrived_at` they arrived this minute while the session is on, and are taken to have been there from the
    start before and after it.
    """
    with transaction.atomic():
        sheet = open_sheet(session, with_patients=[patient.pk])
        refuse_finished(sheet)
        leave_line(patient.pk, sheet.session, actor=actor, now=now)
        booking = book(patient, session, actor=actor, now=now, override_reason=override_reason)
        sheet = open_sheet(session)
        if arrived_at is UNSAID:
            is_on = sheet.session.starts_at < now < sheet.session.ends_at
            arrived_at = now.replace(second=0, microsecond=0) if is_on else None
        row = RosterRow(booking.pk, AttendanceStatus.PRESENT, arrived_at=arrived_at)
        mark_rows(sheet, [row], actor=actor, now=now)
    return booking
