"""One demo site in memory: its place, staff, series, sessions, people, bookings and what became of them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from attendance.models import AttendanceRecord, Roster
from people.domain.targets import PartialWeekPolicy, Target, target_for
from people.domain.time import format_wall, parse_wall
from people.domain.weeks import Week, week_containing
from people.models import Admission, Counselor, Leave, Patient, PlanPhase, Program, Room, Site
from scheduling.domain.recurrence import occurrences, parse_rule
from scheduling.models import Booking, Session, SessionCounselor, SessionSeries, WorkHours
from scheduling.services.session_rules import stored_breaks
from web.demo.attendance import outcome_for, record_of
from web.demo.people import Person
from web.demo.tracks import SHIFTS, Track
from web.demo.weeks import SiteWeek, pattern_of

A_WEEK = timedelta(days=7)


@dataclass
class Ids:
    """The next free primary key of each model, so that rows can refer to each other before they are written."""

    taken: dict[str, "count[int]"] = field(default_factory=lambda: defaultdict(lambda: count(1)))

    def next(self, model: type) -> int:
        return next(self.taken[model.__name__])


@dataclass
class Rows:
    """What is to be written for one site, in the order in which it can be."""

    series: list[SessionSeries] = field(default_factory=list)
    series_counselors: list[tuple[int, int]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    leads: list[SessionCounselor] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    admissions: list[Admission] = field(default_factory=list)
    phases: list[PlanPhase] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    work_hours: list[WorkHours] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    records: list[AttendanceRecord] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """The rows of a site that are written first: they are few."""

    site: Site
    program: Program
    counselors: dict[int, Counselor]
    rooms: dict[str, Room]


def add_series(rows: Rows, place: Place, tracks: list[Track], *, ids: Ids, first: date, last: date, now: datetime) -> None:
    """Every track as a series from a Monday on, and its sessions up to a date."""
    for track in tracks:
        counselor = place.counselors[track.counselor]
        series = SessionSeries(
            pk=ids.next(SessionSeries),
            program=place.program,
            site=place.site,
            kind=track.kind,
            focus=track.focus,
            title={"group": "Group", "individual": "One-to-one", "family": "Family evening"}[track.kind],
            rrule=f"FREQ=WEEKLY;BYDAY={track.days}",
            starts_at_local=f"{first}T{track.starts}",
            duration_minutes=track.minutes,
            breaks=[{"after_minutes": track.break_after, "minutes": 15}] if track.break_after else [],
            capacity=track.capacity,
            mode=track.mode,
            room=place.rooms[track.room] if track.room else None,
            materialized_until=last,
            created_at=now,
        )
        rows.series.append(series)
        rows.series_counselors.append((series.pk, counselor.pk))
        for session in _sessions(series, track, place.site.zone, ids=ids, first=first, last=last, now=now):
            rows.sessions.append(session)
            rows.leads.append(
                SessionCounselor(
                    session_id=session.pk, counselor=counselor, starts_at=session.starts_at, ends_at=session.ends_at
                )
            )


def _sessions(
    series: SessionSeries, track: Track, zone: ZoneInfo, *, ids: Ids, first: date, last: date, now: datetime
) -> list[Session]:
    found = occurrences(
        parse_rule(series.rrule, zone=zone),
        starts_at_local=parse_wall(series.starts_at_local),
        zone=zone,
        duration_minutes=track.minutes,
        between=(first, last),
    )
    made = []
    for one in found:
        pause = one.starts_at + timedelta(minutes=track.break_after or 0)
        breaks = stored_breaks([(pause, pause + timedelta(minutes=15))]) if track.break_after else []
        made.append(
            Session(
                pk=ids.next(Session),
                series=series,
                occurrence_local=format_wall(one.local),
                program_id=series.program_id,
                site_id=series.site_id,
                kind=track.kind,
                focus=track.focus,
                title=series.title,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                breaks=breaks,
                clinical_minutes=track.clinical_minutes,
                capacity=track.capacity,
                mode=track.mode,
                room=series.room,
                telehealth_url="https://video.example/room" if track.mode == "telehealth" else "",
                changed_at=min(now, one.starts_at),
            )
        )
    return made


def add_people(rows: Rows, place: Place, people: list[Person], *, ids: Ids, anchor: date, now: datetime) -> dict[int, Admission]:
    """Patients with admissions, phases, leave and work hours; their current admissions by the person's number."""
    current: dict[int, Admission] = {}
    counselors = list(place.counselors.values())
    for person in people:
        patient = Patient(pk=ids.next(Patient), created_at=now, **_contact(person))
        rows.patients.append(patient)
        lead = counselors[person.number % len(counselors)]
        if person.earlier:
            first, last = person.earlier
            past = _admission(ids, patient, place, lead, first, last)
            rows.admissions.append(past)
            rows.phases.append(
                PlanPhase(admission_id=past.pk, starts_on=first, ends_on=last, min_minutes=540, max_minutes=1140)
            )
        admission = _admission(ids, patient, place, lead, person.admitted_on, person.discharged_on)
        rows.admissions.append(admission)
        current[person.number] = admission
        rows.phases += [
            PlanPhase(
                admission_id=admission.pk,
                starts_on=phase.starts_on,
                ends_on=phase.ends_on,
                min_minutes=phase.min_minutes,
                max_minutes=phase.max_minutes,
                days_per_week=phase.days_per_week,
                transition=phase.transition,
                transition_reason=phase.transition_reason,
            )
            for phase in person.phases
        ]
        rows.leaves += [
            Leave(admission_id=admission.pk, starts_on=leave.starts_on, ends_on=leave.ends_on or leave.starts_on, reason="travel")
            for leave in person.leaves
        ]
        rows.work_hours += _work_hours(person, patient.pk, anchor=anchor, zone=place.site.zone)
    return current


