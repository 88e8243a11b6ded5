"""Many places at once: judged one after the other in the order of time, written in a few statements.

Standing bookings are booked so. The caller holds the locks: patients, then sessions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F

from people.models import Admission, User
from people.services.trail import record_many
from scheduling.domain.fit import BookedSession, PatientCalendar, why_not
from scheduling.enums import BookingStatus, SessionState
from scheduling.errors import SessionFull
from scheduling.models import Booking, Session, StandingBooking
from scheduling.queries import load_calendars, option_of
from scheduling.services.booking_facts import facts
from scheduling.services.booking_rows import new_row
from scheduling.services.make_ups import booked_again
from scheduling.signals import bookings_changed, seats_changed

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """A place that a standing booking should have; `codes` are what was lifted for it."""

    standing: StandingBooking
    session: Session
    codes: tuple[str, ...] = ()


class Judge:
    """Answers what booking would answer, and remembers what has been taken meanwhile.

    Made for some admissions (with site and program) over the days of some sessions, in five queries.
    """

    def __init__(self, admissions: Iterable[Admission], sessions: Sequence[Session]) -> None:
        self._zones = {admission.pk: admission.zone for admission in admissions}
        self._mates: dict[int, list[int]] = defaultdict(list)
        for admission in admissions:
            self._mates[admission.patient_id].append(admission.pk)
        self._patients = {admission.pk: admission.patient_id for admission in admissions}
        self._values: dict[int, PatientCalendar] = {}
        if sessions:
            starts = [session.starts_at.date() for session in sessions]
            loaded = load_calendars(list(admissions), first=min(starts) - A_DAY, last=max(starts) + A_DAY)
            self._values = {pk: calendar.value for pk, calendar in loaded.items()}
        self._taken: Counter[int] = Counter()

    def codes(self, admission_id: int, session: Session, *, now: datetime) -> tuple[str, ...]:
        """Every reason against the session, after what was taken before."""
        option = option_of(session, zone=self._zones[admission_id])
        option = replace(option, seats_left=option.seats_left - self._taken[session.pk])
        return tuple(str(code) for code in why_not(option, self._values[admission_id], now=now))

    def take(self, admission_id: int, session: Session) -> None:
        """From here on the session is booked for the patient, and has a seat less."""
        self._taken[session.pk] += 1
        for pk in self._mates[self._patients[admission_id]]:
            value = self._values[pk]
            weeks = tuple(
                replace(load, counted_minutes=load.counted_minutes + session.clinical_minutes)
                if load.week.contains(session.starts_at)
                else load
                for load in value.weeks
            )
            booked = (*value.bookings, BookedSession(session.pk, session.interval, session.site_id, session.mode))
            self._values[pk] = replace(value, bookings=booked, weeks=weeks)


def write_places(
    wishes: Sequence[Wish], *, actor: User | None, now: datetime, override_reason: str = ""
) -> list[Booking]:
    """Take the seats and write the bookings, their trail and the signals, all or nothing.

    Raises SessionFull where a seat is gone; what was judged under the locks has one.
    """
    if not wishes:
        return []
    take_seats(Counter(wish.session.pk for wish in wishes))
    earlier = _earlier(wishes)
    rows = [
        _row(wish, earlier.get((wish.standing.patient_id, wish.session.pk)), actor, now, override_reason)
        for wish in wishes
    ]
    made = Booking.objects.bulk_create(rows, batch_size=500)
    record_many(
        "booked",
        [(row, {**facts(row), "standing_booking": row.standing_booking_id}) for row in made],
        actor=actor,
        now=now,
        patient_id=lambda row: row.patient_id,
        reason=override_reason,
    )
    booked_again([row for row in made if (row.patient_id, row.session_id) in earlier], now=now)
    bookings_changed.send(Booking, booking_ids=[row.pk for row in made], now=now)
    ids = {wish.session.pk for wish in wishes}
    full = Session.objects.filter(pk__in=ids, seats_taken__gte=F("capacity") - F("seats_held"))
    filled = list(full.values_list("pk", flat=True))
    if filled:
        seats_changed.send(Session, session_ids=filled, now=now)
    return made


def take_seats(wanted: Counter[int]) -> None:
    """By conditional UPDATEs, one for each number of seats. Raises SessionFull where a session lacks one."""
    by_number: dict[int, list[int]] = defaultdict(list)
    for session_id, number in wanted.items():
        by_number[number].append(session_id)
    for number, ids in by_number.items():
        free = Session.objects.filter(
            pk__in=ids, state=SessionState.SCHEDULED, seats_taken__lte=F("capacity") - F("seats_held") - number
        )
        if free.update(seats_taken=F("seats_taken") + number) != len(ids):
            raise SessionFull(codes=["session_full"], sessions=[str(pk) for pk in sorted(ids)])


def _earlier(wishes: Sequence[Wish]) -> dict[tuple[int, int], tuple[str, int]]:
    """The uid and sequence that calendars know, of the latest booking of the same patient and session."""
    rows = (
        Booking.objects.filter(
            patient_id__in={wish.standing.patient_id for wish in wishes},
            session_id__in={wish.session.pk for wish in wishes},
        )
        .order_by("pk")
        .values_list("patient_id", "session_id", "uid", "sequence")
    )
    return {(patient_id, session_id): (uid, sequence) for patient_id, session_id, uid, sequence in rows}


def _row(
    wish: Wish, earlier: tuple[str, int] | None, actor: User | None, now: datetime, override_reason: str
) -> Booking:
    return new_row(
        wish.standing.admission,
        wish.session,
        status=BookingStatus.BOOKED,
        earlier=earlier,
        actor=actor,
        now=now,
        standing_booking=wish.standing,
        work_overlap_accepted="overlaps_work" in wish.codes,
        override_reason=override_reason,
    )
