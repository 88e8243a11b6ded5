"""Standing bookings over HTTP: preview, enrol, a track in one request, and leaving."""

from typing import Any

from attendance.services.requirements import RequirementFields, add_requirement
from people.models import TrailEntry
from scheduling.models import Session
from scheduling.services.booking import book
from tests.api.conftest import Clients
from tests.cast import NOW, Cast, at
from tests.scheduling.services.test_tracks import evening

V1 = "/api/v1/"


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"patient": str(cast.ana.pk), "starts_on": "2026-11-23", **more}


def test_a_series_is_looked_at_joined_and_left(cast: Cast, client_of: Clients) -> None:
    series = evening(cast, "MO", capacity=1)
    full = Session.objects.get(occurrence_local="2026-11-30T18:00")
    book(cast.patient(), full, actor=None, now=NOW)
    add_requirement(cast.program, RequirementFields("Payer", "payer", "days", "week", 3), actor=None, now=NOW)
    client, address = client_of(cast.cory), f"{V1}series/{series.pk}/enroll/"
    seen = client.post(address, body(cast, preview=True))
    assert (seen.status_code, seen.json()["refused"], seen.json()["checked_until"]) == (
        200,
        ["2026-11-30"],
        "2026-12-09",
    )
    assert [(one["date"], one["codes"], one["outcome"]) for one in seen.json()["dates"]] == [
        ("2026-11-23", [], "free"),
        ("2026-11-30", ["session_full"], "refused"),
        ("2026-12-07", [], "free"),
    ]
    assert seen.json()["yield"] == {
        "least_minutes": 165,
        "most_minutes": 165,
        "least_days": 1,
        "most_days": 1,
        "min_minutes": 540,
        "max_minutes": 1140,
        "days_per_week": 5,
        "spare_minutes": -375,
        "requirements": [
            {
                "name": "Payer",
                "measure": "days",
                "minimum": 3,
                "maximum": None,
                "least": 0,
                "most": 0,
                "met": False,
            }
        ],
        "warnings": ["below_minimum", "requirement"],
    }
    refused = client.post(address, body(cast))
    assert (refused.status_code, refused.json()["code"]) == (409, "track_refused")
    assert refused.json()["dates"] == [
        {
            "date": "2026-11-30",
            "session": str(full.pk),
            "series": str(series.pk),
            "starts_at": "2026-11-30T18:00:00-07:00",
            "codes": ["session_full"],
        }
    ]
    made = client.post(address, body(cast, without=["2026-11-30"]))
    row = made.json()
    assert (made.status_code, len(row["bookings"]), [one["outcome"] for one in row["gaps"]]) == (201, 2, ["left_out"])
    booking = client.get(f"{V1}bookings/{row['bookings'][0]}/").json()
    assert booking["standing_booking"] == row["id"]
    leave = f"{V1}standing-bookings/{row['id']}/leave/"
    looked = client.post(leave, {"from": "2026-11-24", "preview": True}).json()
    assert ([one["id"] for one in looked["cancelled"]], looked["ends_on"]) == ([row["bookings"][1]], None)
    left = client.post(leave, {"from": "2026-11-24", "reason": "new shift"}).json()
    assert (left["ends_on"], left["cancelled"][0]["status"]) == ("2026-11-23", "cancelled")
    listed = client.get(f"{V1}standing-bookings/?patient={cast.ana.pk}").json()["results"]
    assert [(one["id"], one["ends_on"], one["leave_reason"]) for one in listed] == [
        (row["id"], "2026-11-23", "new shift")
    ]
    assert TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk).count() == 1


def test_evenings_that_were_moved_or_skipped_are_told(cast: Cast, client_of: Clients) -> None:
    address = f"{V1}series/{evening(cast, 'MO').pk}/enroll/"
    client = client_of(cast.cory)
    row = client.post(address, body(cast)).json()
    assert row["changed_evenings"] == []
    other = cast.session("2026-12-01 18:00", counselor=False, room=False)
    moved = client.post(f"{V1}bookings/{row['bookings'][1]}/move/", {"session": str(other.pk)}).json()
    second, third = Session.objects.filter(series_id=row["series"], starts_at__gte=at("2026-11-30 00:00"))
    assert (moved["standing_booking"], moved["stands_for"]) == (row["id"], str(second.pk))
    client.post(f"{V1}bookings/{row['bookings'][2]}/cancel/", {"reason": ""})
    told = [
        {"session": str(second.pk), "starts_at": "2026-11-30T18:00:00-07:00", "what": "moved", "moved_to": moved["id"]},
        {"session": str(third.pk), "starts_at": "2026-12-07T18:00:00-07:00", "what": "skipped", "moved_to": None},
    ]
    assert client.get(f"{V1}standing-bookings/{row['id']}/").json()["changed_evenings"] == told
    (listed,) = client.get(f"{V1}standing-bookings/?patient={cast.ana.pk}").json()["results"]
    assert listed["changed_evenings"] == told
    leave = client.post(f"{V1}standing-bookings/{row['id']}/leave/", {"from": "2026-11-30"}).json()
    assert [one["id"] for one in leave["cancelled"]] == [moved["id"]]


def test_a_track_is_joined_in_one_request(cast: Cast, client_of: Clients) -> None:
    series = [str(evening(cast, day).pk) for day in ("MO", "WE")]
    made = client_of(cast.cory).post(f"{V1}tracks/", body(cast, series=series)).json()
    assert [row["series"] for row in made["standing_bookings"]] == series
    assert len(made["bookings"]) == 6
    again = client_of(cast.cory).post(f"{V1}tracks/", body(cast, series=series))
    assert (again.status_code, again.json()["code"]) == (409, "already_enrolled")


def test_bad_input_names_its_field(cast: Cast, client_of: Clients) -> None:
    address = f"{V1}series/{evening(cast, 'MO').pk}/enroll/"
    client = client_of(cast.cory)
    for wrong, field in (
        ({"starts_on": "soon"}, "starts_on"),
        ({"ends_on": "2026-11-01"}, "ends_on"),
        ({"without": ["2026-11-24"]}, "without"),
        ({"without_sessions": ["x"]}, "without_sessions[0]"),
        ({"strange": 1}, "strange"),
    ):
        answer = client.post(address, {**body(cast), **wrong})
        assert (answer.status_code, set(answer.json()["errors"])) == (400, {field}), answer.json()
    assert client.post(address, body(cast, patient="99999")).status_code == 404


def test_patients_see_their_own_and_change_nothing(cast: Cast, client_of: Clients) -> None:
    series = evening(cast, "MO")
    made = client_of(cast.cory).post(f"{V1}series/{series.pk}/enroll/", body(cast)).json()
    own = client_of(cast.ana.user)
    assert [one["id"] for one in own.get(f"{V1}standing-bookings/").json()["results"]] == [made["id"]]
    assert own.post(f"{V1}standing-bookings/{made['id']}/leave/", {"from": "2026-11-24"}).status_code == 403
