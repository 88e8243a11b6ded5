"""What stands for and against bookings, for one patient or for thousands, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from people.domain.targets import PartialWeekPolicy as DomainPolicy
from people.domain.targets import Target, target_for
from people.domain.time import DateRange, Interval, local_date
from people.domain.weeks import Week
from people.models import Admission, Leave, PlanPhase
from people.services.plans import as_phase
from scheduling.domain.fit import BookedSession, Enrollment, PatientCalendar, WeekLoad
from scheduling.domain.work_hours import busy_in
from scheduling.enums import BookingStatus, Mode
from scheduling.models import Booking, Session, WorkHours
from scheduling.models.keep_apart import hidden_sessions

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BookedRow:
    """A live booking as the calculations need it; `marked` once attendance has spoken."""

    booking_id: int
    session_id: int
    interval: Interval
    week: date
    counted_minutes: int
    marked: bool
    mode: str = Mode.IN_PERSON
    site_id: int | None = None


@dataclass(frozen=True)
class AdmissionCalendar:
    """All that bears on one admission's bookings in a span of whole weeks."""

    admission: Admission | None
    zone: ZoneInfo
    value: PatientCalendar
    targets: dict[date, Target]
    bookings: tuple[BookedRow, ...]

    @property
    def home_site_id(self) -> int | None:
        """The home site's id; None for somebody who was never admitted."""
        return self.admission.site_id if self.admission else None

    def week_bookings(self, week: Week) -> list[BookedRow]:
        """The live bookings that start in the week."""
        return [row for row in self.bookings if week.contains(row.interval.start)]


def calendar_of(patient_id: int, session: Session, *, without_booking: int | None = None) -> AdmissionCalendar:
    """What bears on one patient's booking of one session. `admission` is None for somebody who was never admitted."""
    admission = admission_for(patient_id, session)
    if admission is None:
        zone = session.site.zone
        return AdmissionCalendar(None, zone, PatientCalendar(enrollments=()), {}, ())
    week = admission.week_of(session.starts_at)
    return load_calendars([admission], first=week.starts_on, last=week.ends_on, without_booking=without_booking)[
        admission.pk
    ]


def admission_for(patient_id: int, session: Session) -> Admission | None:
    """The admission that a booking of the session belongs to: the one in force that day, else the latest."""
    rows = list(
        Admission.objects.filter(patient_id=patient_id)
        .select_related("site", "program")
        .order_by("-admitted_on", "-pk")
    )
    for row in rows:
        if row.covers(local_date(session.starts_at, row.zone)) and row.program_id == session.program_id:
            return row
    for row in rows:
        if row.covers(local_date(session.starts_at, row.zone)):
            return row
    return rows[0] if rows else None


def load_calendars(
    admissions: Sequence[Admission],
    *,
    first: date,
    last: date,
    without_booking: int | None = None,
    without_session: int | None = None,
) -> dict[int, AdmissionCalendar]:
    """The calendars of the admissions (with site and program) over the whole weeks that hold the dates, by admission
    id; as they would be without one booking, or without one session for anybody.

    Six queries, however many there are, and one more for each patient who is kept apart from somebody.
    """
    without = (without_booking, without_session)
    rows = _Rows.read(admissions, first=first, last=last, without=without)
    return {admission.pk: _calendar(admission, rows, first=first, last=last) for admission in admissions}


@dataclass(frozen=True)
class _Rows:
    """What was read for all admissions at once, by patient or admission."""

    phases: dict[int, list[Any]]
    leaves: dict[int, list[DateRange]]
    bookings: dict[int, list[BookedRow]]
    waiting: dict[int, set[int]]
    work: dict[int, list[Any]]
    hidden: dict[int, frozenset[int]]

    @classmethod
    def read(
        cls, admissions: Sequence[Admission], *, first: date, last: date, without: tuple[int | None, int | None]
    ) -> "_Rows":
        span = _padded(first, last)
        patient_ids = {admission.patient_id for admission in admissions}
        admission_ids = [admission.pk for admission in admissions]
        phases, leaves = defaultdict(list), defaultdict(list)
        for phase in PlanPhase.objects.filter(admission_id__in=admission_ids):
            phases[phase.admission_id].append(as_phase(phase))
        for leave in Leave.objects.filter(admission_id__in=admission_ids):
            leaves[leave.admission_id].append(DateRange(leave.starts_on, leave.ends_on))
        bookings, waiting = _bookings(patient_ids, span, without)
        work = defaultdict(list)
        for row in WorkHours.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=first - 2 * A_DAY), patient_id__in=patient_ids
        ):
            work[row.patient_id].append(row.pattern)
        return cls(phases, leaves, bookings, waiting, work, hidden_sessions(patient_ids, span))


