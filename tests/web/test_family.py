"""The family pages, the patient's and the clinic's, and the page behind an invitation's link."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from people.enums import FamilyShare
from people.models import FamilyConsent, FamilyMember
from people.services.family import MemberFields, add_member, give_consent
from scheduling.models import Invitation, Session
from scheduling.services.booking import cancel
from scheduling.services.invitations import invite
from tests.cast import NOW, Cast, at
from tests.web.reading import plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def rosa(cast: Cast, *, language: str = "en") -> FamilyMember:
    member = add_member(
        cast.ana, MemberFields("Rosa", email="rosa@example.org", language=language), actor=None, now=NOW
    )
    give_consent(
        member,
        shares=frozenset({FamilyShare.INVITATIONS}),
        starts_on=date(2026, 11, 18),
        ends_on=date(2026, 12, 18),
        actor=None,
        now=NOW,
    )
    return member


def invited(cast: Cast, **fields: Any) -> Invitation:
    language = fields.pop("language", "en")
    session = cast.session("2026-11-19 18:00", minutes=120, kind="family", **fields)
    return invite(cast.booked(cast.ana, session), rosa(cast, language=language), actor=None, now=NOW)


def text(response: Any) -> str:
    return plain(response.content.decode())


@pytest.mark.parametrize("who", ["ana", "cory"])
def test_the_whole_way_by_forms_for_the_patient_and_for_the_clinic(cast: Cast, client: Client, who: str) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00", kind="family"))
    user = cast.ana.user if who == "ana" else cast.cory
    assert user is not None
    client.force_login(user)
    page = "/family/" if who == "ana" else f"/patients/{cast.ana.pk}/family/"
    assert "Nobody is told anything" in text(client.get(page))
    added = client.post(page, {"name": "Rosa", "email": "rosa@example.org", "language": "en"}, follow=True)
    assert added.redirect_chain == [(page, 302)]
    assert "No consent" in text(added)
    member = FamilyMember.objects.get()
    said = {f"consent-{member.pk}-shares": "invitations", f"consent-{member.pk}-ends_on": "2026-12-18"}
    agreed = client.post(f"/family/members/{member.pk}/consent/", said, follow=True)
    assert "Until Fri 18 Dec" in text(agreed)
    asked = client.post(f"/family/members/{member.pk}/invite/", {"booking": cast.ana.bookings.get().pk}, follow=True)
    assert "Not answered yet" in text(asked)
    invitation = Invitation.objects.get()
    withdrawn = client.post(f"/family/invitations/{invitation.pk}/withdraw/", follow=True)
    assert "Invite" in text(withdrawn)
    assert "Taken back" in text(client.post(f"/family/members/{member.pk}/revoke/", follow=True))
    assert "Nobody is told anything" in text(client.post(f"/family/members/{member.pk}/remove/", follow=True))


def test_a_consent_that_ran_out_says_when(cast: Cast, client: Client) -> None:
    FamilyConsent.objects.filter(member=rosa(cast)).update(starts_on=date(2026, 10, 1), ends_on=date(2026, 11, 17))
    client.force_login(cast.cory)
    assert "Ran out Tue 17 Nov" in text(client.get(f"/patients/{cast.ana.pk}/family/"))


def test_what_is_wrong_is_said_beside_its_field(cast: Cast, client: Client) -> None:
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    answer = client.post("/family/", {"name": "Rosa", "email": "no", "language": "en"})
    assert (answer.status_code, "This is not an e-mail address." in text(answer)) == (400, True)
    member = rosa(cast)
    FamilyConsent.objects.all().delete()
    said = {f"consent-{member.pk}-shares": "invitations", f"consent-{member.pk}-ends_on": "2026-11-01"}
    answer = client.post(f"/family/members/{member.pk}/consent/", said)
    assert (answer.status_code, "ends before it begins" in text(answer)) == (400, True)
    assert FamilyConsent.objects.count() == 0


def test_an_invitation_shows_when_and_where_to_somebody_without_an_account(cast: Cast, client: Client) -> None:
    invitation = invited(cast)
    shown = client.get(f"/invitations/{invitation.token}/")
    words = text(shown)
    assert "Thu 19 Nov, 6–8 pm" in words
    assert "214 Maple Street" in words
    assert [word for word in ("Ana", "Reyes", "Dana", "family", "group", "track") if word in words] == []
    assert shown["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_yes_and_no_by_a_plain_form(cast: Cast, client: Client) -> None:
    invitation = invited(cast)
    page = f"/invitations/{invitation.token}/"
    assert "You said: I come" in text(client.post(page, {"answer": "yes"}, follow=True))
    assert Session.objects.get().guests_expected == 1
    assert "You said: I cannot come" in text(client.post(page, {"answer": "no"}, follow=True))
    assert "Choose yes or no." in text(client.post(page, {"answer": "maybe"}, follow=True))
    assert Session.objects.get().guests_expected == 0


def test_a_link_that_leads_nowhere_is_no_link(cast: Cast, client: Client) -> None:
    invitation = invited(cast)
    cancel(invitation.booking, actor=None, now=NOW)
    for token in (invitation.token, "x" * 32, "x"):
        assert client.get(f"/invitations/{token}/").status_code == 404
        assert client.post(f"/invitations/{token}/", {"answer": "yes"}).status_code == 404


def test_in_the_language_of_whoever_was_asked(cast: Cast, client: Client) -> None:
    assert "Voy" in text(client.get(f"/invitations/{invited(cast, language='es').token}/"))


@pytest.mark.parametrize(
    ("minute", "answer", "shown"), [("17:44", "yes", False), ("17:45", "yes", True), ("17:45", "no", False)]
)
def test_the_link_to_join_is_there_near_the_time_for_whoever_comes(
    cast: Cast, client: Client, minute: str, answer: str, shown: bool
) -> None:
    invitation = invited(cast, mode="telehealth", telehealth_url="https://video.example/room", room=False)
    page = f"/invitations/{invitation.token}/"
    client.post(page, {"answer": answer})
    with time_machine.travel(at(f"2026-11-19 {minute}"), tick=False):
        assert (b"video.example" in client.get(page).content) is shown


def test_an_answer_after_the_start_is_refused_in_words(cast: Cast, client: Client) -> None:
    invitation = invited(cast)
    with time_machine.travel(at("2026-11-19 18:00"), tick=False):
        answer = client.post(f"/invitations/{invitation.token}/", {"answer": "yes"}, follow=True)
    assert "This session has begun." in text(answer)
