"""Family members and what they may know: put down, agreed to, taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.enums import FamilyShare, Language
from people.errors import InvalidInput
from people.models import FamilyConsent, FamilyMember, Patient, User
from people.services.patients import normal_phone
from people.services.trail import record
from people.signals import consent_changed

LONGEST_CONSENT = timedelta(days=366)
MOST_MEMBERS = 20


@dataclass(frozen=True)
class MemberFields:
    """What is asked of a family member; only the name must be there."""

    name: str
    relation: str = ""
    email: str = ""
    phone: str = ""
    language: str = Language.ENGLISH


def add_member(patient: Patient, fields: MemberFields, *, actor: User | None, now: datetime) -> FamilyMember:
    """Put somebody on the patient's list; they are told nothing. Raises InvalidInput by field."""
    checked = _checked(fields)
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if FamilyMember.objects.current().filter(patient=patient).count() >= MOST_MEMBERS:
            raise InvalidInput({"name": _("That many family members are enough. Take one off the list first.")})
        member = FamilyMember.objects.create(patient=patient, created_at=now, **vars(checked))
        record("family_member_added", member, actor=actor, now=now, patient_id=patient.pk)
    return member


def change_member(member: FamilyMember, fields: MemberFields, *, actor: User | None, now: datetime) -> FamilyMember:
    """Other contact details. Raises InvalidInput by field."""
    checked = _checked(fields)
    with transaction.atomic():
        locked = _locked(member)
        changed = [name for name, value in vars(checked).items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, getattr(checked, name))
        locked.save(update_fields=changed)
        after = {"fields": changed}
        record("family_member_changed", locked, actor=actor, now=now, patient_id=locked.patient_id, after=after)
    return locked


def remove_member(member: FamilyMember, *, actor: User | None, now: datetime) -> FamilyMember:
    """Take somebody off the list; every consent ends with it, and what is on its way to them. Twice changes nothing."""
    with transaction.atomic():
        locked = _locked(member)
        if locked.removed_at is not None:
            return locked
        locked.removed_at = now
        locked.save(update_fields=["removed_at"])
        FamilyConsent.objects.filter(member=locked, revoked_at=None).update(revoked_at=now, revoked_by=actor)
        record("family_member_removed", locked, actor=actor, now=now, patient_id=locked.patient_id)
        consent_changed.send(FamilyMember, member_id=locked.pk, patient_id=locked.patient_id, now=now)
    return locked


def give_consent(
    member: FamilyMember,
    *,
    shares: frozenset[FamilyShare],
    starts_on: date,
    ends_on: date,
    actor: User | None,
    now: datetime,
) -> FamilyConsent:
    """What the patient lets the member know from now on, in place of any consent before it.

    `actor` is the patient, or a staff member who holds the patient's signed form. Raises InvalidInput by field.
    """
    _check_consent(shares, starts_on=starts_on, ends_on=ends_on)
    with transaction.atomic():
        locked = _locked(member)
        if locked.removed_at is not None:
            raise InvalidInput({"member": _("This person is no longer on the list.")})
        FamilyConsent.objects.filter(member=locked, revoked_at=None).update(revoked_at=now, revoked_by=actor)
        consent = FamilyConsent.objects.create(
            member=locked,
            shares_invitations=FamilyShare.INVITATIONS in shares,
            shares_attendance=FamilyShare.ATTENDANCE in shares,
            starts_on=starts_on,
            ends_on=ends_on,
            wording=consent_wording(shares, ends_on=ends_on),
            given_at=now,
            given_by=actor,
        )
        after = {"member": locked.pk, "shares": sorted(shares), "ends_on": ends_on.isoformat()}
        record("consent_given", consent, actor=actor, now=now, patient_id=locked.patient_id, after=after)
        consent_changed.send(FamilyConsent, member_id=locked.pk, patient_id=locked.patient_id, now=now)
    return consent


def revoke_consent(consent: FamilyConsent, *, actor: User | None, now: datetime) -> FamilyConsent:
    """Take a consent back; what is on its way stays here. Twice changes nothing."""
    with transaction.atomic():
        member = _locked(consent.member)
        current = FamilyConsent.objects.get(pk=consent.pk)
        if current.revoked_at is not None:
            return current
        current.revoked_at, current.revoked_by = now, actor
        current.save(update_fields=["revoked_at", "revoked_by"])
        record("consent_revoked", current, actor=actor, now=now, patient_id=member.patient_id)
        consent_changed.send(FamilyConsent, member_id=member.pk, patient_id=member.patient_id, now=now)
    return current


def consent_wording(shares: frozenset[FamilyShare], *, ends_on: date) -> str:
    """The sentence that the patient agrees to, in the active language; kept with the consent."""
    named = " ".join(str(FamilyShare(share).label) + "." for share in sorted(shares))
    words = gettext("Until %(day)s this person may be told: %(what)s I can take this back at any time.")
    return words % {"day": ends_on.isoformat(), "what": named}


def _locked(member: FamilyMember) -> FamilyMember:
    """The member as they stand now, under the lock of their patient."""
    Patient.objects.select_for_update(no_key=True).get(pk=member.patient_id)
    found: FamilyMember = FamilyMember.objects.get(pk=member.pk)
    return found


def _check_consent(shares: frozenset[FamilyShare], *, starts_on: date, ends_on: date) -> None:
    errors = {}
    if not shares:
        errors["shares"] = _("Choose what may be shared.")
    if ends_on < starts_on:
        errors["ends_on"] = _("The consent ends before it begins.")
    elif ends_on - starts_on > LONGEST_CONSENT:
        errors["ends_on"] = _("A consent lasts a year at most. It can be given again.")
    if errors:
        raise InvalidInput(errors)


def _checked(fields: MemberFields) -> MemberFields:
    errors = {}
    name = " ".join(fields.name.split())
    if not name or len(name) > 150:
        errors["name"] = _("Write the person's name, at most 150 characters.")
    email = fields.email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            errors["email"] = _("This is not an e-mail address.")
    phone = ""
    if fields.phone.strip():
        try:
            phone = normal_phone(fields.phone)
        except ValueError:
            errors["phone"] = _("This is not a telephone number, such as +1 303 555 0142.")
    if fields.language not in Language.values:
        errors["language"] = _("This language is not offered.")
    if errors:
        raise InvalidInput(errors)
    return MemberFields(name, " ".join(fields.relation.split())[:60], email, phone, fields.language)
