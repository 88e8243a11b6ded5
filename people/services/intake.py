"""Taking somebody into care: a person and their first admission, together or not at all."""

from datetime import date, datetime

from django.db import transaction

from people.models import Admission, Counselor, Program, Site, User
from people.services.admissions import admit
from people.services.patients import PatientFields, register_patient


def take_in(
    fields: PatientFields,
    *,
    program: Program,
    site: Site,
    admitted_on: date,
    primary_counselor: Counselor | None = None,
    actor: User | None,
    now: datetime,
) -> Admission:
    """A new patient with a first episode of care: the site decides who sees them, so that nobody is without one.

    Raises InvalidInput as `register_patient` and `admit` do; nothing is written then.
    """
    with transaction.atomic():
        patient = register_patient(fields, actor=actor, now=now)
        return admit(
            patient,
            program=program,
            site=site,
            admitted_on=admitted_on,
            primary_counselor=primary_counselor,
            actor=actor,
            now=now,
        )
