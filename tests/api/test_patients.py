"""People and their plans over HTTP."""

import pytest

from people.models import TrailEntry
from people.services.admissions import discharge
from people.services.plans import add_leave
from tests.api.conftest import Clients
from tests.cast import NOW, WEEK, Cast

V1 = "/api/v1/"


def test_taking_somebody_into_care(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.cory)
    admission = {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "admitted_on": "2026-11-18",
        "primary_counselor": str(cast.dana_counselor.pk),
    }
    body = {"name": "Eli Stone", "email": "eli@example.org", "phone": "303 555 0142", "admission": admission}
    made = client.post(f"{V1}patients/", body)
    patient = made.json()
    assert made.status_code == 201
    assert patient == {
        "id": patient["id"],
        "name": "Eli Stone",
        "email": "eli@example.org",
        "phone": "+13035550142",
        "birth_date": None,
        "language": "en",
        "admission": {**admission, "id": patient["admission"]["id"], "patient": patient["id"], "discharged_on": None},
    }
    address = f"{V1}patients/{patient['id']}/"
    phase = {"starts_on": "2026-11-18", "min_minutes": 540, "max_minutes": 1140, "wanted_kinds": ["group"]}
    answer = client.post(f"{address}phases/", phase)
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": answer.json()["id"],
            "admission": patient["admission"]["id"],
            "ends_on": None,
            "days_per_week": 5,
            "transition": False,
            "transition_reason": None,
            "template": None,
            **phase,
        },
    )
    refused = client.post(f"{address}phases/", {**phase, "min_minutes": 100}).json()
    least = "The program asks for at least 540 minutes a week, except in a phase marked as a transition."
    assert (refused["code"], refused["detail"], refused["errors"]) == (
        "invalid",
        f"min_minutes: {least}",
        {"min_minutes": [least]},
    )
    leave = {"starts_on": "2026-12-01", "ends_on": "2026-12-03", "reason": "travel"}
    assert client.post(f"{address}leaves/", leave).json().items() >= leave.items()
    assert client.post(f"{address}admissions/", admission).json()["errors"].keys() == {"admitted_on"}
    discharge = client.patch(f"{address}admissions/{patient['admission']['id']}/", {"discharged_on": "2026-12-24"})
    assert discharge.json()["discharged_on"] == "2026-12-24"
    for name in ("admissions", "phases", "leaves"):
        assert len(client.get(f"{address}{name}/").json()["results"]) == 1
    changed = client.patch(address, {"phone": None, "birth_date": "1990-02-28"}).json()
    assert (changed["phone"], changed["birth_date"], changed["name"]) == (None, "1990-02-28", "Eli Stone")


def test_discharge_and_leave_show_what_they_cancel(cast: Cast, client_of: Clients) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-12-03 18:00"))
    client, address = client_of(cast.cory), f"{V1}patients/{cast.ana.pk}/"
    admission = f"{address}admissions/{cast.admission_of(cast.ana).pk}/"
    nothing: dict[str, list[object]] = {"kept": [], "ended": [], "booked_again": [], "not_booked": []}
    touched = {
        "id": str(booking.pk),
        "session": str(booking.session_id),
        "starts_at": "2026-12-03T18:00:00-07:00",
        "ends_at": "2026-12-03T21:00:00-07:00",
        "kind": "group",
        "status": "booked",
        "standing_booking": None,
    }
    seen = client.patch(admission, {"discharged_on": "2026-12-02", "preview": True}).json()
    assert (seen["preview"], seen["discharged_on"]) == (True, "2026-12-02")
    assert seen["consequences"] == {**nothing, "cancelled": [touched]}
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-04"}
    looked = client.post(f"{address}leaves/", {**days, "preview": True})
    assert (looked.status_code, looked.json()["id"], looked.json()["consequences"]["cancelled"]) == (
        200,
        None,
        [touched],
    )
    assert client.get(f"{V1}bookings/{booking.pk}/").json()["status"] == "booked"
    made = client.post(f"{address}leaves/", {**days, "reason": "travel"})
    assert (made.status_code, made.json()["consequences"]["cancelled"]) == (201, [touched])
    assert client.get(f"{V1}bookings/{booking.pk}/").json()["status"] == "cancelled"
    leave = f"{address}leaves/{made.json()['id']}/"
    shorter = client.patch(leave, {"ends_on": "2026-12-02"}).json()
    assert (shorter["starts_on"], shorter["ends_on"], shorter["reason"]) == ("2026-12-01", "2026-12-02", "travel")
    assert client.delete(f"{leave}?preview=true").json()["preview"] is True
    assert client.delete(leave).status_code == 200
    assert client.get(f"{address}leaves/").json()["results"] == []
    assert client.patch(admission, {"discharged_on": "2026-12-02"}).json()["preview"] is False
    assert client.patch(admission, {"discharged_on": "2020-12-02"}).json()["errors"].keys() == {"discharged_on"}


