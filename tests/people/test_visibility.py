"""Who sees whom: `visible_to` of every model that holds somebody's data."""

from collections.abc import Callable
from datetime import date

import pytest

from people.models import Admission, Leave, Patient, PlanPhase, TrailEntry, User
from people.services.plans import add_leave
from people.services.trail import record
from scheduling.models import Booking, Session, WorkHours
from tests.cast import NOW, Cast


@pytest.fixture
def clinic(cast: Cast) -> Cast:
    """Ana with a booking, a phase, leave, work hours and a trail; Ben beside her; somebody at the other site."""
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    add_leave(cast.admission_of(cast.ana), starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2), actor=None, now=NOW)
    record("changed", cast.ana, actor=None, now=NOW, patient_id=cast.ana.pk)
    cast.booked(cast.ben, cast.session("2026-11-28 09:00"))
    return cast


OF_ANA: dict[str, Callable[[User, Patient], int]] = {
    "patients": lambda user, ana: Patient.objects.visible_to(user).filter(pk=ana.pk).count(),
    "admissions": lambda user, ana: Admission.objects.visible_to(user).filter(patient=ana).count(),
    "phases": lambda user, ana: PlanPhase.objects.visible_to(user).filter(admission__patient=ana).count(),
    "leaves": lambda user, ana: Leave.objects.visible_to(user).filter(admission__patient=ana).count(),
    "bookings": lambda user, ana: Booking.objects.visible_to(user).filter(patient=ana).count(),
    "work hours": lambda user, ana: WorkHours.objects.visible_to(user).filter(patient=ana).count(),
}


@pytest.mark.parametrize("what", OF_ANA)
def test_one_sees_ones_own_and_the_clinics_people_do_too(clinic: Cast, what: str) -> None:
    seen = {
        name: OF_ANA[what](user, clinic.ana)
        for name, user in (
            ("ana", clinic.ana.user),
            ("ben", clinic.ben.user),
            ("dana", clinic.dana),
            ("cory", clinic.cory),
            ("dirk", clinic.dirk),
            ("ada", clinic.ada),
            ("stranger", clinic.stranger),
        )
        if user is not None
    }
    assert seen == {"ana": 1, "ben": 0, "dana": 1, "cory": 1, "dirk": 1, "ada": 1, "stranger": 0}


def test_a_counselor_sees_the_people_on_sessions_that_they_lead_and_nobody_elses_caseload(clinic: Cast) -> None:
    other = clinic.user("nora")
    from people.models import Counselor, Membership

    counselor = Counselor.objects.create(user=other, name="Nora Stein")
    counselor.sites.add(clinic.site)
    Membership.objects.create(user=other, role="counselor", site=clinic.site)
    assert not Patient.objects.visible_to(other).exists()
    led = clinic.session("2026-11-19 18:00", counselors=(counselor,), room=False)
    clinic.booked(clinic.ana, led)
    other = User.objects.get(pk=other.pk)
    assert list(Patient.objects.visible_to(other)) == [clinic.ana]
    assert list(Booking.objects.visible_to(other).filter(patient=clinic.ben)) == []


def test_patients_see_the_sessions_of_their_program_and_strangers_do_not(clinic: Cast) -> None:
    assert clinic.ana.user
    assert Session.objects.visible_to(clinic.ana.user).count() == 2
    assert Session.objects.visible_to(clinic.cory).count() == 2
    assert Session.objects.visible_to(clinic.stranger).count() == 0


def test_the_trail_is_for_those_who_see_the_whole_site(clinic: Cast) -> None:
    assert clinic.ana.user
    counts = [
        TrailEntry.objects.visible_to(user).filter(patient_id=clinic.ana.pk).exists()
        for user in (clinic.cory, clinic.ada, clinic.dana, clinic.ana.user, clinic.stranger)
    ]
    assert counts == [True, True, False, False, False]
