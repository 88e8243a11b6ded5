"""Who may do what with people's records, as predicates that the API and the pages share.

A predicate takes the account and the thing; the thing's site decides. Whether one sees it at all is `visible_to`'s
answer.
"""

from typing import Any

import rules

from people.models import Admission, Counselor, Patient, Program, Site, User


def _site_ids(thing: Any) -> set[int]:
    if isinstance(thing, Patient):
        return set(Admission.objects.filter(patient=thing).values_list("site_id", flat=True))
    if isinstance(thing, Site):
        return {thing.pk}
    if isinstance(thing, Admission):
        return {thing.site_id}
    if isinstance(thing, Counselor):
        return set(thing.sites.values_list("pk", flat=True))
    site_id = getattr(thing, "site_id", None)
    return {site_id} if site_id is not None else set()


@rules.predicate
def is_own_record(user: User, patient: Patient | None) -> bool:
    """The patient themself."""
    return patient is not None and user.scope.patient_id == patient.pk


@rules.predicate
def manages_site_of(user: User, thing: Any) -> bool:
    """Coordinator or director of the thing's site; of any site where there is no thing yet."""
    managed = user.scope.managed_site_ids
    return bool(managed) if thing is None else bool(_site_ids(thing) & managed)


@rules.predicate
def has_in_caseload(user: User, patient: Patient | None) -> bool:
    """The primary counselor of one of the patient's admissions."""
    counselor_id = user.scope.counselor_id
    return (
        patient is not None
        and counselor_id is not None
        and Admission.objects.filter(patient=patient, primary_counselor_id=counselor_id).exists()
    )


@rules.predicate
def is_own_profile(user: User, counselor: Counselor | None) -> bool:
    """The counselor themself."""
    return counselor is not None and user.scope.counselor_id == counselor.pk


@rules.predicate
def manages_program(user: User, program: Program | None) -> bool:
    """Coordinator or director of a site where the program is run."""
    managed = user.scope.managed_site_ids
    return bool(managed) and program is not None and program.sites.filter(pk__in=managed).exists()


@rules.predicate
def is_staff_of_site(user: User, thing: Any) -> bool:
    """Any staff role at the thing's site."""
    return bool(_site_ids(thing) & user.scope.staff_site_ids)


@rules.predicate
def is_clinic_staff(user: User) -> bool:
    """Any staff role at any site."""
    return user.is_clinic_staff


rules.add_perm("people.change_patient", manages_site_of)
rules.add_perm("people.change_plan", manages_site_of)
rules.add_perm("people.change_site", manages_site_of)
rules.add_perm("people.read_closures", is_staff_of_site)
rules.add_perm("people.change_program", manages_program)
rules.add_perm("people.change_templates", manages_program)
rules.add_perm("people.register_patient", manages_site_of)
rules.add_perm("people.change_family", is_own_record | has_in_caseload | manages_site_of)
rules.add_perm("people.see_counselors", is_clinic_staff)
rules.add_perm("people.change_counselor", manages_site_of)
rules.add_perm("people.change_counselor_times", is_own_profile | manages_site_of)
