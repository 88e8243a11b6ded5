"""Whether a session fits a patient: every reason against it, as booking would answer at this moment."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from people.domain.time import DateRange, Interval, merge
from scheduling.domain.work_hours import Busy


class Mode(StrEnum):
    """How a session is attended."""

    IN_PERSON = "in_person"
    TELEHEALTH = "telehealth"
    EITHER = "either"


class Obstacle(StrEnum):
    """Why a booking is refused, in the order in which the reasons are given."""

    NOT_FOUND = "not_found"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_STARTED = "session_started"
    PAST_CUTOFF = "past_cutoff"
    NOT_ENROLLED = "not_enrolled"
    ON_LEAVE = "on_leave"
    OTHER_CASELOAD = "other_caseload"
    ALREADY_BOOKED = "already_booked"
    OVERLAPS_BOOKING = "overlaps_booking"
    TRAVEL_TOO_SHORT = "travel_too_short"
    OVERLAPS_WORK = "overlaps_work"
    OVER_WEEKLY_MAXIMUM = "over_weekly_maximum"
    SESSION_FULL = "session_full"


Ways = tuple[tuple[Hashable, int], ...]
NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class SessionOption:
    """A session as a choice for one patient. `ways` says how many minutes it is from there to other sites.

    `local_day` is the date on which it starts at the patient's home site; `booking_closes_at` is its start, less the
    program's cut-off. Without a `program_id` it is open to patients of any program, without a `caseload_of` to those of
    any counselor.
    """

    id: Hashable
    interval: Interval
    clinical_minutes: int
    mode: str
    kind: str
    seats_left: int
    site_id: Hashable
    local_day: date
    state: str
    booking_closes_at: datetime
    program_id: Hashable | None = None
    ways: Ways = ()
    caseload_of: Hashable | None = None

    def leaves_time_for(self, interval: Interval, site_id: Hashable | None, mode: str) -> bool:
        """Whether one can be at the other place before or after it. What is by video, or overlaps, asks for no way."""
        if not self.ways or Mode.TELEHEALTH in (self.mode, mode):
            return True
        minutes = next((length for site, length in self.ways if site == site_id), 0)
        gap = max(self.interval.start - interval.end, interval.start - self.interval.end)
        return gap < NO_TIME or gap >= timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class BookedSession:
    """A session that the patient holds a place in: booked or offered."""

    session_id: Hashable
    interval: Interval
    site_id: Hashable | None = None
    mode: str = Mode.IN_PERSON


@dataclass(frozen=True, slots=True)
class Enrollment:
    """The local dates of an admission, and its program; None stands for any."""

    dates: DateRange
    program_id: Hashable | None = None


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """What one week of a patient holds already (credited or booked), and the most that it may hold."""

    week: Interval
    counted_minutes: int
    maximum_minutes: int


@dataclass(frozen=True)
class PatientCalendar:
    """What stands in a patient's way. `weeks` covers the weeks in which sessions that one asks about start.

    `waiting` holds the sessions on whose waitlists they are: those take no time, but cannot be booked again. `hidden`
    holds those that do not exist for them: nothing more is said of one. `counselor_id` is their primary counselor.
    """

    enrollments: tuple[Enrollment, ...]
    leaves: tuple[DateRange, ...] = ()
    bookings: tuple[BookedSession, ...] = ()
    busy: tuple[Busy, ...] = ()
    weeks: tuple[WeekLoad, ...] = ()
    waiting: frozenset[Hashable] = frozenset()
    hidden: frozenset[Hashable] = frozenset()
    counselor_id: Hashable | None = None

    def enrolled_for(self, option: SessionOption) -> bool:
        """Whether an admission to the session's program covers its day."""
        for enrollment in self.enrollments:
            program_suits = enrollment.program_id is None or option.program_id in (None, enrollment.program_id)
            if program_suits and enrollment.dates.contains(option.local_day):
                return True
        return False

    def on_leave(self, on: date) -> bool:
        """Whether the local date is a day of leave."""
        return any(leave.contains(on) for leave in self.leaves)

    def of_other_caseload(self, option: SessionOption) -> bool:
        """Whether it is kept for the people of another counselor than theirs; who has none yet is anybody's."""
        return option.caseload_of is not None and self.counselor_id not in (None, option.caseload_of)

    def holds(self, option: SessionOption) -> bool:
        """Whether the patient has a place in the session itself, or in the line for it."""
        return option.id in self._booked_ids or option.id in self.waiting

    def overlaps_booking(self, option: SessionOption) -> bool:
        """Whether another session of theirs takes place at the time."""
        if not self._booked_times.meets(option.interval):
            return False
        return any(
            booking.session_id != option.id and booking.interval.overlaps(option.interval) for booking in self.bookings
        )

    def travel_too_short(self, option: SessionOption) -> bool:
        """Whether the way between the session and another one of theirs takes longer than there is between them."""
        return bool(option.ways) and any(
            booking.session_id != option.id
            and not option.leaves_time_for(booking.interval, booking.site_id, booking.mode)
            for booking in self.bookings
        )

    def overlaps_work(self, option: SessionOption) -> bool:
        """Whether they work at the time, or are on the way there or back where the session may be in person."""
        times = self._work_times if option.mode == Mode.TELEHEALTH else self._work_and_travel_times
        return times.meets(option.interval)

    def load_at(self, instant: datetime) -> WeekLoad | None:
        """Return the week in which the instant lies; None where it was not given."""
        for load in self.weeks:
            if load.week.contains(instant):
                return load
        return None

    @cached_property
    def _booked_ids(self) -> frozenset[Hashable]:
        return frozenset(booking.session_id for booking in self.bookings)

    @cached_property
    def _booked_times(self) -> "_Times":
        return _Times(booking.interval for booking in self.bookings)

    @cached_property
    def _work_times(self) -> "_Times":
        return _Times(busy.work for busy in self.busy)

    @cached_property
    def _work_and_travel_times(self) -> "_Times":
        return _Times(busy.whole for busy in self.busy)


