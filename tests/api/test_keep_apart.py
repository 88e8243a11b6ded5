"""Keeping apart over the API; and that the other's side answers as if it were not."""

import pytest

from tests.api.conftest import Clients
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_previewed_made_divided_and_ended(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-21 09:00")
    cory, ana, ben = client_of(cast.cory), client_of(cast.ana.user), client_of(cast.ben.user)
    said = {"first": str(cast.ana.pk), "second": str(cast.ben.pk), "reason": "court"}
    proposed = cory.post("/api/v1/keep-apart/", {**said, "preview": True}).json()
    side = {"kind": "session", "id": str(session.pk), "title": "Process group", "patient": str(cast.ana.pk)}
    assert proposed["sides"] == [side]
    assert cory.get("/api/v1/keep-apart/").json()["results"] == []
    made = cory.post("/api/v1/keep-apart/", said)
    assert (made.status_code, made.json()["sides"]) == (201, [side])
    where = f"/api/v1/sessions/{session.pk}/"
    assert (ana.get(where).status_code, ben.get(where).status_code) == (200, 404)
    assert cory.get(where).status_code == 200
    assert cory.get(f"{where}?patient={cast.ben.pk}").status_code == 404
    assert cory.get(f"/api/v1/sessions/?patient={cast.ben.pk}").json()["results"] == []
    booking = {"session": str(session.pk), "patient": str(cast.ben.pk)}
    for client, body in ((ben, {"session": str(session.pk)}), (cory, {**booking, "override_reason": "asked"})):
        refused = client.post("/api/v1/bookings/", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    one = f"/api/v1/keep-apart/{made.json()['id']}/"
    moved = cory.patch(one, {"sides": [{"kind": "session", "id": str(session.pk), "patient": str(cast.ben.pk)}]})
    assert moved.json()["sides"][0]["patient"] == str(cast.ben.pk)
    assert (ana.get(where).status_code, ben.get(where).status_code) == (404, 200)
    assert cory.delete(one).json()["ended_at"] is not None
    assert (ana.get(where).status_code, ben.get(where).status_code) == (200, 200)


def test_what_cannot_be_meant_is_named(cast: Cast, client_of: Clients) -> None:
    said = {"first": str(cast.ana.pk), "second": str(cast.ana.pk), "reason": "court"}
    assert client_of(cast.cory).post("/api/v1/keep-apart/", said).json()["errors"].keys() == {"second"}
    sides = [{"kind": "session", "id": "x", "patient": str(cast.ana.pk)}]
    whole = {**said, "second": str(cast.ben.pk), "sides": sides}
    assert client_of(cast.cory).post("/api/v1/keep-apart/", whole).json()["errors"].keys() == {"sides"}
    assert client_of(cast.dana).post("/api/v1/keep-apart/", {**whole, "sides": []}).status_code == 403