def _contact(person: Person) -> dict[str, str]:
    from web.demo.words import person_name, phone

    if person.habit == "demo":
        return {"name": "Ana Reyes", "email": "patient@demo.example", "phone": phone(28)}
    return {
        "name": person_name(person.number),
        "email": f"person{person.number}@demo.example",
        "phone": phone(person.number),
        "language": "es" if person.number % 9 == 4 else "en",
    }


def _admission(ids: Ids, patient: Patient, place: Place, lead: Counselor, first: date, last: date | None) -> Admission:
    return Admission(
        pk=ids.next(Admission),
        patient_id=patient.pk,
        program=place.program,
        site=place.site,
        primary_counselor=lead,
        admitted_on=first,
        discharged_on=last,
    )


def _work_hours(person: Person, patient_id: int, *, anchor: date, zone: ZoneInfo) -> list[WorkHours]:
    made = []
    for shift in SHIFTS[person.shift]:
        pattern = pattern_of(shift, anchor=anchor, zone=zone)
        made.append(
            WorkHours(
                patient_id=patient_id,
                starts_at_local=format_wall(pattern.starts_at_local),
                ends_at_local=format_wall(pattern.ends_at_local),
                rrule=pattern.rrule or "",
                starts_on=pattern.starts_on or anchor,
                travel_before_minutes=shift.travel,
                travel_after_minutes=shift.travel,
                time_zone=str(zone),
            )
        )
    return made