def test_patients_are_those_admitted_now(cast: Cast, client_of: Clients) -> None:
    discharge(cast.admission_of(cast.ben), discharged_on=WEEK, actor=None, now=NOW)
    names = {name.pk: name.name for name in (cast.ana, cast.ben)}
    client = client_of(cast.cory)

    def found(query: str) -> list[str]:
        return [row["name"] for row in client.get(f"{V1}patients/{query}").json()["results"]]

    assert found("") == [names[cast.ana.pk]]
    assert found("?all=true") == ["Ana Reyes", "Ben Carter"]
    assert found("?all=true&search=CART") == ["Ben Carter"]
    assert found(f"?counselor={cast.dana_counselor.pk}") == ["Ana Reyes"]
    assert found("?program=77") == []
    own = client_of(cast.ben.user).get(f"{V1}patients/?all=true").json()["results"]
    assert [row["name"] for row in own] == ["Ben Carter"]


def test_patients_change_nothing_of_their_record(cast: Cast, client_of: Clients) -> None:
    """What one sees but may not do answers 403; an auditor only reads."""
    add_leave(cast.admission_of(cast.ana), starts_on=WEEK, ends_on=WEEK, actor=None, now=NOW)
    address = f"{V1}patients/{cast.ana.pk}/"
    for user in (cast.ana.user, cast.ada, cast.dana):
        client = client_of(user)
        assert client.get(address).status_code == 200
        refused = [
            client.patch(address, {"name": "X"}),
            client.post(f"{address}phases/", {}),
            client.post(f"{address}leaves/", {}),
            client.post(f"{address}admissions/", {}),
            client.patch(f"{address}admissions/{cast.admission_of(cast.ana).pk}/", {}),
        ]
        assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "not_allowed")] * 5
    looks = TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk)
    assert set(looks.values_list("actor_id", flat=True)) == {cast.ana.user_id, cast.ada.pk, cast.dana.pk}


LOOKS = {
    "patients/{ana}/": "opened_patient",
    "patients/{ana}/admissions/": "opened_patient",
    "patients/{ana}/phases/": "opened_patient",
    "patients/{ana}/leaves/": "opened_patient",
    "patients/{ana}/weeks/": "opened_patient",
    "patients/{ana}/history/": "opened_patient",
    "patients/{ana}/ledger/": "opened_report",
    "bookings/?patient={ana}": "opened_patient",
    "work-hours/?patient={ana}": "opened_patient",
    "messages/?patient={ana}": "opened_patient",
}


@pytest.mark.parametrize("address", LOOKS)
def test_every_look_is_recorded(address: str, cast: Cast, client_of: Clients) -> None:
    ana = cast.ana
    looks = TrailEntry.objects.filter(action__startswith="opened")
    assert client_of(cast.cory).get(f"{V1}{address.format(ana=ana.pk)}").status_code == 200
    recorded = list(looks.values_list("action", "actor_id", "patient_id", "at"))
    assert recorded == [(LOOKS[address], cast.cory.pk, ana.pk, NOW)]
