"""Family members, consents and invitations over the API."""

import pytest

from scheduling.models import Invitation
from tests.api.conftest import Clients
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_from_a_name_to_an_invitation_and_back(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-19 18:00", kind="family")
    booking = cast.booked(cast.ana, session)
    ana, base = client_of(cast.ana.user), f"/api/v1/patients/{cast.ana.pk}/family-members/"
    said = {"name": "Rosa Reyes", "relation": "sister", "email": "rosa@example.org"}
    added = ana.post(base, said)
    member = added.json()
    assert added.status_code == 201
    assert member == {"id": member["id"], "patient": str(cast.ana.pk), **said, "phone": None, "language": "en"}
    invitations = f"/api/v1/bookings/{booking.pk}/invitations/"
    refused = ana.post(invitations, {"member": member["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_missing")
    consents = f"{base}{member['id']}/consents/"
    given = ana.post(consents, {"shares": ["invitations"], "ends_on": "2026-12-31"})
    assert (given.status_code, given.json()["shares"], given.json()["starts_on"]) == (
        201,
        ["invitations"],
        "2026-11-18",
    )
    invited = ana.post(invitations, {"member": member["id"]})
    assert (invited.status_code, invited.json()["state"], "token" in invited.json()) == (201, "asked", False)
    assert [row["id"] for row in ana.get(invitations).json()["results"]] == [invited.json()["id"]]
    assert ana.post(f"{consents}{given.json()['id']}/revoke/").json()["revoked_at"] is not None
    assert Invitation.objects.get().state == "withdrawn"
    assert ana.patch(f"{base}{member['id']}/", {"phone": "no"}).json()["errors"].keys() == {"phone"}
    assert ana.delete(f"{base}{member['id']}/").status_code == 204
    assert ana.get(base).json()["results"] == []


def test_another_patients_family_member_is_named_as_unknown(cast: Cast, client_of: Clients) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00", kind="family"))
    cory = client_of(cast.cory)
    bens = cory.post(f"/api/v1/patients/{cast.ben.pk}/family-members/", {"name": "Luis"}).json()["id"]
    answer = cory.post(f"/api/v1/bookings/{booking.pk}/invitations/", {"member": bens})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"member"})


def test_an_auditor_reads_and_changes_nothing(cast: Cast, client_of: Clients) -> None:
    base = f"/api/v1/patients/{cast.ana.pk}/family-members/"
    assert client_of(cast.ada).get(base).status_code == 200
    assert client_of(cast.ada).post(base, {"name": "Rosa"}).status_code == 403
