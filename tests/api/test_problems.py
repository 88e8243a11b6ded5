"""Problem documents, and what belongs to HTTP itself."""

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.response import Response

from api.problems import flat_errors, problem_handler
from tests.api.conftest import Clients
from tests.cast import Cast

BOOKINGS = "/api/v1/bookings/"


def test_a_refusal_is_a_problem_document(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", capacity=1)
    cast.booked(cast.patient("Udo"), session)
    response = client_of(cast.ana.user).post(BOOKINGS, {"session": str(session.pk)})
    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert response.json() == {
        "type": "http://127.0.0.1:8000/problems/session_full",
        "title": "This session is full",
        "status": 409,
        "detail": "This session is full",
        "code": "session_full",
        "errors": {},
        "codes": ["session_full"],
        "session": str(session.pk),
    }


def test_it_speaks_the_persons_language(cast: Cast, client_of: Clients) -> None:
    ana = cast.ana
    assert ana.user is not None
    ana.user.language = "es"
    ana.user.save()
    session = cast.session("2026-11-18 18:00")
    client = client_of(ana.user)
    client.post(BOOKINGS, {"session": str(session.pk)})
    problem = client.post(BOOKINGS, {"session": "none"}).json()
    assert (problem["code"], problem["title"]) == ("not_found", "No encontrado")


def test_the_detail_names_the_fields_and_says_each_sentence_once(cast: Cast, client_of: Clients) -> None:
    problem = client_of(cast.cory).post("/api/v1/series/", {"program": str(cast.program.pk), "rrule": "often"}).json()
    missing = ["site", "kind", "title", "starts_at_local", "duration_minutes", "capacity"]
    assert problem["detail"] == f"{', '.join(missing)}: This field is required."
    assert problem["errors"] == {field: ["This field is required."] for field in missing}


# --- what belongs to HTTP ---


@pytest.mark.parametrize(
    ("method", "address", "headers", "status", "code"),
    [
        ("get", "/api/v1/nothing/", {}, 404, "not_found"),
        ("get", "/api/v1/me", {}, 404, "not_found"),
        ("delete", "/api/v1/me/", {}, 405, "method_not_allowed"),
        ("options", "/api/v1/me/", {}, 405, "method_not_allowed"),
        ("get", "/api/v1/me/", {"HTTP_ACCEPT": "text/html"}, 406, "not_acceptable"),
        ("get", "/api/v1/me/", {"HTTP_AUTHORIZATION": "Bearer nonsense"}, 401, "not_authenticated"),
        ("get", "/api/v1/me/", {"HTTP_AUTHORIZATION": "Bearer \xff\xfe"}, 401, "not_authenticated"),
        ("get", "/api/v1/me/", {"HTTP_AUTHORIZATION": "Bearer"}, 401, "not_authenticated"),
        ("get", "/api/v1/me/", {"HTTP_AUTHORIZATION": "Token abc"}, 401, "not_authenticated"),
    ],
)
def test_http_itself(
    method: str, address: str, headers: dict[str, str], status: int, code: str, cast: Cast, client_of: Clients
) -> None:
    client = client_of(None if "HTTP_AUTHORIZATION" in headers else cast.cory)
    response = getattr(client, method)(address, **headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert set(response.json()) >= {"type", "title", "status", "detail", "code", "errors"}


def test_another_media_type_is_refused(cast: Cast, client_of: Clients) -> None:
    response = client_of(cast.ana.user).post(BOOKINGS, "session=1", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_too_many_requests_are_told_when_to_come_back(
    cast: Cast, client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.cache import cache
    from rest_framework.throttling import UserRateThrottle

    from api.resources.me import Me

    cache.clear()
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    monkeypatch.setattr(Me, "throttle_classes", [UserRateThrottle])
    client = client_of(cast.ana.user)
    assert [client.get("/api/v1/me/").status_code for _ in range(2)] == [200, 200]
    refused = client.get("/api/v1/me/")
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (429, "throttled", "60")


def test_a_session_cookie_needs_its_csrf_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    session = cast.session("2026-11-18 18:00")
    assert client.get("/api/v1/me/").json()["patient"] == str(cast.ana.pk)
    body = {"session": str(session.pk)}
    refused = client.post(BOOKINGS, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    token = client.get("/accounts/login/").cookies.get("csrftoken") or client.cookies.get("csrftoken")
    if token is None:  # the sign-in page sends one who is signed in on: any token of the right form will do
        client.cookies["csrftoken"] = "a" * 32
        token = client.cookies["csrftoken"]
    booked = client.post(BOOKINGS, body, content_type="application/json", headers={"X-CSRFToken": token.value})
    assert booked.status_code == 201


@pytest.mark.parametrize("words", ["database is locked", "deadlock detected\nDETAIL: Process 1 waits"])
def test_a_busy_database_asks_for_patience(words: str) -> None:
    response = problem_handler(OperationalError(words), {})
    assert isinstance(response, Response)
    assert (response.status_code, response.data["code"], response["Retry-After"]) == (503, "busy", "2")


def test_what_nobody_foresaw_is_not_hidden() -> None:
    assert problem_handler(OperationalError("no such table"), {}) is None
    assert problem_handler(ZeroDivisionError(), {}) is None


def test_errors_are_flat() -> None:
    nested = {"breaks": [{}, {"ends_at": ["late"]}], "rows": {3: {"left_at": ["x"]}}, "non_field_errors": ["whole"]}
    assert flat_errors(nested) == {
        "breaks[1].ends_at": ["late"],
        "rows[3].left_at": ["x"],
        "non_field_errors": ["whole"],
    }
    assert flat_errors({"breaks": {"non_field_errors": ["too many"]}}) == {"breaks": ["too many"]}


def test_no_answer_about_people_stays_in_a_cache(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ana.user)
    assert client.get("/api/v1/me/")["Cache-Control"] == "no-store"
    assert client.get("/api/v1/patients/0/")["Cache-Control"] == "no-store"


def test_a_title_has_no_gaps(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ana.user)
    wrong_verb, wrong_type = (
        client.delete("/api/v1/me/"),
        client.generic("POST", BOOKINGS, "x", content_type="text/plain"),
    )
    assert wrong_verb.json()["title"] == 'Method "DELETE" not allowed'
    assert wrong_type.json()["title"] == 'Unsupported media type "text/plain" in request'
