"""Sites over the API: hours, closures looked at and done, and lifted."""

import pytest

from people.models import SiteClosure
from scheduling.models import Session
from tests.api.conftest import Clients
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_hours_are_read_and_changed_and_refused_with_what_lies_outside(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-24 18:00")
    client, address = client_of(cast.cory), f"/api/v1/sites/{cast.site.pk}/"
    hours = {"1": [["08:00", "21:00"]]}
    assert client.patch(address, {"opening_hours": hours}, format="json").json()["opening_hours"] == hours
    refused = client.patch(address, {"opening_hours": {"2": [["08:00", "21:00"]]}}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "sessions_outside_hours")
    assert [one["id"] for one in refused.json()["conflicts"]] == [str(session.pk)]
    invalid = client.patch(address, {"opening_hours": {"9": [["08:00", "21:00"]]}}, format="json")
    assert (invalid.status_code, list(invalid.json()["errors"])) == (400, ["opening_hours"])
    assert [row["opening_hours"] for row in client.get("/api/v1/sites/").json()["results"]] == [hours]
    wanted = {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "kind": "group",
        "title": "Late",
        "capacity": 5,
        "starts_at": "2026-11-24T20:00:00-07:00",
        "ends_at": "2026-11-24T22:00:00-07:00",
    }
    late = client.post("/api/v1/sessions/", wanted, format="json")
    assert (late.status_code, late.json()["code"], late.json()["opening_hours"]) == (
        409,
        "outside_opening_hours",
        hours,
    )
    assert client_of(cast.dana).patch(address, {"opening_hours": {}}, format="json").status_code == 403


def test_a_session_says_which_doors_keep_it_off(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.cory)
    evening, day = cast.session("2026-11-24 18:00"), cast.session("2026-11-25 09:00", counselor=False)
    client.post(
        f"/api/v1/sites/{cast.site.pk}/closures/",
        {"starts_on": "2026-11-24", "reason": "Storm", "confirmed": []},
        format="json",
    )
    Session.objects.filter(pk=day.pk).update(state="cancelled", outside_hours=True)
    assert [client.get(f"/api/v1/sessions/{one.pk}/").json()["shut_by"] for one in (evening, day)] == [
        "site_closed",
        "outside_opening_hours",
    ]


def test_a_closure_is_looked_at_done_and_lifted(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-26 18:00")
    booking = cast.booked(cast.ana, session)
    client, address = client_of(cast.cory), f"/api/v1/sites/{cast.site.pk}/closures/"
    said = {"reason": "Storm", "starts_on": "2026-11-26"}
    assert client.post(address, {**said, "preview": True}, format="json").json() == {
        "sessions": [str(session.pk)],
        "bookings": [str(booking.pk)],
        "short_weeks": [
            {
                "patient": str(cast.ana.pk),
                "patient_name": "Ana Reyes",
                "week": "2026-11-23",
                "left_minutes": 0,
                "before_minutes": 180,
                "min_minutes": 540,
                "falls": False,
            }
        ],
        "suggestions": [
            {
                "session": str(session.pk),
                "starts_at": "2026-11-23T18:00:00-07:00",
                "ends_at": "2026-11-23T21:00:00-07:00",
                "free": 1,
                "booked": 1,
            }
        ],
        "restored": [],
    }
    stale = client.post(address, said, format="json")
    assert (stale.status_code, stale.json()["code"], stale.json()["lost"]) == (409, "stale", [str(booking.pk)])
    assert stale.json()["preview"]["sessions"] == [str(session.pk)]
    done = client.post(address, {**said, "confirmed": [str(booking.pk)]}, format="json")
    closure = SiteClosure.objects.get()
    assert (done.status_code, done.json()) == (
        201,
        {
            "id": str(closure.pk),
            "site": str(cast.site.pk),
            "kind": "closure",
            "state": "in_force",
            "reason": "Storm",
            "starts_on": "2026-11-26",
            "ends_on": "2026-11-26",
            "starts_at": None,
            "ends_at": None,
            "by_video_too": False,
        },
    )
    assert Session.objects.get().state == "cancelled"
    longer = client.patch(f"{address}{closure.pk}/", {"ends_on": "2026-11-27"}, format="json")
    assert (longer.status_code, longer.json()["ends_on"], longer.json()["reason"]) == (200, "2026-11-27", "Storm")
    lifted = client.delete(f"{address}{closure.pk}/?restore=true")
    assert (lifted.status_code, lifted.json()["state"], Session.objects.get().state) == (200, "lifted", "scheduled")
    assert [row["state"] for row in client_of(cast.dana).get(address).json()["results"]] == ["lifted"]
    assert client_of(cast.dana).post(address, said, format="json").status_code == 403


@pytest.mark.parametrize(("said", "state"), [({}, "scheduled"), ({"restore": False}, "cancelled")])
def test_a_closure_with_fewer_days_gives_back_the_others(
    cast: Cast, client_of: Clients, said: dict[str, bool], state: str
) -> None:
    wednesday, thursday = cast.session("2026-11-25 18:00"), cast.session("2026-11-26 18:00")
    client, address = client_of(cast.cory), f"/api/v1/sites/{cast.site.pk}/closures/"
    wide = {"reason": "Storm", "starts_on": "2026-11-25", "ends_on": "2026-11-26"}
    own = f"{address}{client.post(address, wide, format='json').json()['id']}/"
    later = {"starts_on": "2026-11-26"}
    seen = client.patch(own, {**later, "preview": True}, format="json").json()
    assert (seen["restored"], seen["sessions"]) == ([str(wednesday.pk)], [])
    assert client.patch(own, {**later, **said}, format="json").status_code == 200
    wednesday.refresh_from_db()
    thursday.refresh_from_db()
    assert (wednesday.state, thursday.state) == (state, "cancelled")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": "26 November"}, "starts_on"),
        ({"ends_on": "2026-11-25"}, "ends_on"),
        ({"reason": ""}, "reason"),
        ({"starts_at": "17:00"}, "ends_at"),
        ({"starts_at": "25:00"}, "starts_at"),
        ({"kind": "party"}, "kind"),
    ],
)
def test_what_is_no_closure_names_its_field(
    cast: Cast, client_of: Clients, changes: dict[str, str], field: str
) -> None:
    said = {"reason": "Storm", "starts_on": "2026-11-26", **changes}
    answer = client_of(cast.cory).post(f"/api/v1/sites/{cast.site.pk}/closures/", said, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert SiteClosure.objects.count() == 0
