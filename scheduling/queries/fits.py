"""Sessions beside what booking would answer, and as the pure calculations see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from people.domain.time import Interval, local_date
from people.models import Admission
from scheduling.domain.fit import SessionOption, why_not
from scheduling.enums import SessionState
from scheduling.errors import FREE_TO_STAFF
from scheduling.models import Session
from scheduling.queries.calendars import AdmissionCalendar, load_calendars

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SessionFit:
    """A session beside what booking would answer now."""

    session: Session
    why_not: tuple[str, ...]

    @property
    def exists(self) -> bool:
        """Whether the patient may know of the session at all."""
        return "not_found" not in self.why_not

    @property
    def fits(self) -> bool:
        """Whether nothing but a full session stands in the way."""
        return set(self.why_not) <= {"session_full"}


def option_of(session: Session, *, zone: ZoneInfo) -> SessionOption:
    """The session as the pure calculations see it; its day is the one of the patient's home zone."""
    cutoff = timedelta(minutes=session.program.booking_cutoff_minutes)
    return SessionOption(
        id=session.pk,
        interval=Interval(session.starts_at, session.ends_at),
        clinical_minutes=session.clinical_minutes,
        mode=session.mode,
        kind=session.kind,
        seats_left=session.seats_left if session.state == SessionState.SCHEDULED else 0,
        site_id=session.site_id,
        local_day=local_date(session.starts_at, zone),
        state=session.state,
        booking_closes_at=session.starts_at - cutoff,
        program_id=session.program_id,
        ways=session.site.ways,
        caseload_of=session.caseload_of_id,
    )


def sessions_with_fit(
    sessions: Iterable[Session],
    patient_id: int,
    *,
    now: datetime,
    without_booking: int | None = None,
    by_staff: bool = False,
) -> list[SessionFit]:
    """Each session (with program and site) beside what booking would answer the patient now, in the order given; if
    one of their bookings were given up for it, with `without_booking`; if staff book for them, `by_staff`.

    Those that do not exist for the patient are left out.
    """
    listed = list(sessions)
    if not listed:
        return []
    admissions = list(
        Admission.objects.filter(patient_id=patient_id).select_related("site", "program").order_by("-admitted_on")
    )
    first = min(session.starts_at for session in listed).date() - A_DAY
    last = max(session.starts_at for session in listed).date() + A_DAY
    calendars = load_calendars(admissions, first=first, last=last, without_booking=without_booking)
    lifted = FREE_TO_STAFF if by_staff else frozenset()
    fits = [
        SessionFit(
            session,
            tuple(code for code in _answer(session, admissions, calendars, now=now) if code not in lifted),
        )
        for session in listed
    ]
    return [fit for fit in fits if fit.exists]


def _answer(
    session: Session, admissions: Sequence[Admission], calendars: dict[int, AdmissionCalendar], *, now: datetime
) -> tuple[str, ...]:
    covering = [row for row in admissions if row.covers(local_date(session.starts_at, row.zone))]
    chosen = next((row for row in covering if row.program_id == session.program_id), None) or next(
        iter(covering or admissions), None
    )
    if chosen is None:
        return ("not_enrolled",)
    calendar = calendars[chosen.pk]
    return tuple(str(code) for code in why_not(option_of(session, zone=calendar.zone), calendar.value, now=now))
