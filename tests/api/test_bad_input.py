"""Input that cannot be read: a clear error that names the field, and nothing is written."""

from typing import Any

import pytest

from scheduling.models import Booking, Session, WorkHours
from tests.api.conftest import Clients
from tests.cast import Cast

BOOKINGS = "/api/v1/bookings/"


# --- input that cannot be read ---

LONG = "9" * 400
BODIES: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"null", 400),
    (b"[]", 400),
    (b'"text"', 400),
    (b"12", 400),
    (b"NaN", 400),
    (b'{"session": NaN}', 400),
    (b"\xff\xfe", 400),
    (b"[" * 50_000, 400),
    (b'{"session": ' + b"9" * 5000 + b"}", 400),
    (b'{"session": null}', 400),
    (b'{"session": {}}', 400),
    (b'{"session": []}', 400),
    (b'{"session": true}', 404),
    (b'{"session": "\\u0000"}', 404),
    (b'{"session": "\\ud800"}', 400),
    (b'{"\\ud800": 1}', 400),
    (b'{"session": "one"}', 404),
    (b'{"session": ""}', 404),
    (b'{"session": -1}', 404),
    (b'{"session": 1e3}', 400),
    (b'{"session": "%s"}' % LONG.encode(), 404),
    (b'{"session": "9223372036854775808"}', 404),
    ('{"session": "١"}'.encode(), 404),
    (b'{"session": "%(id)s", "unknown": 1}', 400),
    (b'{"session": "%(id)s", "waitlist": "perhaps"}', 400),
    (b'{"session": "%(id)s", "override_reason": "\\u0000"}', 400),
    (b'{"session": "%(id)s", "override_reason": ["x"]}', 400),
    (b'{"session": "%(id)s", "patient": 0}', 404),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
def test_a_body_that_cannot_be_read_writes_nothing(body: bytes, status: int, cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    client = client_of(cast.ana.user)
    said = body.replace(b"%(id)s", str(session.pk).encode())
    response = client.generic("POST", BOOKINGS, said, content_type="application/json")  # type: ignore[arg-type]
    assert response.status_code == status, response.content
    assert response.json()["code"] == {400: "invalid", 404: "not_found"}[status]
    assert Booking.objects.count() == 0


def test_a_body_has_an_end(cast: Cast, client_of: Clients) -> None:
    body = b'{"session": "' + b"1" * (1024 * 1024) + b'"}'
    response = client_of(cast.ana.user).generic("POST", BOOKINGS, body, content_type="application/json")  # type: ignore[arg-type]
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


PARAMETERS = [
    ("sessions/?starts_after=soon", 400),
    ("sessions/?starts_after=2026-11-18T18:00:00", 400),
    ("sessions/?starts_after=0001-01-01T00:00:00Z", 400),
    ("sessions/?starts_after=9999-12-31T23:59:59-12:00", 400),
    ("sessions/?starts_after=2026-11-18T18:00:00%2B00:00", 200),
    ("sessions/?starts_after=2026-11-18T18:00:00+00:00", 200),
    ("sessions/?starts_after=2026-11-18", 200),
    ("sessions/?kind=%00", 400),
    ("sessions/?fits=perhaps", 400),
    ("sessions/?fits=", 200),
    ("sessions/?program=%00", 400),
    ("sessions/?program=99999999999999999999", 400),
    ("sessions/?program=7777", 200),
    ("sessions/?patient=7777", 404),
    ("sessions/?patient=x", 404),
    ("sessions/?limit=0", 400),
    ("sessions/?limit=-1", 400),
    ("sessions/?limit=many", 400),
    ("sessions/?limit=100000", 200),
    ("sessions/?offset=-1", 400),
    ("sessions/?offset=99999999999999999999", 400),
    ("sessions/?unknown=1", 200),
    ("bookings/?status=lost", 400),
    ("patients/?search=%00", 400),
    ("patients/?search=%ED%A0%80", 200),
    ("weeks/?week=2026-13-01", 400),
    ("weeks/?week=20261123", 400),
    ("weeks/?status=lost", 400),
    ("weeks/?ordering=password", 400),
    ("weeks/summary/?from=2026-11-23&to=2026-11-01", 400),
    ("weeks/summary/?from=1900-01-01&to=2100-12-31", 400),
    ("flags/?kind=x", 400),
    ("flags/?week=x", 400),
]


@pytest.mark.parametrize(("address", "status"), PARAMETERS)
def test_parameters_that_cannot_be_read(address: str, status: int, cast: Cast, client_of: Clients) -> None:
    cast.session("2026-11-18 18:00")
    response = client_of(cast.cory).get(f"/api/v1/{address}")
    assert response.status_code == status, response.content


@pytest.mark.parametrize("name", ["0", "-1", "x", "%00", LONG, "9223372036854775808", "1.0", "%D9%A1", "1%20"])
def test_ids_that_are_none(name: str, cast: Cast, client_of: Clients) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    client = client_of(cast.cory)
    for resource in ("patients", "sessions", "bookings", "series", "work-hours", "flags", "calendar-feeds"):
        response = client.get(f"/api/v1/{resource}/{name}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def _session_body(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "kind": "group",
        "title": "Skills",
        "starts_at": "2026-11-19T18:00:00-07:00",
        "ends_at": "2026-11-19T21:00:00-07:00",
        "capacity": 5,
        **fields,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("program", "999"),
        ("site", None),
        ("kind", "party"),
        ("title", " "),
        ("title", "x" * 200),
        ("starts_at", "2026-11-19T18:00:00"),
        ("starts_at", 5),
        ("ends_at", "2026-11-19T17:00:00-07:00"),
        ("capacity", 0),
        ("capacity", 10**12),
        ("capacity", 501),
        ("capacity", "many"),
        ("counselors", ["999"]),
        ("counselors", "1"),
        ("room", "999"),
        ("mode", "by post"),
        ("focus", "unknown"),
        ("telehealth_url", "javascript:alert(1)"),
        ("breaks", [{"starts_at": "2026-11-19T22:00:00-07:00", "ends_at": "2026-11-19T22:15:00-07:00"}]),
        ("colour", "red"),
    ],
)
def test_a_session_that_cannot_be_names_its_field(field: str, value: Any, cast: Cast, client_of: Clients) -> None:
    response = client_of(cast.cory).post("/api/v1/sessions/", _session_body(cast, **{field: value}))
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "invalid"), problem
    assert [name.partition("[")[0] for name in problem["errors"]] == [field]
    assert Session.objects.count() == 0


