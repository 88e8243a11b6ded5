"""Reports over HTTP: asked for, looked after, fetched, stopped; only by whoever may, and only one's own."""

from typing import Any

import pytest

from attendance.models import ReportRun
from attendance.services.report_runs import make_waiting
from tests.api.conftest import Clients
from tests.attendance.queries.test_reports import people_with_a_week
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db

V1 = "/api/v1/"
ASKED = {"report": "hours", "from": "2026-11-16", "to": "2026-11-22"}


def test_a_report_from_asking_to_its_file(cast: Cast, client_of: Clients) -> None:
    people_with_a_week(cast, 2)
    client = client_of(cast.cory)
    answer = client.post(f"{V1}reports/", ASKED)
    run = ReportRun.objects.get()
    expected: dict[str, Any] = {
        "id": str(run.pk),
        "report": "hours",
        "format": "csv",
        "from": "2026-11-16",
        "to": "2026-11-22",
        "program": None,
        "site": None,
        "patients": [],
        "state": "waiting",
        "done": 0,
        "total": 2,
        "size": 0,
        "requested_at": "2026-11-18T08:02:00-07:00",
        "finished_at": None,
        "expires_at": "2026-11-19T08:02:00-07:00",
        "file": None,
    }
    assert (answer.status_code, answer.json()) == (202, expected)
    refused = client.get(f"{V1}reports/{run.pk}/file/")
    assert (refused.status_code, refused.json()["code"]) == (409, "report_not_ready")
    make_waiting(clock=lambda: NOW)
    run.refresh_from_db()
    ready = client.get(f"{V1}reports/{run.pk}/").json()
    assert ready == {
        **expected,
        "state": "done",
        "done": 2,
        "size": run.size,
        "finished_at": "2026-11-18T08:02:00-07:00",
        "file": f"http://testserver{V1}reports/{run.pk}/file/",
    }
    assert client.get(f"{V1}reports/").json()["results"] == [ready]
    file = client.get(f"{V1}reports/{run.pk}/file/")
    assert file["Content-Disposition"] == 'attachment; filename="hours-2026-11-16-2026-11-22.csv"'
    assert file.getvalue().decode().count("Patient ") == 2
    assert client_of(cast.dirk).get(f"{V1}reports/{run.pk}/").status_code == 404
    assert client_of(cast.dirk).get(f"{V1}reports/").json()["results"] == []


def test_one_that_waits_is_cancelled(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ada)
    made = client.post(f"{V1}reports/", {**ASKED, "report": "summary", "format": "xlsx"}).json()
    gone = client.post(f"{V1}reports/{made['id']}/cancel/")
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    assert make_waiting(clock=lambda: NOW) == 0


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"report": "weather"}, {"report"}),
        ({"from": "2026-11-23"}, {"to"}),
        ({"from": "2020-11-23"}, {"to"}),
        ({"from": "yesterday"}, {"from"}),
        ({"from": "0001-01-01"}, {"from"}),
        ({"to": "9" * 400}, {"to"}),
        ({"format": "pdf"}, {"format"}),
        ({"report": "ledger"}, {"patients"}),
        ({"report": "packet"}, {"patients"}),
        ({"site": "999999"}, {"site"}),
        ({"colour": "blue"}, {"colour"}),
    ],
)
def test_what_makes_no_sense_names_its_field(
    cast: Cast, client_of: Clients, said: dict[str, Any], fields: set[str]
) -> None:
    answer = client_of(cast.cory).post(f"{V1}reports/", {**ASKED, **said})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, fields)
    assert ReportRun.objects.count() == 0


def test_who_may_ask_for_what(cast: Cast, client_of: Clients) -> None:
    """A substitute sees whom they lead, and has no report of them; a patient has none at all."""
    (person,) = people_with_a_week(cast, 1)
    cast.booked(cast.ana, cast.session("2026-11-20 18:00"))
    sub = cast._staff("sub", "counselor", counselor=True)  # type: ignore[arg-type]
    session = person.bookings.get().session
    session.leads.create(counselor=sub.counselor, starts_at=session.starts_at, ends_at=session.ends_at)
    own = cast.ana.user
    asked = {**ASKED, "report": "ledger", "patients": [str(person.pk)]}
    found = {
        user.name: client_of(user).post(f"{V1}reports/", asked).status_code
        for user in (cast.cory, cast.dana, cast.ada, sub, cast.stranger, own)
        if user is not None
    }
    assert found == {"Cory": 202, "Dana": 202, "Ada": 202, "Sub": 403, "Stranger": 404, "Ana": 403}


def test_the_same_key_asks_once(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.cory)
    answers = [client.post(f"{V1}reports/", ASKED, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert ReportRun.objects.count() == 1
