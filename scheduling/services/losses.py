"""Who loses by a session that is called off, and what would make good their hours. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from people.domain.time import local_date
from people.models import Admission, Patient
from scheduling.enums import BookingStatus, SessionState
from scheduling.models import Booking, Session
from scheduling.services.make_ups import seated_when_called_off
from scheduling.services.repairs import WeekRepair, repairs_for


@dataclass(frozen=True)
class Loss:
    """One person who was to come; `week` says what would bring their week back without the session."""

    booking: Booking
    week: WeekRepair

    @property
    def patient(self) -> Patient:
        """Who."""
        return self.booking.patient

    @property
    def repair_ids(self) -> list[int]:
        """The sessions that would make it good; none where nothing is needed, or nothing can be had."""
        return [int(str(option.id)) for option in self.week.repair.added] if self.week.repair else []


def losses_of(session: Session, *, now: datetime) -> list[Loss]:
    """Everybody booked on the session (with its site), or cancelled with it, by name; a constant number of queries."""
    rows = _bookings(session)
    admissions: Sequence[Admission] = list({row.admission_id: row.admission for row in rows}.values())
    on = local_date(session.starts_at, session.site.zone)
    weeks = repairs_for(admissions, on, now=now, without_session=session.pk)
    return [Loss(row, weeks[row.admission_id]) for row in rows]


def _bookings(session: Session) -> list[Booking]:
    rows = Booking.objects.filter(session=session)
    if session.state == SessionState.CANCELLED:
        # Whoever had cancelled before, or only waited, has lost nothing by it: the trail says who had a seat.
        rows = rows.filter(status=BookingStatus.CANCELLED, pk__in=seated_when_called_off([session.pk]))
    else:
        rows = rows.filter(live=True)
    return list(rows.select_related("patient", "admission__site", "admission__program").order_by("patient__name", "pk"))
