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

    @property
    def answers_for_anybody(self) -> bool:
        """Whether the account sees a site as a whole, or has a caseload of its own."""
        return bool(self.site_ids) or self.counselor_id is not None


SEES_WHOLE_SITE = frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR})
MANAGES_SITE = frozenset({Role.COORDINATOR, Role.DIRECTOR})


def load_scope(user: "User") -> UserScope:
    """The account's scope, in one query: a row a membership, each beside the account's patient and counselor."""
    from people.models import User

    rows: list[tuple[str | None, int | None, int | None, int | None]] = list(
        User.objects.filter(pk=user.pk)
        .order_by("memberships__id")
        .values_list("memberships__role", "memberships__site_id", "patient__id", "counselor__id")
    )
    memberships = tuple((Role(role), site_id) for role, site_id, _, _ in rows if role is not None)
    patient_id, counselor_id = rows[0][2:] if rows else (None, None)
    return UserScope(
        roles=frozenset(role for role, _ in memberships),
        site_ids=frozenset(site for role, site in memberships if role in SEES_WHOLE_SITE and site is not None),
        staff_site_ids=frozenset(site for role, site in memberships if role in STAFF_ROLES and site is not None),
        managed_site_ids=frozenset(site for role, site in memberships if role in MANAGES_SITE and site is not None),
        patient_id=patient_id,
        counselor_id=counselor_id,
        memberships=memberships,
    )
