"""What a program puts on in a week, read once for everybody whose week it is."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Case, Count, F, Max, Min, Q, When

from attendance.domain.offered import most_attendable_minutes
from attendance.domain.standing import Sitting
from people.domain.time import DateRange, Interval, local_date
from people.models import Admission, Site
from scheduling.domain.fit import PatientCalendar, SessionOption, Ways, why_not
from scheduling.enums import SessionState
from scheduling.models import Session

NO_WAY = 0
"""Stands for every site from which no way is known: they are alike to somebody who looks for minutes."""


@dataclass(frozen=True)
class Booked:
    """One live booking, as the figures of a week need it."""

    session_id: int
    interval: Interval
    clinical_minutes: int
    counted_minutes: int
    marked: bool
    kind: str = ""
    focus: str = ""

    def sitting(self, zone: ZoneInfo) -> Sitting:
        """As the requirements see it."""
        return Sitting(local_date(self.interval.start, zone), self.kind, self.focus, self.counted_minutes, self.marked)


@dataclass(frozen=True, slots=True)
class Slot:
    """All sessions with seats that are alike to somebody who looks for minutes: in times, minutes, how to attend, and
    for whose people they are kept; and in the site, where the way from it to another one is known (else 0).

    Booking refuses or accepts them alike, but for the one whose waitlist the patient is on.
    """

    program_id: int
    starts_at: datetime
    ends_at: datetime
    clinical_minutes: int
    mode: str
    caseload_of: int | None
    site_id: int
    sessions: int
    first_id: int
    last_id: int

    def one_beside(self, waiting: Container[object], *, waits: int) -> int | None:
        """The id of one of the sessions on whose waitlist the patient is not; None where there is none."""
        for session_id in (self.first_id, self.last_id):
            if session_id not in waiting:
                return session_id
        # More sessions than the patient waits for: one of those between is free of them.
        return 0 if self.sessions > waits else None


class WeekOffer:
    """The sessions with seats of one program in one week of one zone; a full one is on offer to those who booked it."""

    def __init__(
        self,
        slots: Iterable[Slot],
        *,
        zone: ZoneInfo,
        cutoff: timedelta,
        now: datetime,
        ways: Mapping[int, Ways],
        without: Callable[[frozenset[int]], "WeekOffer"],
    ) -> None:
        self.without = without
        self._zone = zone
        self._offered: dict[tuple[object, ...], int] = {}
        self._days: dict[tuple[Interval, int], date] = {}
        kept_for: dict[tuple[Interval, int], set[int | None]] = defaultdict(set)
        self._ahead: list[tuple[Slot, SessionOption]] = []
        for slot in slots:
            interval = Interval(slot.starts_at, slot.ends_at)
            self._days[interval, slot.clinical_minutes] = day = local_date(slot.starts_at, zone)
            kept_for[interval, slot.clinical_minutes].add(slot.caseload_of)
            if now < slot.starts_at - cutoff:
                self._ahead.append((slot, _option(slot, interval, day, cutoff, ways.get(slot.site_id, ()))))

        self._kept_for = {time: counselors for time, counselors in kept_for.items() if None not in counselors}

    def bookable_by(self, calendar: PatientCalendar, *, now: datetime) -> list[SessionOption]:
        """What booking would accept from the patient at this moment: of equal sessions one."""
        fitting = []
        for slot, option in self._ahead:
            if option.id in calendar.waiting:
                other = slot.one_beside(calendar.waiting, waits=len(calendar.waiting))
                if other is None:
                    continue
                option = replace(option, id=other)
            if not why_not(option, calendar, now=now):
                fitting.append(option)
        return fitting

    def offered_to(
        self, dates: DateRange, leaves: Sequence[DateRange], booked: Iterable[Booked], *, counselor_id: int | None
    ) -> int:
        """The most minutes that one person could have attended on their days: of what had a seat, and their own.

        What is kept for the people of another counselor than theirs was not offered to them.
        """

        def theirs(on: date) -> bool:
            return dates.contains(on) and not any(leave.contains(on) for leave in leaves)

        times = {(one.interval, one.clinical_minutes) for one in booked}
        own = frozenset(time for time in times - self._days.keys() if theirs(local_date(time[0].start, self._zone)))
        excluded = frozenset(day for day in set(self._days.values()) if not theirs(day))
        kept = frozenset(
            time
            for time, counselors in self._kept_for.items()
            if counselor_id is not None and time not in times and counselor_id not in counselors
        )
        key = excluded, own, kept
        if key not in self._offered:
            open_to_them = [time for time, day in self._days.items() if day not in excluded and time not in kept]
            self._offered[key] = most_attendable_minutes([*open_to_them, *own])
        return self._offered[key]


class Offers:
    """Week offers by program, zone and week, kept for as long as one recount runs."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[int, str, date], WeekOffer] = {}
        self._ways: dict[int, Ways] = {}

    def load(self, admissions: Iterable[Admission], week: date) -> None:
        """Read what the admissions' programs put on in the week that starts on the date, all in one query."""
        missing = {
            _key(admission, week): admission for admission in admissions if _key(admission, week) not in self._known
        }
        if not missing:
            return
        weeks = {key: admission.week_containing(week).interval for key, admission in missing.items()}
        span = Interval(min(one.start for one in weeks.values()), max(one.end for one in weeks.values()))
        slots = _slots({program_id for program_id, _, _ in missing}, span)
        self._learn_ways({slot.site_id for of_program in slots.values() for slot in of_program})
        for key, admission in missing.items():
            self._known[key] = self._offer(admission, weeks[key], slots[key[0]])

    def of(self, admission: Admission, week: date, *, hidden: frozenset[int] = frozenset()) -> WeekOffer:
        """What is on for the admission in the week, less what does not exist for the patient; `load` has read it."""
        offer = self._known[_key(admission, week)]
        return offer.without(hidden) if hidden else offer

    def _offer(self, admission: Admission, week: Interval, slots: Sequence[Slot]) -> WeekOffer:
        def without(hidden: frozenset[int]) -> WeekOffer:
            own = _slots({admission.program_id}, week, hidden=hidden)
            return self._offer(admission, week, own[admission.program_id])

        return WeekOffer(
            [slot for slot in slots if week.contains(slot.starts_at)],
            zone=admission.zone,
            cutoff=timedelta(minutes=admission.program.booking_cutoff_minutes),
            now=self._now,
            ways=self._ways,
            without=without,
        )

    def _learn_ways(self, site_ids: set[int]) -> None:
        """The ways from sites that are far from others; no query where none is."""
        missing = site_ids - self._ways.keys() - {NO_WAY}
        if missing:
            self._ways.update((pk, site.ways) for pk, site in Site.objects.in_bulk(missing).items())


