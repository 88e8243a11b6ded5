"""What an account may see, in the form that `visible_to` querysets use."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from people.enums import STAFF_ROLES, Role

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True)
class UserScope:
    """The roles of an account and the ids that its querysets are bound to.

    `site_ids` are the sites that the account sees as a whole: those of a coordinator, director or auditor;
    `staff_site_ids` those where any staff role is held; `managed_site_ids` those where plans and schedules may be
    changed.
    """

    roles: frozenset[Role]
    site_ids: frozenset[int]
    staff_site_ids: frozenset[int]
    managed_site_ids: frozenset[int]
    patient_id: int | None
    counselor_id: int | None
    memberships: tuple[tuple[Role, int | None], ...]


SEES_WHOLE_SITE = frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR})
MANAGES_SITE = frozenset({Role.COORDINATOR, Role.DIRECTOR})


def load_scope(user: "User") -> UserScope:
    """The account's scope, in one query for its memberships, one for its patient and one for its counselor."""
    from people.models import Counselor, Membership, Patient

    memberships = tuple(
        (Role(role), site_id)
        for role, site_id in Membership.objects.filter(user_id=user.pk).order_by("id").values_list("role", "site_id")
    )
    patient_id = Patient.objects.filter(user_id=user.pk).values_list("id", flat=True).first()
    counselor_id = Counselor.objects.filter(user_id=user.pk).values_list("id", flat=True).first()
    return UserScope(
        roles=frozenset(role for role, _ in memberships),
        site_ids=frozenset(site for role, site in memberships if role in SEES_WHOLE_SITE and site is not None),
        staff_site_ids=frozenset(site for role, site in memberships if role in STAFF_ROLES and site is not None),
        managed_site_ids=frozenset(site for role, site in memberships if role in MANAGES_SITE and site is not None),
        patient_id=patient_id,
        counselor_id=counselor_id,
        memberships=memberships,
    )
