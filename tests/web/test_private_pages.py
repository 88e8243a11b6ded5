"""Pages about people stay in no cache."""

from django.test import Client

from tests.cast import Cast


def test_what_a_signed_in_person_saw_stays_in_no_cache(cast: Cast, client: Client) -> None:
    assert client.get("/accounts/password/reset/").headers.get("Cache-Control") != "private, no-store"
    client.force_login(cast.cory)
    for path in ("/compliance/", f"/patients/{cast.ana.pk}/", "/"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"
