"""Admissions, plan phases and leave: what is accepted, and that a refusal names its field and writes nothing."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from people.errors import InvalidInput
from people.models import Admission, Leave, PlanPhase, Site
from people.services.admissions import admit, discharge
from people.services.patients import PatientFields, normal_phone, register_patient
from people.services.plans import PhaseFields, add_leave, add_phase
from tests.cast import ADMITTED, NOW, Cast


@pytest.fixture
def admission(cast: Cast) -> Admission:
    return cast.admission_of(cast.ana)


def phase(
    starts_on: str = "2026-11-23", ends_on: str | None = None, minimum: int = 540, maximum: int = 1140, **more: Any
) -> PhaseFields:
    return PhaseFields(
        date.fromisoformat(starts_on), date.fromisoformat(ends_on) if ends_on else None, minimum, maximum, **more
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (phase(minimum=1500, maximum=1500), "max_minutes"),
        (phase(minimum=360), "min_minutes"),
        (phase(minimum=600, maximum=590), "max_minutes"),
        (phase(minimum=-1), "min_minutes"),
        (phase(ends_on="2026-11-22"), "ends_on"),
        (phase(minimum=360, transition=True), "transition_reason"),
        (phase(minimum=360, transition=True, transition_reason="step-down"), "ends_on"),
        (phase(minimum=360, transition=True, transition_reason="step-down", ends_on="2026-12-07"), "ends_on"),
        (phase(days_per_week=8), "days_per_week"),
        (phase(wanted_kinds=("dance",)), "wanted_kinds"),
        (phase(starts_on="2026-10-05"), "starts_on"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_phase_that_cannot_stand_names_its_field(
    cast: Cast, admission: Admission, fields: PhaseFields, field: str
) -> None:
    before = list(PlanPhase.objects.values())
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        add_phase(admission, fields, actor=cast.cory, now=NOW)
    assert list(caught.value.errors) == [field]
    assert list(PlanPhase.objects.values()) == before


def test_a_new_phase_ends_the_open_one_the_day_before(cast: Cast, admission: Admission) -> None:
    add_phase(admission, phase(minimum=720), actor=cast.cory, now=NOW)
    two = phase("2026-12-07", "2026-12-20", 360, transition=True, transition_reason="step-down")
    add_phase(admission, two, actor=cast.cory, now=NOW)
    assert list(PlanPhase.objects.values_list("starts_on", "ends_on", "min_minutes", "transition")) == [
        (ADMITTED, date(2026, 11, 22), 540, False),
        (date(2026, 11, 23), date(2026, 12, 6), 720, False),
        (date(2026, 12, 7), date(2026, 12, 20), 360, True),
    ]


def test_admissions_of_a_patient_never_overlap(cast: Cast, admission: Admission) -> None:
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        cast.admission(cast.ana, admitted_on=date(2026, 12, 1))
    assert list(caught.value.errors) == ["admitted_on"]
    discharge(admission, discharged_on=date(2026, 11, 20), actor=cast.cory, now=NOW)
    with pytest.raises(InvalidInput), transaction.atomic():
        cast.admission(cast.ana, admitted_on=date(2026, 11, 20))
    assert cast.admission(cast.ana, admitted_on=date(2026, 11, 21)).admitted_on == date(2026, 11, 21)


@pytest.mark.postgres
def test_the_database_itself_refuses_overlapping_admissions_phases_and_leave(cast: Cast, admission: Admission) -> None:
    closed = {"program": cast.program, "site": cast.site, "patient": cast.ana, "discharged_on": date(2026, 11, 1)}
    with pytest.raises(IntegrityError, match="admission_no_overlap"), transaction.atomic():
        Admission.objects.create(admitted_on=date(2026, 10, 20), **closed)
    target = {"admission": admission, "min_minutes": 540, "max_minutes": 600}
    with pytest.raises(IntegrityError, match="phase_no_overlap"), transaction.atomic():
        PlanPhase.objects.create(starts_on=date(2026, 10, 20), **target)
    Leave.objects.create(admission=admission, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 3))
    with pytest.raises(IntegrityError, match="leave_no_overlap"), transaction.atomic():
        Leave.objects.create(admission=admission, starts_on=date(2026, 11, 3), ends_on=date(2026, 11, 4))
    assert connection.vendor == "postgresql"


def test_an_admission_stays_within_its_program_and_its_dates(cast: Cast) -> None:
    patient = cast.patient(admitted=False)
    common: dict[str, Any] = {"program": cast.program, "actor": cast.cory, "now": NOW}
    with pytest.raises(InvalidInput) as wrong_site, transaction.atomic():
        admit(patient, site=cast.other_site, admitted_on=ADMITTED, **common)
    with pytest.raises(InvalidInput) as backwards, transaction.atomic():
        admit(patient, site=cast.site, admitted_on=ADMITTED, discharged_on=date(2026, 10, 1), **common)
    assert (list(wrong_site.value.errors), list(backwards.value.errors)) == (["site"], ["discharged_on"])
    assert not Admission.objects.filter(patient=patient).exists()


def test_leave_has_its_dates_in_order_and_never_overlaps(cast: Cast, admission: Admission) -> None:
    with pytest.raises(InvalidInput, match="invalid"), transaction.atomic():
        add_leave(admission, starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 19), actor=None, now=NOW)
    add_leave(admission, starts_on=date(2026, 11, 19), ends_on=date(2026, 11, 20), actor=None, now=NOW)
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        add_leave(admission, starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 21), actor=None, now=NOW)
    assert list(caught.value.errors) == ["starts_on"]


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(Exception, match="not a known time zone"):
        Site(name="Nowhere", time_zone="Mars/Olympus").full_clean()


def test_registering_names_every_wrong_field(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as caught:
        register_patient(PatientFields(name=" ", email="nobody", phone="12", language="xx"), actor=cast.cory, now=NOW)
    assert sorted(caught.value.errors) == ["email", "language", "name", "phone"]
    patient = register_patient(PatientFields(name="  Ana   Reyes ", phone="(303) 555-0142"), actor=cast.cory, now=NOW)
    assert (patient.name, patient.phone, normal_phone("303.555.0142")) == ("Ana Reyes", "+13035550142", "+13035550142")
