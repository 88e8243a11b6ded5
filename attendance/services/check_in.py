"""Checking in at the door: a patient says that they are here, with the code on the site's screen."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from attendance.domain.door import door_code, is_current, slot_of
from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.errors import DoorCodeStale, MarkedAlready, NothingToCheckIn, TooManyAttempts
from attendance.models import AttendanceRecord
from attendance.services.roster_rules import RosterRow
from attendance.services.roster_sheet import mark_rows, open_sheet, refuse_finished
from people.models import Patient, Site, TrailEntry, User
from people.retries import retrying_deadlocks
from people.services.trail import record as write_trail
from scheduling.enums import BookingStatus, Mode, SessionState
from scheduling.models import Booking
from scheduling.services.locks import lock_patient

OPENS_BEFORE = timedelta(minutes=30)
"""How long before the start one may check in."""

MOST_ATTEMPTS, WITHIN = 10, timedelta(minutes=10)
"""So many wrong codes of one patient are taken for slips."""

REFUSED = "door_code_refused"

PURPOSE = b"attendance.door:"
"""Keeps the key of the codes apart from every other use of the secret."""


def code_at_door(site: Site, *, now: datetime) -> str:
    """The code that the site's screen shows."""
    return door_code(_key(), site.pk, slot_of(now))


def booking_to_check_in(patient: Patient, *, now: datetime) -> Booking | None:
    """The patient's own booking that one may check into now: the first that is on or begins soon and is not marked, or
    else the last of those that are.

    None by video: there is no door.
    """
    rows = _open_to(patient, now=now)
    return next((row for row in rows if row.marked_at is None), rows[-1] if rows else None)


def _open_to(patient: Patient, *, now: datetime) -> list[Booking]:
    """The patient's bookings that are on or begin soon, marked or not, in order of time."""
    held = Booking.objects.live().filter(
        patient=patient,
        status=BookingStatus.BOOKED,
        starts_at__lte=now + OPENS_BEFORE,
        ends_at__gt=now,
    )
    held = held.exclude(session__mode=Mode.TELEHEALTH).exclude(session__state=SessionState.CANCELLED)
    return list(held.select_related("session__site", "session__room", "attendance").order_by("starts_at", "pk"))


def may_check_in(booking: Booking, *, now: datetime) -> bool:
    """Whether this booking, with its session, can be checked into now: near its time, at a door, not marked yet."""
    near = booking.starts_at - OPENS_BEFORE <= now < booking.ends_at
    held = booking.live and booking.status == BookingStatus.BOOKED and booking.marked_at is None
    return near and held and booking.session.mode != Mode.TELEHEALTH


@retrying_deadlocks
def check_in(
    patient: Patient, code: str, *, actor: User, now: datetime, booking_id: int | None = None
) -> AttendanceRecord:
    """Mark the patient present at their own booking, arrived this minute.

    1. Find the booking, or the one that is named: NothingToCheckIn unless it is from half an hour before its start to
       its end.
    2. Refuse a code that is not the one on the screen of that session's site, now or a moment ago: DoorCodeStale;
       after ten of them in ten minutes any code: TooManyAttempts.
    3. Under the roster's locks: what staff marked stands (present: nothing changes; otherwise MarkedAlready), and a
       signed roster refuses. Checking in twice changes nothing.
    """
    booking = booking_to_check_in(patient, now=now)
    if booking_id is not None:
        booking = next((row for row in _open_to(patient, now=now) if row.pk == booking_id), None)
    if booking is None:
        raise NothingToCheckIn
    if not _take_attempt(booking, code, actor=actor, now=now):
        raise DoorCodeStale(booking=str(booking.pk))
    with transaction.atomic():
        sheet = open_sheet(booking.session)
        if booking.pk not in sheet.bookings:
            raise NothingToCheckIn
        standing = sheet.records.get(booking.pk)
        if standing is not None and standing.status == AttendanceStatus.PRESENT:
            return standing
        refuse_finished(sheet)
        if standing is not None:
            raise MarkedAlready(booking=str(booking.pk))
        minute = now.replace(second=0, microsecond=0)
        row = RosterRow(booking.pk, AttendanceStatus.PRESENT, mode=AttendanceMode.IN_PERSON, arrived_at=minute)
        mark_rows(sheet, [row], actor=actor, now=now)
        return AttendanceRecord.objects.get(booking=booking)


def _take_attempt(booking: Booking, code: str, *, actor: User, now: datetime) -> bool:
    """Whether the code holds. One that does not is on the trail, which is also where attempts are counted."""
    with transaction.atomic():
        lock_patient(booking.patient_id)
        recent = TrailEntry.objects.filter(patient_id=booking.patient_id, action=REFUSED, at__gt=now - WITHIN)
        if recent.count() >= MOST_ATTEMPTS:
            raise TooManyAttempts(booking=str(booking.pk))
        if is_current(_digits(code), _key(), booking.session.site_id, now=now):
            return True
        write_trail(REFUSED, booking, actor=actor, now=now, patient_id=booking.patient_id)
    return False


def _digits(code: str) -> str:
    """What was typed, without the blanks that group it."""
    return "".join(code.split())


def _key() -> bytes:
    return PURPOSE + settings.SECRET_KEY.encode()
