"""The clinic in which races take place: patients with tokens of their own, a coordinator, and empty days ahead."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from knox.models import AuthToken

from bench import clinic as plain
from people.domain.time import to_wall
from people.enums import Role
from people.models import Counselor, Membership, Patient, Program, Room, User
from scheduling.models import Booking, Session, SessionSeries
from scheduling.services.booking import book, cancel
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.waitlist import promote

HOURS = 3


@dataclass
class Place:
    """Everything that a race may use. Each round takes an hour of its own, so that rounds do not meet."""

    clinic: plain.Clinic
    now: datetime
    coordinator: str
    coordinator_account: User
    counselor: Counselor
    room: Room
    tokens: dict[int, str]
    _patients: Iterator[Patient]
    _hours: Iterator[int] = field(default_factory=lambda: count(1))

    def patients(self, number: int) -> list[Patient]:
        """So many who have not been in a race yet."""
        return [next(self._patients) for _ in range(number)]

    def patient(self) -> Patient:
        return self.patients(1)[0]

    def hour(self) -> datetime:
        """The start of a free stretch of three hours, at least two days ahead."""
        begin = (self.now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
        return begin + timedelta(hours=HOURS * next(self._hours))

    def session(self, starts_at: datetime, *, capacity: int = 12, minutes: int = 60, **fields: Any) -> Session:
        session = plain.sessions(self.clinic, [starts_at], capacity=capacity, minutes=minutes)[0]
        if fields:
            Session.objects.filter(pk=session.pk).update(**fields)
        return session

    def booked(self, patient: Patient, session: Session, **options: Any) -> Booking:
        return book(patient, session, actor=None, now=self.now, **options)

    def offered(self, patient: Patient, session: Session) -> Booking:
        """A seat of a full session, offered to the patient who waited for it."""
        program, holder = self.clinic.program, self.patient()
        Program.objects.filter(pk=program.pk).update(waitlist_policy="offer")
        given_back = self.booked(holder, session)
        waiting = self.booked(patient, session, waitlist=True)
        cancel(given_back, actor=None, now=self.now)
        promote(session.pk, now=self.now)
        Program.objects.filter(pk=program.pk).update(waitlist_policy="book")
        offered: Booking = Booking.objects.get(pk=waiting.pk, status="offered")
        return offered

    def past_hour(self) -> datetime:
        """The start of an hour that is over, of yesterday: rosters may meet there."""
        return (self.now - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)

    def track(self, *, capacity: int, evenings: int = 3) -> list[SessionSeries]:
        """So many series of two hours, one after the other on one day a week of its own, two weeks long."""
        begin = to_wall(self.hour(), self.clinic.site.zone)
        first = datetime.combine(begin.date() + timedelta(days=1), time(8))
        made = []
        for number in range(evenings):
            start = first + timedelta(hours=3 * number)
            fields = SeriesFields(
                self.clinic.program,
                self.clinic.site,
                "group",
                "Group",
                "FREQ=WEEKLY;COUNT=2",
                start.isoformat(timespec="minutes"),
                120,
                capacity,
            )
            made.append(create_series(fields, actor=None, now=self.now, weeks=52))
        return made

    def token(self, patient: Patient) -> str:
        return self.tokens[patient.pk]


def prepare(*, patients: int, now: datetime) -> Place:
    """The clinic on an empty database."""
    made = plain.clinic(patients=patients, now=now)
    password = make_password(None)
    users = User.objects.bulk_create(
        [User(email=patient.email, name=patient.name, password=password) for patient in made.patients]
    )
    Membership.objects.bulk_create([Membership(user=user, role=Role.PATIENT, site=made.site) for user in users])
    for patient, user in zip(made.patients, users, strict=True):
        patient.user = user
    Patient.objects.bulk_update(made.patients, ["user"], batch_size=500)
    coordinator = User.objects.create(email="coordinator@example.org", name="Coordinator", password=password)
    Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=made.site)
    counselor = Counselor.objects.create(name="Dana Keller")
    counselor.sites.add(made.site)
    return Place(
        clinic=made,
        now=now,
        coordinator=AuthToken.objects.create(coordinator)[1],
        coordinator_account=coordinator,
        counselor=counselor,
        room=Room.objects.create(site=made.site, name="Room 4", seats=500),
        tokens={patient.pk: AuthToken.objects.create(patient.user)[1] for patient in made.patients},
        _patients=iter(made.patients),
    )
