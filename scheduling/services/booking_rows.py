"""The row of a booking, and what the database's own word about one means where it speaks first."""

import uuid
from datetime import datetime
from typing import Any

from people.models import Admission, User
from scheduling.enums import BookingStatus
from scheduling.errors import AlreadyBooked, NothingToMakeUp, OverlapsBooking, SessionFull
from scheduling.make_up_guard import REFUSES
from scheduling.models import Booking, Session

CONSTRAINTS = {
    "session_never_overbooked": SessionFull,
    "booking_once": AlreadyBooked,
    "scheduling_booking.patient_id, scheduling_booking.session_id": AlreadyBooked,
    "booking_no_overlap": OverlapsBooking,
    "booking_makes_up_once": NothingToMakeUp,
    "scheduling_booking.makes_up_for_id": NothingToMakeUp,
    REFUSES: NothingToMakeUp,
}


def new_row(
    admission: Admission,
    session: Session,
    *,
    status: BookingStatus,
    earlier: tuple[str, int] | None,
    actor: User | None,
    now: datetime,
    **fields: Any,
) -> Booking:
    """An unwritten booking of the session, booked or in line for it, with the rest of its fields as they are given.

    `earlier` is the uid and the sequence of the same patient's last booking of the session: to a calendar it is the
    same appointment, changed once more.
    """
    live = status == BookingStatus.BOOKED
    uid, sequence = (earlier[0], earlier[1] + 1) if earlier else (f"{uuid.uuid4().hex}@appointments", 0)
    return Booking(
        patient_id=admission.patient_id,
        admission=admission,
        session=session,
        status=status,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        live=live,
        week=admission.week_of(session.starts_at).starts_on,
        counted_minutes=session.clinical_minutes if live else 0,
        uid=uid,
        sequence=sequence,
        created_at=now,
        created_by=actor,
        changed_at=now,
        **fields,
    )
