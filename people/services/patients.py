"""Registering the people in care."""

from dataclasses import dataclass
from datetime import date, datetime

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.enums import Language
from people.errors import InvalidInput
from people.models import Patient, User
from people.services.trail import record


@dataclass(frozen=True)
class PatientFields:
    """What is asked when somebody is registered; only the name must be there."""

    name: str
    email: str = ""
    phone: str = ""
    birth_date: date | None = None
    language: str = Language.ENGLISH


def register_patient(fields: PatientFields, *, actor: User | None, now: datetime) -> Patient:
    """A new patient. Raises InvalidInput naming the field that cannot be accepted."""
    checked = _checked(fields)
    with transaction.atomic():
        patient = Patient.objects.create(
            name=checked.name,
            email=checked.email,
            phone=checked.phone,
            birth_date=checked.birth_date,
            language=checked.language,
        )
        record("registered", patient, actor=actor, now=now, patient_id=patient.pk)
    return patient


def change_patient(patient: Patient, fields: PatientFields, *, actor: User | None, now: datetime) -> Patient:
    """The patient with new fields; the trail names the fields, never their values."""
    checked = _checked(fields)
    with transaction.atomic():
        locked = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        changed = [
            name for name in PatientFields.__dataclass_fields__ if getattr(locked, name) != getattr(checked, name)
        ]
        for name in changed:
            setattr(locked, name, getattr(checked, name))
        locked.save(update_fields=changed)
        record("changed", locked, actor=actor, now=now, patient_id=locked.pk, after={"fields": changed})
    return locked


def _checked(fields: PatientFields) -> PatientFields:
    errors = {}
    name = " ".join(fields.name.split())
    if not name or len(name) > 150:
        errors["name"] = _("Write the person's name, at most 150 characters.")
    if fields.email:
        try:
            validate_email(fields.email)
        except ValidationError:
            errors["email"] = _("This is not an e-mail address.")
    if fields.language not in Language.values:
        errors["language"] = _("This language is not offered.")
    phone = ""
    if fields.phone:
        try:
            phone = normal_phone(fields.phone)
        except ValueError:
            errors["phone"] = _("This is not a telephone number, such as +1 303 555 0142.")
    if errors:
        raise InvalidInput(errors)
    return PatientFields(name, fields.email, phone, fields.birth_date, fields.language)


def normal_phone(text: str) -> str:
    """The number in international form (E.164). Raises ValueError for what is no possible number."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException as error:
        raise ValueError(text) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