def test_a_break_has_both_ends_in_a_change_too(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    problem = client_of(cast.cory).patch(f"/api/v1/sessions/{session.pk}/", {"breaks": [{}]}).json()
    assert problem["errors"] == {
        "breaks[0].starts_at": ["This field is required."],
        "breaks[0].ends_at": ["This field is required."],
    }


def test_an_address_that_no_database_can_hold_is_unknown_with_a_key_too(cast: Cast, client_of: Clients) -> None:
    response = client_of(cast.cory).post("/api/v1/bookings/%00/move/", {"session": "1"}, HTTP_IDEMPOTENCY_KEY="a-key")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at_local", "2026-11-23"),
        ("ends_at_local", "2026-11-23T13:00"),
        ("rrule", "FREQ=SECONDLY"),
        ("rrule", "x"),
        ("time_zone", "Denver"),
        ("travel_before_minutes", 481),
        ("travel_before_minutes", -1),
        ("except_on", ["soon"]),
        ("ends_on", "2026-11-01"),
        ("label", "x" * 61),
    ],
)
def test_busy_time_that_cannot_be_names_its_field(field: str, value: Any, cast: Cast, client_of: Clients) -> None:
    body = {"starts_at_local": "2026-11-23T14:00", "ends_at_local": "2026-11-23T22:00", field: value}
    client = client_of(cast.patient("Una", account=True).user)
    problem = client.post("/api/v1/work-hours/", body).json()
    assert (problem["code"], [name.partition("[")[0] for name in problem["errors"]]) == ("invalid", [field])
    assert WorkHours.objects.count() == 0


def test_marks_are_not_lost_when_a_row_is_wrong(cast: Cast, client_of: Clients) -> None:
    """All or nothing: the good row beside the bad one is not written either."""
    session = cast.session("2026-11-18 07:30")
    good, bad = cast.booked(cast.ben, session, override_reason="late"), "0"
    rows = [{"booking": str(good.pk), "status": "present"}, {"booking": bad, "status": "present"}]
    client, address = client_of(cast.dana), f"/api/v1/sessions/{session.pk}/roster/"
    assert client.put(address, rows).status_code == 400
    roster = client.get(address).json()
    assert (roster["version"], [row["status"] for row in roster["rows"]]) == (0, [None])
