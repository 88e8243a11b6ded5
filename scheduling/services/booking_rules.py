"""May this booking be made, and may that one be given up? Asked under the locks of patient and session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from people.errors import NotThere, Refusal
from people.models import Admission, User
from scheduling.domain.fit import Obstacle, why_not
from scheduling.enums import SessionState
from scheduling.errors import BY_CODE, LIFTED_BY_STAFF, NotEnrolled, RosterSigned, SessionStarted
from scheduling.models import Booking, Session
from scheduling.queries import AdmissionCalendar, calendar_of, option_of
from scheduling.services.conflicts import What, conflicts_with


@dataclass(frozen=True)
class Permit:
    """A booking that nothing stands against: the admission it belongs to, every code that was asked about (what was
    lifted included), and whether the session is full, so that it waits in line.
    """

    admission: Admission
    codes: tuple[Obstacle, ...]
    waits: bool


def permit_booking(
    patient_id: int, session: Session, *, now: datetime, lifted: frozenset[str], waitlist: bool
) -> Permit:
    """Ask every rule. Raises the refusal of the first that stands and is not lifted; a full session stands in nobody's
    way who would wait in line.
    """
    calendar = calendar_of(patient_id, session)
    codes = why_not(option_of(session, zone=calendar.zone), calendar.value, now=now)
    if Obstacle.NOT_FOUND in codes:
        raise NotThere
    standing = [code for code in codes if code not in lifted]
    if standing == ["session_full"] and session.state == SessionState.SIGNED:
        raise RosterSigned(session=str(session.pk))
    waits = waitlist and standing == ["session_full"]
    if calendar.admission is None or (standing and not waits):
        raise _refusal(standing, codes, session, calendar)
    return Permit(calendar.admission, codes, waits)


def lifted_codes(*, accept_work_overlap: bool, override_reason: str) -> frozenset[str]:
    """The codes that do not count: staff lift theirs by a reason, and a patient lifts their own work hours."""
    lifted = LIFTED_BY_STAFF if override_reason.strip() else frozenset()
    return lifted | {"overlaps_work"} if accept_work_overlap else lifted


def refuse_to_cancel(booking: Booking, session: Session, *, actor: User | None, now: datetime, reason: str) -> None:
    """Raises RosterSigned once it is marked, and SessionStarted once the session has begun, unless staff say why."""
    if booking.marked_at is not None or session.state == SessionState.SIGNED:
        raise RosterSigned(session=str(session.pk))
    by_staff = actor is not None and actor.is_clinic_staff
    if now >= session.starts_at and not (by_staff and reason.strip()):
        raise SessionStarted(session=str(session.pk))


def _refusal(
    standing: list[Obstacle], codes: tuple[Obstacle, ...], session: Session, calendar: AdmissionCalendar
) -> Refusal:
    refusal = BY_CODE[standing[0]] if standing else NotEnrolled
    clash = {"overlaps_booking", "travel_too_short"} & set(standing)
    conflicts = _in_the_way(session, calendar) if clash else []
    return refusal(codes=list(codes), session=str(session.pk), **({"conflicts": conflicts} if conflicts else {}))


def _in_the_way(session: Session, calendar: AdmissionCalendar) -> list[dict[str, Any]]:
    """The patient's other appointments at that time, and those at other sites from or to which the way is too long."""
    option = option_of(session, zone=calendar.zone)
    found: list[tuple[What, int]] = []
    for row in calendar.bookings:
        if row.session_id == session.pk:
            continue
        if row.interval.overlaps(session.interval):
            found.append(("patient", row.session_id))
        elif not option.leaves_time_for(row.interval, row.site_id, row.mode):
            found.append(("travel", row.session_id))
    return conflicts_with(found)
