"""Family members, and consents that begin, end and are taken back."""

from datetime import date, timedelta

import pytest

from people.enums import FamilyShare
from people.errors import InvalidInput
from people.models import FamilyConsent, FamilyMember, TrailEntry
from people.services.family import (
    MOST_MEMBERS,
    MemberFields,
    add_member,
    change_member,
    give_consent,
    remove_member,
    revoke_consent,
)
from tests.cast import NOW, Cast

TODAY = date(2026, 11, 18)
BOTH = frozenset({FamilyShare.INVITATIONS, FamilyShare.ATTENDANCE})


def member_of(cast: Cast, **fields: str) -> FamilyMember:
    return add_member(cast.ana, MemberFields("Rosa  Reyes", **fields), actor=cast.ana.user, now=NOW)


def consent_of(member: FamilyMember, shares: frozenset[FamilyShare] = BOTH, days: int = 30) -> FamilyConsent:
    return give_consent(
        member, shares=shares, starts_on=TODAY, ends_on=TODAY + timedelta(days=days), actor=None, now=NOW
    )


def in_force(member: FamilyMember, on: date = TODAY) -> list[int]:
    return list(FamilyConsent.objects.filter(member=member).in_force_on(on).values_list("pk", flat=True))


def test_a_member_is_put_down_in_order_and_told_nothing(cast: Cast) -> None:
    member = member_of(cast, relation="sister", email="rosa@example.org", phone="303 555 0142", language="es")
    assert (member.name, member.relation, member.phone) == ("Rosa Reyes", "sister", "+13035550142")
    assert in_force(member) == []
    entry = TrailEntry.objects.get(action="family_member_added")
    assert (entry.patient_id, entry.before, entry.after) == (cast.ana.pk, None, None)


def test_bad_details_are_named_field_by_field_and_nothing_is_written(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as caught:
        add_member(cast.ana, MemberFields(" ", email="no", phone="12", language="fr"), actor=None, now=NOW)
    assert set(caught.value.errors) == {"name", "email", "phone", "language"}
    assert FamilyMember.objects.count() == 0


def test_the_list_has_an_end(cast: Cast) -> None:
    for number in range(MOST_MEMBERS):
        add_member(cast.ana, MemberFields(f"Person {number}"), actor=None, now=NOW)
    with pytest.raises(InvalidInput):
        member_of(cast)


def test_other_details_are_written_and_the_trail_keeps_only_their_names(cast: Cast) -> None:
    member = change_member(member_of(cast), MemberFields("Rosa Reyes", email="r@example.org"), actor=None, now=NOW)
    assert member.email == "r@example.org"
    assert TrailEntry.objects.get(action="family_member_changed").after == {"fields": ["email"]}


def test_a_consent_holds_from_its_first_day_to_its_last(cast: Cast) -> None:
    member = member_of(cast)
    consent = consent_of(member)
    days = (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=30), TODAY + timedelta(days=31))
    assert [in_force(member, day) for day in days] == [[], [consent.pk], [consent.pk], []]
    assert str(FamilyShare.ATTENDANCE.label) in consent.wording


def test_a_new_consent_takes_the_place_of_the_one_before(cast: Cast) -> None:
    member = member_of(cast)
    first = consent_of(member)
    second = consent_of(member, frozenset({FamilyShare.INVITATIONS}))
    first.refresh_from_db()
    assert (first.revoked_at, in_force(member)) == (NOW, [second.pk])
    assert not FamilyConsent.objects.in_force_on(TODAY).sharing(FamilyShare.ATTENDANCE).exists()


def test_a_consent_is_taken_back_once(cast: Cast) -> None:
    consent = consent_of(member_of(cast))
    revoke_consent(consent, actor=cast.ana.user, now=NOW)
    revoke_consent(consent, actor=cast.cory, now=NOW + timedelta(hours=1))
    consent.refresh_from_db()
    assert (consent.revoked_at, consent.revoked_by) == (NOW, cast.ana.user)
    assert TrailEntry.objects.filter(action="consent_revoked").count() == 1


def test_who_leaves_the_list_leaves_no_consent_behind(cast: Cast) -> None:
    member = member_of(cast)
    consent_of(member)
    remove_member(member, actor=None, now=NOW)
    remove_member(member, actor=None, now=NOW)
    assert (in_force(member), TrailEntry.objects.filter(action="family_member_removed").count()) == ([], 1)
    with pytest.raises(InvalidInput):
        consent_of(FamilyMember.objects.get(pk=member.pk))


@pytest.mark.parametrize(
    ("shares", "days", "field"), [(frozenset(), 30, "shares"), (BOTH, -1, "ends_on"), (BOTH, 400, "ends_on")]
)
def test_a_consent_that_shares_nothing_or_never_ends_is_refused(
    cast: Cast, shares: frozenset[FamilyShare], days: int, field: str
) -> None:
    member = member_of(cast)
    with pytest.raises(InvalidInput) as caught:
        consent_of(member, shares, days)
    assert set(caught.value.errors) == {field}
    assert FamilyConsent.objects.count() == 0
