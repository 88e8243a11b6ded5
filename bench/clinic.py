"""A plain clinic for the benchmarks that need many of one thing rather than a likely whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from people.models import Admission, Patient, PlanPhase, Program, Site
from scheduling.models import Booking, Session

BATCH = 500


@dataclass(frozen=True)
class Clinic:
    """A site, its program, and the people admitted to it."""

    site: Site
    program: Program
    patients: list[Patient]
    admissions: list[Admission]


def clinic(*, patients: int, now: datetime) -> Clinic:
    """So many patients with an address for e-mail, admitted a month ago, and with the usual 9 to 19 hours."""
    site = Site.objects.create(
        name="Maple Street", time_zone="America/Denver", phone="+13035550100", sender_name="Maple Street"
    )
    program = Program.objects.create(name="Evening program")
    program.sites.add(site)
    admitted_on = (now - timedelta(days=30)).date()
    rows = Patient.objects.bulk_create(
        [Patient(name=f"Person {number}", email=f"person{number}@example.org") for number in range(patients)], BATCH
    )
    admissions = Admission.objects.bulk_create(
        [Admission(patient=row, program=program, site=site, admitted_on=admitted_on) for row in rows], BATCH
    )
    PlanPhase.objects.bulk_create(
        [
            PlanPhase(admission=admission, starts_on=admitted_on, min_minutes=540, max_minutes=1140)
            for admission in admissions
        ],
        BATCH,
    )
    return Clinic(site, program, rows, admissions)


def sessions(place: Clinic, starts: Sequence[datetime], *, capacity: int, minutes: int = 60) -> list[Session]:
    """A group at each of these times."""
    return Session.objects.bulk_create(
        [
            Session(
                program=place.program,
                site=place.site,
                kind="group",
                title="Group",
                starts_at=start,
                ends_at=start + timedelta(minutes=minutes),
                clinical_minutes=minutes,
                capacity=capacity,
                changed_at=start - timedelta(days=30),
            )
            for start in starts
        ],
        BATCH,
    )


def bookings(pairs: Sequence[tuple[Admission, Session]], *, made_at: datetime) -> None:
    """A booking for each pair; the sessions' seats are left to the caller."""
    Booking.objects.bulk_create(
        [
            Booking(
                patient_id=admission.patient_id,
                admission=admission,
                session=session,
                status="booked",
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                live=True,
                week=admission.week_of(session.starts_at).starts_on,
                counted_minutes=session.clinical_minutes,
                uid=f"{admission.pk}-{session.pk}@appointments",
                created_at=made_at,
                changed_at=made_at,
            )
            for admission, session in pairs
        ],
        BATCH,
    )
