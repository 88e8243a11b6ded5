"""What an account may see, read at once."""

from pytest_django import DjangoAssertNumQueries

from people.enums import Role
from people.models import Membership, User
from people.scopes import UserScope
from tests.cast import Cast


def test_a_scope_is_one_question(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """A counselor who coordinates the other site and comes as a patient too."""
    user = User.objects.get(pk=cast.dana.pk)
    Membership.objects.create(user=user, role=Role.COORDINATOR, site=cast.other_site)
    here, there = cast.site.pk, cast.other_site.pk
    cast.ana.user = user
    cast.ana.save(update_fields=["user"])
    with django_assert_num_queries(1):
        scope = user.scope
    assert scope == UserScope(
        roles=frozenset({Role.COUNSELOR, Role.COORDINATOR}),
        site_ids=frozenset({there}),
        staff_site_ids=frozenset({here, there}),
        managed_site_ids=frozenset({there}),
        patient_id=cast.ana.pk,
        counselor_id=cast.dana_counselor.pk,
        memberships=((Role.COUNSELOR, here), (Role.COORDINATOR, there)),
    )


def test_an_account_that_holds_nothing_sees_nothing(cast: Cast) -> None:
    nothing = UserScope(frozenset(), frozenset(), frozenset(), frozenset(), None, None, ())
    assert cast.user("nobody").scope == nothing
    assert User().scope == nothing
