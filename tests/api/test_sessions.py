"""What is on, over HTTP: the shape, what fits, pages, and who may change it."""

from typing import Any

from scheduling.models import Booking, Session
from tests.api.conftest import Clients
from tests.cast import Cast, at

V1 = "/api/v1/"


def session_answer(session: Session, cast: Cast, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(session.pk),
        "series": None,
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "kind": "group",
        "focus": "process",
        "title": "Process group",
        "starts_at": "2026-11-18T18:00:00-07:00",
        "ends_at": "2026-11-18T21:00:00-07:00",
        "breaks": [{"starts_at": "2026-11-18T19:30:00-07:00", "ends_at": "2026-11-18T19:45:00-07:00"}],
        "clinical_minutes": 165,
        "capacity": 12,
        "seats_taken": 0,
        "seats_left": 12,
        "state": "scheduled",
        "shut_by": None,
        "counselors": [str(cast.dana_counselor.pk)],
        "counselor_names": ["Dana K."],
        "room": str(cast.room.pk),
        "room_name": "Room 4",
        "mode": "in_person",
        "caseload_of": None,
        "telehealth_url": None,
        "fits": None,
        "why_not": [],
        **fields,
    }


def test_a_session(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", breaks=((at("2026-11-18 19:30"), at("2026-11-18 19:45")),))
    address = f"{V1}sessions/{session.pk}/"
    assert client_of(cast.cory).get(address).json() == session_answer(session, cast)
    named = client_of(cast.cory).get(f"{address}?patient={cast.ana.pk}").json()
    assert named == session_answer(session, cast, fits=True)
    assert client_of(cast.ana.user).get(address).json() == session_answer(session, cast, fits=True)


def test_staff_make_change_and_cancel_a_session(cast: Cast, client_of: Clients) -> None:
    body = {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "kind": "group",
        "focus": "process",
        "title": "Process group",
        "starts_at": "2026-11-19T01:00:00Z",
        "ends_at": "2026-11-19T04:00:00+00:00",
        "breaks": [{"starts_at": "2026-11-18T19:30:00-07:00", "ends_at": "2026-11-18T19:45:00-07:00"}],
        "capacity": 12,
        "counselors": [str(cast.dana_counselor.pk)],
        "room": str(cast.room.pk),
        "mode": "in_person",
    }
    client = client_of(cast.cory)
    made = client.post(f"{V1}sessions/", body)
    session = Session.objects.get()
    assert (made.status_code, made.json()) == (201, session_answer(session, cast))
    cast.booked(cast.ana, session)
    address = f"{V1}sessions/{session.pk}/"
    changed = client.patch(
        address, {"room": None, "counselors": [], "breaks": [], "ends_at": "2026-11-18T20:00:00-07:00"}
    )
    expected = session_answer(
        session,
        cast,
        room=None,
        room_name=None,
        counselors=[],
        counselor_names=[],
        breaks=[],
        ends_at="2026-11-18T20:00:00-07:00",
        clinical_minutes=120,
        seats_taken=1,
        seats_left=11,
    )
    assert (changed.status_code, changed.json()) == (200, expected)
    assert Booking.objects.get().counted_minutes == 120
    cancelled = client.post(f"{address}cancel/", {"reason": "snow"}).json()
    assert (cancelled["state"], cancelled["seats_taken"]) == ("cancelled", 0)
    assert client.get(f"{V1}sessions/").json()["results"] == []
    assert [row["id"] for row in client.get(f"{V1}sessions/?state=cancelled").json()["results"]] == [str(session.pk)]


def test_a_session_needs_neither_counselor_nor_room(cast: Cast, client_of: Clients) -> None:
    body = {
        "program": cast.program.pk,
        "site": cast.site.pk,
        "kind": "individual",
        "title": "One to one",
        "starts_at": "2026-11-19T18:00:00-07:00",
        "ends_at": "2026-11-19T19:00:00-07:00",
        "capacity": 1,
        "counselors": [],
        "room": None,
        "mode": "telehealth",
    }
    answer = client_of(cast.dirk).post(f"{V1}sessions/", body).json()
    assert (answer["counselors"], answer["room"], answer["mode"], answer["focus"]) == ([], None, "telehealth", None)


def test_fits_leaves_out_what_booking_would_refuse(cast: Cast, client_of: Clients) -> None:
    evening, full = cast.session("2026-11-18 18:00"), cast.session("2026-11-20 18:00", capacity=1)
    cast.booked(cast.patient(), full)
    cast.session("2026-11-19 09:00")  # during Ana's work
    cast.session("2026-11-17 18:00")  # over
    ids = [str(evening.pk), str(full.pk)]
    mine = client_of(cast.ana.user).get(f"{V1}sessions/?fits=true").json()["results"]
    assert [(row["id"], row["fits"], row["why_not"]) for row in mine] == [
        (ids[0], True, []),
        (ids[1], True, ["session_full"]),
    ]
    staff = client_of(cast.cory)
    assert [row["id"] for row in staff.get(f"{V1}sessions/?fits=true&patient={cast.ana.pk}").json()["results"]] == ids
    assert staff.get(f"{V1}sessions/?fits=true").json()["errors"].keys() == {"patient"}
    everything = client_of(cast.ana.user).get(f"{V1}sessions/?limit=200").json()["results"]
    assert [row["why_not"] for row in everything] == [
        ["session_started"],
        [],
        ["overlaps_work"],
        ["session_full"],
    ]


def test_sessions_are_found_by_time_and_kind(cast: Cast, client_of: Clients) -> None:
    first = cast.session("2026-11-18 18:00", kind="family")
    second = cast.session("2026-11-19 18:00")
    client = client_of(cast.cory)

    def found(query: str) -> list[str]:
        return [row["id"] for row in client.get(f"{V1}sessions/?{query}").json()["results"]]

    assert found("starts_after=2026-11-18T18:00:00-07:00") == [str(first.pk), str(second.pk)]
    assert found("starts_after=2026-11-18T18:00:01-07:00") == [str(second.pk)]
    assert found("starts_before=2026-11-19T18:00:00-07:00") == [str(first.pk)]
    assert found("starts_after=2026-11-19") == [str(second.pk)]
    assert found("kind=family") == [str(first.pk)]
    assert found(
        f"counselor={cast.dana_counselor.pk}&program={cast.program.pk}&site={cast.site.pk}&mode=in_person"
    ) == [
        str(first.pk),
        str(second.pk),
    ]


def test_pages_follow_each_other(cast: Cast, client_of: Clients) -> None:
    ids = [str(cast.session(f"2026-11-{day} 18:00", counselor=False).pk) for day in range(18, 23)]
    client = client_of(cast.cory)
    first = client.get(f"{V1}sessions/?limit=2&kind=group").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [row["id"] for page in (first, second, third) for row in page["results"]] == ids
    assert (first["previous"], third["next"]) == (None, None)
    assert client.get(third["previous"]).json()["results"] == second["results"]
    assert client.get(second["previous"]).json()["results"] == first["results"]
    fitting = client.get(f"{V1}sessions/?fits=true&limit=4&patient={cast.ana.pk}").json()
    assert ([row["id"] for row in fitting["results"]], client.get(fitting["next"]).json()["results"][0]["id"]) == (
        ids[:4],
        ids[4],
    )


def test_series_and_their_occurrences(cast: Cast, client_of: Clients) -> None:
    body = {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "kind": "group",
        "title": "Skills",
        "focus": "skills",
        "rrule": "FREQ=WEEKLY;BYDAY=TH",
        "starts_at_local": "2026-11-19T18:00",
        "duration_minutes": 180,
        "breaks": [{"after_minutes": 90, "minutes": 15}],
        "capacity": 12,
        "counselors": [str(cast.dana_counselor.pk)],
        "room": str(cast.room.pk),
        "mode": "in_person",
        "ends_on": "2026-12-03",
    }
    client = client_of(cast.cory)
    made = client.post(f"{V1}series/", body)
    series = made.json()
    assert (made.status_code, series) == (201, {"id": series["id"], **body})
    assert client.get(f"{V1}series/{series['id']}/").json() == series
    assert client.get(f"{V1}series/").json()["results"] == [series]
    rows = client.get(f"{V1}series/{series['id']}/occurrences/").json()["results"]
    assert [(row["series"], row["starts_at"], row["clinical_minutes"]) for row in rows] == [
        (series["id"], f"2026-{day}T18:00:00-07:00", 165) for day in ("11-19", "11-26", "12-03")
    ]
    problem = client.post(f"{V1}series/", {**body, "rrule": "FREQ=WEEKLY;BYDAY=XX", "breaks": [{"minutes": 0}]}).json()
    assert set(problem["errors"]) == {"breaks[0].after_minutes", "breaks[0].minutes"}
    assert client_of(cast.dana).post(f"{V1}series/", body).json()["code"] == "not_allowed"
    assert client_of(cast.ana.user).get(f"{V1}series/").json()["results"] == []