def _key(admission: Admission, week: date) -> tuple[int, str, date]:
    return admission.program_id, admission.site.time_zone, week


def _slots(
    program_ids: Iterable[int], span: Interval, *, hidden: frozenset[int] = frozenset()
) -> dict[int, list[Slot]]:
    """The programs' sessions with seats that start in the span, equal ones put together by the database."""
    far_from_others = When(~Q(site__travel={}), then=F("site_id"))
    rows = (
        Session.objects.filter(program_id__in=sorted(program_ids), capacity__gt=F("seats_taken") + F("seats_held"))
        .exclude(state=SessionState.CANCELLED)
        .exclude(pk__in=hidden)
        .starting_in(span)
        .annotate(place=Case(far_from_others, default=NO_WAY, output_field=BigIntegerField()))
        .order_by("starts_at", "ends_at", "clinical_minutes", "mode", "caseload_of_id", "place")
        .values_list("program_id", "starts_at", "ends_at", "clinical_minutes", "mode", "caseload_of_id", "place")
        .annotate(sessions=Count("pk"), first=Min("pk"), last=Max("pk"))
    )
    slots: dict[int, list[Slot]] = defaultdict(list)
    for row in rows:
        slots[row[0]].append(Slot(*row))
    return slots


def _option(slot: Slot, interval: Interval, day: date, cutoff: timedelta, ways: Ways) -> SessionOption:
    """The slot as one session that the pure calculations judge; its kind does not matter to them."""
    return SessionOption(
        id=slot.first_id,
        interval=interval,
        clinical_minutes=slot.clinical_minutes,
        mode=slot.mode,
        kind="",
        seats_left=1,
        site_id=slot.site_id,
        local_day=day,
        state=SessionState.SCHEDULED,
        booking_closes_at=slot.starts_at - cutoff,
        program_id=slot.program_id,
        ways=ways,
        caseload_of=slot.caseload_of,
    )