@dataclass
class Booker:
    """Goes through a site's weeks and books its people, and marks what is over."""

    rows: Rows
    place: Place
    people: list[Person]
    admissions: dict[int, Admission]
    ids: Ids
    rng: Random
    now: datetime
    anchor: date
    signers: dict[int, int]
    quiet_since: datetime

    def run(self, first: date, last: date) -> None:
        """Book every week from the one that holds `first` to the one that holds `last`."""
        zone, weekday = self.place.site.zone, self.place.program.week_begins
        by_week: dict[date, list[Session]] = defaultdict(list)
        for session in self.rows.sessions:
            local = session.starts_at.astimezone(zone).date()
            by_week[week_containing(local, zone=zone, first_weekday=weekday).starts_on].append(session)
        week = week_containing(first, zone=zone, first_weekday=weekday)
        while week.starts_on <= last:
            self._book_week(week, by_week[week.starts_on])
            week = week_containing(week.starts_on + A_WEEK, zone=zone, first_weekday=weekday)
        self._sign()

    def _book_week(self, week: Week, sessions: list[Session]) -> None:
        self.rng.shuffle(sessions)
        board = SiteWeek(week, self.place.site.zone, sessions, self.anchor)
        ahead = max(0, (week.starts_on - self.now.date()).days // 7 + 1) if week.starts_at > self.now else 0
        this_week = week.starts_at <= self.now < week.ends_at
        share = {0: 1.0, 1: 0.55, 2: 0.25}.get(ahead, 0.0)
        spare = {one.pk: 2 for one in sessions if one.capacity > 1 and one.ends_at > self.now and one.pk % 4 == 0}
        for person in self.people:
            if not this_week and ahead and self.rng.random() > share:
                continue
            target = self._target(person, week)
            habit = _habit_in(person, this_week=this_week, ahead=ahead)
            for session in board.choose(person, target, rng=self.rng, cap=spare, habit=habit):
                self._write(person, session, week, over=habit in {"over", "two jobs"})
        if ahead in (0, 1):
            self._wait(board, week)

    def _target(self, person: Person, week: Week) -> Target:
        program = self.place.program
        return target_for(
            week.starts_on,
            admitted_on=person.admitted_on,
            discharged_on=person.discharged_on,
            phases=person.phases,
            leaves=person.leaves,
            program_max_minutes=program.max_minutes,
            partial_week_policy=PartialWeekPolicy(program.partial_week_policy),
        )

    def _write(self, person: Person, session: Session, week: Week, *, over: bool) -> None:
        admission = self.admissions[person.number]
        created = min(self.now, week.starts_at - timedelta(days=2, minutes=person.number % 600))
        booking = Booking(
            pk=self.ids.next(Booking),
            patient_id=admission.patient_id,
            admission_id=admission.pk,
            session_id=session.pk,
            status="booked",
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            live=True,
            week=week.starts_on,
            counted_minutes=session.clinical_minutes,
            uid=f"{self.rng.getrandbits(128):032x}@appointments",
            override_reason="agreed with the patient" if over else "",
            work_overlap_accepted=over,
            created_at=created,
            changed_at=created,
        )
        session.seats_taken += 1
        self.rows.bookings.append(booking)
        if session.ends_at <= self.quiet_since:
            outcome = outcome_for(person, session, rng=self.rng)
            signer = self.signers.get(session.pk)
            self.rows.records.append(
                record_of(booking, session, outcome, program=self.place.program, recorded_by_id=signer)
            )

    def _wait(self, board: SiteWeek, week: Week) -> None:
        """Two people wait for the first full session that is still ahead."""
        for session in sorted(board.sessions, key=lambda one: one.starts_at):
            if session.seats_taken < session.capacity or session.starts_at <= self.now or session.kind != "group":
                continue
            booked = {row.patient_id for row in self.rows.bookings if row.session_id == session.pk}
            free = [
                person
                for person in self.people
                if self.admissions[person.number].patient_id not in booked
                and person.discharged_on is None
                and person.admitted_on <= week.starts_on
                and session.pk in board.free[person.shift]
                and person.habit in {"steady", "tight"}
            ]
            for person in free[:2]:
                admission = self.admissions[person.number]
                self.rows.bookings.append(
                    Booking(
                        pk=self.ids.next(Booking),
                        patient_id=admission.patient_id,
                        admission_id=admission.pk,
                        session_id=session.pk,
                        status="waitlisted",
                        starts_at=session.starts_at,
                        ends_at=session.ends_at,
                        live=False,
                        week=week.starts_on,
                        counted_minutes=0,
                        uid=f"{self.rng.getrandbits(128):032x}@appointments",
                        created_at=self.now - timedelta(hours=3),
                        changed_at=self.now - timedelta(hours=3),
                    )
                )
            return

    def _sign(self) -> None:
        """Sign the rosters of what is over, but those of the last hours; one of the older ones was forgotten."""
        marked = Counter(record.session_id for record in self.rows.records)
        forgotten = None
        for session in sorted(self.rows.sessions, key=lambda one: one.starts_at, reverse=True):
            if session.pk not in marked:
                continue
            if forgotten is None and session.ends_at < self.now - timedelta(hours=26):
                forgotten = session.pk
                continue
            self.rows.rosters.append(
                Roster(
                    session_id=session.pk,
                    version=1,
                    signed_at=session.ends_at + timedelta(minutes=6),
                    signed_by_id=self.signers[session.pk],
                )
            )
            session.state = "signed"
        if forgotten is not None:
            self.rows.rosters.append(Roster(session_id=forgotten, version=1))


def _habit_in(person: Person, *, this_week: bool, ahead: int) -> str:
    """What somebody stands for holds this week; before and after they are like the others."""
    if person.habit in {"over", "two jobs", "unbooked", "demo"} and not this_week:
        return "tight" if person.habit != "two jobs" else "two jobs"
    if person.habit == "short" and not this_week and ahead == 0:
        return "tight" if person.number % 3 else "short"
    return person.habit
