"""What people do about a flag, over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from attendance.models import Flag, Outreach
from people.enums import Role
from people.models import Patient, TrailEntry
from tests.api.conftest import Clients
from tests.cast import NOW, WEEK, Cast

pytestmark = pytest.mark.django_db

V1 = "/api/v1/"


def flagged(cast: Cast, patient: Patient | None = None, **fields: Any) -> Flag:
    patient = patient or cast.ana
    given = {"kind": "at_risk", "week": WEEK, "raised_at": NOW, "facts": {"shortfall_minutes": 45}, **fields}
    return Flag.objects.create(patient=patient, admission=cast.admission_of(patient), **given)


def post(client: APIClient, flag: Flag, action: str, **body: Any) -> Any:
    return client.post(f"{V1}flags/{flag.pk}/{action}/", body, format="json")


def test_from_open_to_resolved_with_every_step_kept(cast: Cast, client_of: Clients) -> None:
    flag, client = flagged(cast), client_of(cast.cory)
    assert post(client, flag, "acknowledge").json()["state"] == "acknowledged"
    assert post(client, flag, "acknowledge").json()["state"] == "acknowledged"
    assert post(client, flag, "assign", assigned_to=str(cast.dana.pk)).json()["assigned_to"] == str(cast.dana.pk)
    called = post(client, flag, "notes", kind="call", outcome="no_answer")
    assert (called.status_code, called.json()) == (
        201,
        {
            "id": called.json()["id"],
            "kind": "call",
            "outcome": "no_answer",
            "text": None,
            "at": "2026-11-18T08:02:00-07:00",
            "by": str(cast.cory.pk),
            "assigned_to": None,
        },
    )
    assert post(client, flag, "notes", text="Bus is off this week").status_code == 201
    done = post(client, flag, "resolve", reason="Books Saturday herself").json()
    assert (done["state"], done["resolution"]) == ("resolved", "Books Saturday herself")
    steps = client.get(f"{V1}flags/{flag.pk}/notes/").json()["results"]
    assert [(step["kind"], step["text"]) for step in steps] == [
        ("acknowledged", None),
        ("assigned", None),
        ("call", None),
        ("note", "Bus is off this week"),
        ("resolved", "Books Saturday herself"),
    ]
    actions = TrailEntry.objects.filter(patient_id=cast.ana.pk, actor_id=cast.cory.pk).order_by("pk")
    told = [one.action for one in actions if "flag" in one.action or one.action == "outreach"]
    assert told == ["flag_acknowledged", "flag_assigned", "outreach", "outreach", "flag_resolved"]
    assert "Bus" not in str(list(actions.values_list("after", "before", "reason")))


def test_a_resolved_flag_takes_notes_and_nothing_else(cast: Cast, client_of: Clients) -> None:
    flag, client = flagged(cast), client_of(cast.cory)
    post(client, flag, "resolve", reason="Done")
    for action, body in (
        ("acknowledge", {}),
        ("assign", {"assigned_to": str(cast.dana.pk)}),
        ("resolve", {"reason": "x"}),
    ):
        answer = post(client, flag, action, **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "flag_resolved")
    assert post(client, flag, "notes", text="Came on Friday").status_code == 201


def test_it_goes_only_to_those_who_see_the_person_and_may_act(cast: Cast, client_of: Clients) -> None:
    flag, client = flagged(cast), client_of(cast.cory)
    other = cast._staff("otto", Role.COUNSELOR, counselor=True)  # a counselor without her in care
    for user in (cast.stranger, other, cast.ada, cast.ana.user):
        assert user is not None
        answer = post(client, flag, "assign", assigned_to=str(user.pk))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["assigned_to"])
    assert post(client, flag, "assign", assigned_to=str(cast.dirk.pk)).status_code == 200
    assert post(client, flag, "assign", assigned_to=None).json()["assigned_to"] is None


def test_who_may_act(cast: Cast, client_of: Clients) -> None:
    found = {}
    for user in (cast.cory, cast.dirk, cast.dana, cast.ada, cast.stranger, cast.ana.user):
        assert user is not None
        flag = Flag.objects.first() or flagged(cast)
        found[user.name] = post(client_of(user), flag, "notes", text="Seen").status_code
    assert found == {"Cory": 201, "Dirk": 201, "Dana": 201, "Ada": 403, "Stranger": 404, "Ana": 404}


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("resolve", {}, "reason"),
        ("resolve", {"reason": " "}, "reason"),
        ("resolve", {"reason": "x" * 201}, "reason"),
        ("notes", {}, "text"),
        ("notes", {"text": "x" * 501}, "text"),
        ("notes", {"text": "x", "kind": "resolved"}, "kind"),
        ("notes", {"text": "x", "outcome": "reached"}, "outcome"),
        ("assign", {}, "assigned_to"),
        ("assign", {"assigned_to": "x"}, "assigned_to"),
        ("acknowledge", {"why": "x"}, "why"),
    ],
)
def test_what_cannot_be_read_names_its_field(
    cast: Cast, client_of: Clients, action: str, body: dict[str, str], field: str
) -> None:
    flag = flagged(cast)
    answer = post(client_of(cast.cory), flag, action, **body)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "invalid", [field])
    assert not Outreach.objects.exists()


def test_a_note_sent_twice_with_its_key_is_one(cast: Cast, client_of: Clients) -> None:
    flag, client = flagged(cast), client_of(cast.cory)
    for _ in range(2):
        answer = client.post(
            f"{V1}flags/{flag.pk}/notes/", {"text": "Once"}, format="json", headers={"Idempotency-Key": "abc"}
        )
        assert answer.status_code == 201
    assert Outreach.objects.count() == 1
