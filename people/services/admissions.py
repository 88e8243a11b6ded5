"""Admitting and discharging: the episodes of care."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.errors import InvalidInput
from people.models import Admission, Counselor, Patient, Program, Site, User
from people.services.trail import record
from people.signals import admission_ended, plan_changed


def admit(
    patient: Patient,
    *,
    program: Program,
    site: Site,
    admitted_on: date,
    primary_counselor: Counselor | None = None,
    discharged_on: date | None = None,
    actor: User | None,
    now: datetime,
) -> Admission:
    """A new episode of care. Raises InvalidInput where it would overlap another one or leave its program."""
    if discharged_on is not None and discharged_on < admitted_on:
        raise InvalidInput({"discharged_on": _("The discharge lies before the admission.")})
    if not program.sites.filter(pk=site.pk).exists():
        raise InvalidInput({"site": _("The program is not run at this site.")})
    if primary_counselor is not None and not primary_counselor.sites.filter(pk=site.pk).exists():
        raise InvalidInput({"primary_counselor": _("This counselor does not work at this site.")})
    with (
        refusing(
            {
                "admission_one_open": _overlapping,
                "people_admission.patient_id": _overlapping,
                "admission_no_overlap": _overlapping,
            }
        ),
        transaction.atomic(),
    ):
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        others = Admission.objects.filter(patient=patient)
        if others.in_force_between(admitted_on, discharged_on or date.max).exists():
            raise _overlapping()
        admission = Admission.objects.create(
            patient=patient,
            program=program,
            site=site,
            primary_counselor=primary_counselor,
            admitted_on=admitted_on,
            discharged_on=discharged_on,
        )
        record("admitted", admission, actor=actor, now=now, patient_id=patient.pk, after=_facts(admission))
        plan_changed.send(Admission, admission_id=admission.pk, patient_id=patient.pk, now=now)
    return admission


def discharge(admission: Admission, *, discharged_on: date, actor: User | None, now: datetime) -> Admission:
    """End the episode on the day, which still counts. Raises InvalidInput for a day before the admission, or by which
    the patient is admitted again.

    What is booked after it is cancelled in the same transaction, by whoever hears `admission_ended`.
    """
    if discharged_on < admission.admitted_on:
        raise InvalidInput({"discharged_on": _("The discharge lies before the admission.")})
    with refusing({"admission_no_overlap": _admitted_again}), transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=admission.patient_id)
        locked = Admission.objects.select_related("site", "program").get(pk=admission.pk)
        others = Admission.objects.filter(patient_id=locked.patient_id).exclude(pk=locked.pk)
        if others.in_force_between(locked.admitted_on, discharged_on).exists():
            raise _admitted_again()
        before = _facts(locked)
        locked.discharged_on = discharged_on
        locked.save(update_fields=["discharged_on"])
        record(
            "discharged",
            locked,
            actor=actor,
            now=now,
            patient_id=locked.patient_id,
            before=before,
            after=_facts(locked),
        )
        admission_ended.send(Admission, admission=locked, actor=actor, now=now)
        plan_changed.send(Admission, admission_id=locked.pk, patient_id=locked.patient_id, now=now)
    return locked


def _overlapping() -> InvalidInput:
    return InvalidInput({"admitted_on": _("The patient has another admission in these days. Discharge it first.")})


def _admitted_again() -> InvalidInput:
    return InvalidInput({"discharged_on": _("The patient is admitted again by then.")})


def _facts(admission: Admission) -> dict[str, object]:
    return {
        "program": admission.program_id,
        "site": admission.site_id,
        "primary_counselor": admission.primary_counselor_id,
        "admitted_on": admission.admitted_on.isoformat(),
        "discharged_on": admission.discharged_on.isoformat() if admission.discharged_on else None,
    }
