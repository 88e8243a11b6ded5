"""The fixed cast of test people, and the small clinic that they share.

Ana works days, Ben rotates shifts, Cleo is full to the maximum, Dana counsels, Cory coordinates, Dirk directs, Ada
audits, and Stranger belongs to another site. It is always Wednesday, 18 November 2026, 8:02 in Denver.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from people.enums import Role
from people.models import Admission, Counselor, Focus, Membership, Patient, PlanPhase, Program, Room, Site, User
from people.services.admissions import admit
from people.services.plans import PhaseFields, add_phase
from scheduling.models import Booking, Session, WorkHours
from scheduling.services.booking import book
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import create_session
from scheduling.services.work_hours import WorkHoursFields, add_work_hours

DENVER = ZoneInfo("America/Denver")
NOW = datetime(2026, 11, 18, 15, 2, tzinfo=UTC)
WEEK = date(2026, 11, 16)
ADMITTED = date(2026, 10, 5)


def at(text: str, zone: ZoneInfo = DENVER) -> datetime:
    """The instant of a wall time such as "2026-11-18 18:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@dataclass
class Cast:
    """The clinic at Maple Street; people are made when they are first asked for."""

    numbers: Any = field(default_factory=lambda: count(1))

    # --- places ---

    @cached_property
    def site(self) -> Site:
        return Site.objects.create(
            name="Maple Street",
            time_zone="America/Denver",
            address="214 Maple Street",
            phone="+13035550100",
            sender_name="Maple Street",
        )

    @cached_property
    def program(self) -> Program:
        program = Program.objects.create(name="Evening track")
        program.sites.add(self.site)
        for code in ("process", "skills", "education"):
            Focus.objects.create(program=program, code=code, name=code.capitalize())
        return program

    @cached_property
    def room(self) -> Room:
        return Room.objects.create(site=self.site, name="Room 4", seats=16)

    @cached_property
    def other_site(self) -> Site:
        return Site.objects.create(name="Elm Street", time_zone="America/New_York")

    @cached_property
    def other_program(self) -> Program:
        program = Program.objects.create(name="Day track")
        program.sites.add(self.other_site)
        return program

    # --- people of the clinic ---

    @cached_property
    def dana(self) -> User:
        return self._staff("dana", Role.COUNSELOR, counselor=True)

    @cached_property
    def cory(self) -> User:
        return self._staff("cory", Role.COORDINATOR)

    @cached_property
    def dirk(self) -> User:
        return self._staff("dirk", Role.DIRECTOR)

    @cached_property
    def ada(self) -> User:
        return self._staff("ada", Role.AUDITOR)

    @cached_property
    def stranger(self) -> User:
        """A coordinator of another site."""
        user = self.user("stranger")
        Membership.objects.create(user=user, role=Role.COORDINATOR, site=self.other_site)
        return user

    @cached_property
    def dana_counselor(self) -> Counselor:
        return self.dana.counselor

    def user(self, name: str, **fields: Any) -> User:
        return User.objects.create_user(f"{name}@example.org", "a long enough word", name=name.capitalize(), **fields)

    def _staff(self, name: str, role: Role, *, counselor: bool = False) -> User:
        user = self.user(name)
        Membership.objects.create(user=user, role=role, site=self.site)
        if counselor:
            row = Counselor.objects.create(user=user, name=f"{name.capitalize()} Keller")
            row.sites.add(self.site)
        return user

    # --- people in care ---

    @cached_property
    def ana(self) -> Patient:
        """Works 8:00 to 16:30 on weekdays, with half an hour of travel; has an account."""
        return self._works(
            self.patient("Ana Reyes", account=True),
            "2026-10-05T08:00",
            "2026-10-05T16:30",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        )

    @cached_property
    def ben(self) -> Patient:
        """Late shifts every other week, from 14:00 to 22:00."""
        return self._works(
            self.patient("Ben Carter", account=True),
            "2026-11-16T14:00",
            "2026-11-16T22:00",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR",
        )

    @cached_property
    def cleo(self) -> Patient:
        """Booked to within an hour of the maximum this week."""
        patient = self.patient("Cleo Hart", account=True)
        for day in range(16, 22):
            self.booked(
                patient,
                self.session(f"2026-11-{day} 19:00", minutes=180, counselor=False, room=False),
                now=at("2026-11-14 12:00"),
            )
        return patient

    def patient(self, name: str = "", *, account: bool = False, admitted: bool = True) -> Patient:
        """A patient admitted to the evening track with a plan of 9 to 19 hours."""
        name = name or f"Patient {next(self.numbers)}"
        patient = Patient.objects.create(name=name, email=f"{name.split()[0].lower()}{next(self.numbers)}@example.org")
        if account:
            user = self.user(name.split()[0].lower())
            Membership.objects.create(user=user, role=Role.PATIENT, site=self.site)
            patient.user = user
            patient.save()
        if admitted:
            self.admission(patient)
        return patient

    def admission(
        self, patient: Patient, *, admitted_on: date = ADMITTED, minimum: int = 540, maximum: int = 1140
    ) -> Admission:
        admission = admit(
            patient,
            program=self.program,
            site=self.site,
            admitted_on=admitted_on,
            primary_counselor=self.dana_counselor,
            actor=None,
            now=NOW,
        )
        add_phase(admission, PhaseFields(admitted_on, None, minimum, maximum), actor=None, now=NOW)
        return admission

    def admission_of(self, patient: Patient) -> Admission:
        return Admission.objects.select_related("site", "program").get(patient=patient)

    def phase_of(self, patient: Patient) -> PlanPhase:
        return PlanPhase.objects.get(admission__patient=patient)

    def _works(self, patient: Patient, starts: str, ends: str, rrule: str) -> Patient:
        fields = WorkHoursFields(
            starts, ends, "America/Denver", rrule=rrule, travel_before_minutes=30, travel_after_minutes=30
        )
        add_work_hours(patient, fields, actor=None, now=NOW)
        return patient

    def work_of(self, patient: Patient) -> WorkHours:
        return WorkHours.objects.get(patient=patient)

    # --- what is on ---

    def session(
        self,
        starts: str,
        *,
        minutes: int = 180,
        capacity: int = 12,
        counselor: bool = True,
        room: bool = True,
        now: datetime = NOW,
        **fields: Any,
    ) -> Session:
        """A session at a wall time in Denver, led by Dana in room 4; a group unless `kind` says otherwise."""
        starts_at = at(starts)
        return create_session(
            SessionFields(
                **{
                    "program": self.program,
                    "site": self.site,
                    "kind": "group",
                    "title": "Process group",
                    "focus": "process",
                    "starts_at": starts_at,
                    "ends_at": starts_at + timedelta(minutes=minutes),
                    "capacity": capacity,
                    "counselors": (self.dana_counselor,) if counselor else (),
                    "room": self.room if room else None,
                    **fields,
                }
            ),
            actor=None,
            now=now,
        )

    def booked(self, patient: Patient, session: Session, *, now: datetime = NOW, **options: Any) -> Booking:
        """The patient's booking of the session."""
        return book(patient, session, actor=None, now=now, **options)