class _Times:
    """Merged intervals that answer quickly whether another one meets them."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, intervals: Iterable[Interval]) -> None:
        merged = merge(intervals)
        self._starts = [interval.start for interval in merged]
        self._ends = [interval.end for interval in merged]

    def meets(self, interval: Interval) -> bool:
        before_its_end = bisect_left(self._starts, interval.end)
        return before_its_end > 0 and self._ends[before_its_end - 1] > interval.start


def why_not(option: SessionOption, calendar: PatientCalendar, *, now: datetime) -> tuple[Obstacle, ...]:
    """Return every reason for which booking would be refused now, in the order of `Obstacle`; none where it would not.

    Booking closes at the cut-off, and the session has started at its start. A session open to both modes counts as in
    person. One that the patient holds already is not counted against the week a second time. Raises LookupError for
    a session within the admission whose week the calendar lacks.
    """
    if option.id in calendar.hidden:
        return (Obstacle.NOT_FOUND,)
    enrolled, held = calendar.enrolled_for(option), calendar.holds(option)
    found = (
        (Obstacle.NOT_ENROLLED, not enrolled),
        (Obstacle.ON_LEAVE, calendar.on_leave(option.local_day)),
        (Obstacle.OTHER_CASELOAD, not held and calendar.of_other_caseload(option)),
        (Obstacle.ALREADY_BOOKED, held),
        (Obstacle.OVERLAPS_BOOKING, calendar.overlaps_booking(option)),
        (Obstacle.TRAVEL_TOO_SHORT, calendar.travel_too_short(option)),
        (Obstacle.OVERLAPS_WORK, calendar.overlaps_work(option)),
        (Obstacle.OVER_WEEKLY_MAXIMUM, not held and _over_maximum(option, calendar, enrolled=enrolled)),
        (Obstacle.SESSION_FULL, option.seats_left < 1),
    )
    return (*_closed(option, now), *(obstacle for obstacle, stands in found if stands))


def _closed(option: SessionOption, now: datetime) -> list[Obstacle]:
    """What the session itself says against a booking now, whoever asks."""
    reasons = [Obstacle.SESSION_CANCELLED] if option.state == "cancelled" else []
    if now >= option.interval.start:
        reasons.append(Obstacle.SESSION_STARTED)
    elif now >= option.booking_closes_at:
        reasons.append(Obstacle.PAST_CUTOFF)
    return reasons


def fits(reasons: Sequence[str]) -> bool:
    """Whether nothing but a lack of seats speaks against the session."""
    return not reasons or tuple(reasons) == (Obstacle.SESSION_FULL,)


def _over_maximum(option: SessionOption, calendar: PatientCalendar, *, enrolled: bool) -> bool:
    load = calendar.load_at(option.interval.start)
    if load is None:
        if enrolled:
            raise LookupError(f"the calendar lacks the week of {option.interval.start.isoformat()}")
        return False
    return load.counted_minutes + option.clinical_minutes > load.maximum_minutes
