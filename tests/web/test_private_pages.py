"""Pages about people stay in no cache; the address of a form, opened by itself, is a page too."""

from django.test import Client

from tests.cast import Cast


def test_what_a_signed_in_person_saw_stays_in_no_cache(cast: Cast, client: Client) -> None:
    assert client.get("/accounts/password/reset/").headers.get("Cache-Control") != "private, no-store"
    client.force_login(cast.cory)
    for path in ("/compliance/", f"/patients/{cast.ana.pk}/", "/"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_the_address_of_a_form_is_a_page_to_whoever_opens_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    answer = client.get(f"/patients/{cast.ana.pk}/book/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Nothing was changed." in answer.content.decode()
    assert client.get("/api/v1/patients/1/admissions/1/").headers["Content-Type"] != "text/html; charset=utf-8"
