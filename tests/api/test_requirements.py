"""Requirements over HTTP."""

from attendance.models import Requirement
from tests.api.conftest import Clients
from tests.cast import Cast

ASKED = {"name": "Three days", "asked_by": "payer", "measure": "days", "window": "week", "minimum": 3}


def test_what_is_asked_of_a_patient_comes_with_the_programs(cast: Cast, client_of: Clients) -> None:
    director = client_of(cast.dirk)
    made = director.post(f"/api/v1/programs/{cast.program.pk}/requirements/", ASKED)
    own = director.post(
        f"/api/v1/patients/{cast.ana.pk}/requirements/", {**ASKED, "name": "A court", "asked_by": "court", "minimum": 1}
    )
    assert (made.status_code, own.status_code) == (201, 201)
    listed = client_of(cast.ana.user).get(f"/api/v1/patients/{cast.ana.pk}/requirements/").json()["results"]
    assert [(row["name"], row["program"], row["admission"]) for row in listed] == [
        ("A court", None, str(cast.admission_of(cast.ana).pk)),
        ("Three days", str(cast.program.pk), None),
    ]
    (week, *_) = director.get(f"/api/v1/patients/{cast.ana.pk}/weeks/").json()["results"]
    assert {row["name"]: (row["value"], row["minimum"], row["met"]) for row in week["requirements"]} == {
        "A court": (0, 1, False),
        "Three days": (0, 3, False),
    }


def test_one_is_changed_by_field_and_refused_by_field(cast: Cast, client_of: Clients) -> None:
    director = client_of(cast.dirk)
    address = f"/api/v1/programs/{cast.program.pk}/requirements/"
    pk = director.post(address, ASKED).json()["id"]
    changed = director.patch(f"{address}{pk}/", {"in_force_to": "2026-12-31", "kinds": ["group"]})
    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in ("minimum", "in_force_to", "kinds")} == {
        "minimum": 3,
        "in_force_to": "2026-12-31",
        "kinds": ["group"],
    }
    refused = director.patch(f"{address}{pk}/", {"minimum": 8})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"minimum"})
    assert Requirement.objects.get(pk=pk).minimum == 3


def test_who_does_not_run_the_program_only_reads(cast: Cast, client_of: Clients) -> None:
    for user in (cast.dana, cast.ada, cast.ana.user):
        client = client_of(user)
        assert client.get(f"/api/v1/programs/{cast.program.pk}/requirements/").status_code == 200
        assert client.post(f"/api/v1/programs/{cast.program.pk}/requirements/", ASKED).status_code == 403
    assert not Requirement.objects.exists()