def _bookings(
    patient_ids: set[int], span: Interval, without: tuple[int | None, int | None]
) -> tuple[dict[int, list[BookedRow]], dict[int, set[int]]]:
    booked: dict[int, list[BookedRow]] = defaultdict(list)
    waiting: dict[int, set[int]] = defaultdict(set)
    rows = (
        Booking.objects.overlapping(span)
        .filter(Q(live=True) | Q(status=BookingStatus.WAITLISTED), patient_id__in=patient_ids)
        .values_list(
            "patient_id",
            "pk",
            "session_id",
            "starts_at",
            "ends_at",
            "week",
            "counted_minutes",
            "marked_at",
            "live",
            "session__mode",
            "session__site_id",
        )
    )
    for patient_id, pk, session_id, starts_at, ends_at, week, minutes, marked_at, live, mode, site_id in rows.iterator(
        chunk_size=5000
    ):
        if pk == without[0] or session_id == without[1]:
            continue
        if live:
            interval = Interval(starts_at, ends_at)
            row = BookedRow(pk, session_id, interval, week, minutes, marked_at is not None, mode, site_id)
            booked[patient_id].append(row)
        else:
            waiting[patient_id].add(session_id)
    return booked, waiting


def _calendar(admission: Admission, rows: _Rows, *, first: date, last: date) -> AdmissionCalendar:
    booked = rows.bookings.get(admission.patient_id, [])
    loads, targets = [], {}
    for week in _weeks(admission, first, last):
        targets[week.starts_on] = target = _target(admission, week, rows)
        counted = sum(row.counted_minutes for row in booked if week.contains(row.interval.start))
        loads.append(WeekLoad(week.interval, counted, target.max_minutes))
    span = Interval(loads[0].week.start, loads[-1].week.end)
    value = PatientCalendar(
        enrollments=(Enrollment(DateRange(admission.admitted_on, admission.discharged_on), admission.program_id),),
        leaves=tuple(rows.leaves.get(admission.pk, ())),
        bookings=tuple(BookedSession(row.session_id, row.interval, row.site_id, row.mode) for row in booked),
        busy=tuple(busy_in(rows.work.get(admission.patient_id, ()), window=_wider(span))),
        weeks=tuple(loads),
        waiting=frozenset(rows.waiting.get(admission.patient_id, ())),
        hidden=rows.hidden.get(admission.patient_id, frozenset()),
        counselor_id=admission.primary_counselor_id,
    )
    return AdmissionCalendar(admission, admission.zone, value, targets, tuple(booked))


def _target(admission: Admission, week: Week, rows: _Rows) -> Target:
    return target_for(
        week.starts_on,
        admitted_on=admission.admitted_on,
        discharged_on=admission.discharged_on,
        phases=rows.phases.get(admission.pk, ()),
        leaves=rows.leaves.get(admission.pk, ()),
        program_max_minutes=admission.program.max_minutes,
        partial_week_policy=DomainPolicy(admission.program.policy_on(week.starts_on).partial_week_policy),
    )


def _weeks(admission: Admission, first: date, last: date) -> list[Week]:
    week = admission.week_containing(first)
    found = [week]
    while found[-1].ends_on < last:
        found.append(admission.week_containing(found[-1].ends_on + A_DAY))
    return found


def _padded(first: date, last: date) -> Interval:
    """Instants wide enough to hold every week that contains one of the dates, in any zone."""
    start = datetime.combine(first - 8 * A_DAY, time.min, tzinfo=UTC)
    return Interval(start, datetime.combine(last + 9 * A_DAY, time.min, tzinfo=UTC))


def _wider(span: Interval) -> Interval:
    return Interval(span.start - A_DAY, span.end + A_DAY)
