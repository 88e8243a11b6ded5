"""Edits of series over the API: looked at first, done, and refused where more would be lost than was shown."""

from typing import Any

import pytest

from people.models import TrailEntry
from scheduling.models import Booking, SessionSeries
from tests.api.conftest import Clients
from tests.cast import Cast
from tests.scheduling.services.series_builders import seen, series_of
from tests.scheduling.services.test_invitations import of_a_series

pytestmark = pytest.mark.django_db

V1 = "/api/v1/"


def address(series: SessionSeries, rest: str = "") -> str:
    return f"{V1}series/{series.pk}/{rest}"


def test_a_preview_shows_whom_it_would_cost_and_writes_nothing(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=1)
    session = series.sessions.get(occurrence_local="2026-11-23T18:00")
    booking = cast.booked(cast.ana, session)
    before = seen(series)
    body = {"scope": "this", "occurrence": "2026-11-23T18:00", "starts_at_local": "2026-11-23T15:00"}
    client = client_of(cast.cory)
    shown = client.patch(address(series), {**body, "preview": True})
    assert shown.status_code == 200
    assert shown.json() == {
        "scope": "this",
        "occurrence": "2026-11-23T18:00",
        "occurrences": [
            {
                "change": "moved",
                "session": str(session.pk),
                "occurrence": "2026-11-23T18:00",
                "was_occurrence": "2026-11-23T18:00",
                "was_starts_at": "2026-11-23T18:00:00-07:00",
                "starts_at": "2026-11-23T15:00:00-07:00",
                "ends_at": "2026-11-23T18:00:00-07:00",
                "seats_taken": 1,
            }
        ],
        "bookings": {
            "kept": 0,
            "moved": 0,
            "lost": [
                {
                    "booking": str(booking.pk),
                    "patient": str(cast.ana.pk),
                    "patient_name": "Ana Reyes",
                    "session": str(session.pk),
                    "status": "booked",
                    "starts_at": "2026-11-23T18:00:00-07:00",
                    "code": "overlaps_work",
                    "codes": ["overlaps_work"],
                }
            ],
        },
        "guests": [],
        "clashes": [],
        "refused": None,
        "too_small": [],
    }
    assert seen(series) == before
    looked = TrailEntry.objects.filter(actor_id=cast.cory.pk, patient_id=cast.ana.pk)
    assert list(looked.values_list("action", flat=True)) == ["opened_patient"]

    refused = client.patch(address(series), body)
    assert (refused.status_code, refused.json()["code"], refused.json()["lost"]) == (409, "stale", [str(booking.pk)])
    assert refused.json()["preview"] == shown.json()
    assert seen(series) == before

    done = client.patch(address(series), {**body, "confirmed_lost": [str(booking.pk)]})
    assert done.status_code == 200
    assert done.json()["outcome"] == shown.json()
    assert Booking.objects.get(pk=booking.pk).status == "cancelled"
    assert (series.sessions.get(pk=session.pk).seats_taken) == 0


def test_exceptions_of_one_occurrence(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=1)
    client = client_of(cast.cory)
    room = cast.room.site.rooms.create(name="Room 2", seats=14)
    one = {"occurrence": "2026-11-23T18:00"}
    moved = client.post(address(series, "occurrences/"), {**one, "starts_at_local": "2026-11-24T10:00"})
    assert (moved.status_code, moved.json()["starts_at"]) == (201, "2026-11-24T10:00:00-07:00")
    other = client.patch(address(series, "occurrences/"), {**one, "room": str(room.pk), "counselors": []})
    assert (other.status_code, other.json()["room"], other.json()["counselors"]) == (200, str(room.pk), [])
    assert other.json()["id"] == moved.json()["id"]
    gone = client.post(address(series, "occurrences/"), {**one, "cancelled": True})
    assert (gone.status_code, gone.json()["state"]) == (201, "cancelled")
    again = client.post(address(series, "occurrences/"), {**one, "cancelled": True})
    assert (again.status_code, again.json()["code"]) == (409, "session_cancelled")
    wrong = client.post(address(series, "occurrences/"), {"occurrence": "tomorrow"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["occurrence"])


def test_pauses_and_ends(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=2)
    client = client_of(cast.cory)
    before = seen(series)
    holiday = {"starts_on": "2026-11-23", "ends_on": "2026-11-27", "reason": "Thanksgiving"}
    shown = client.post(address(series, "pauses/"), {**holiday, "preview": True})
    assert (shown.status_code, [one["change"] for one in shown.json()["occurrences"] if one["change"] != "kept"]) == (
        200,
        ["removed", "removed"],
    )
    made = client.post(address(series, "pauses/"), holiday)
    assert made.status_code == 201
    pause: dict[str, Any] = {key: made.json()[key] for key in ("id", "starts_on", "ends_on", "reason")}
    assert client.get(address(series, "pauses/")).json()["results"] == [pause]
    assert client.delete(address(series, f"pauses/{pause['id']}/")).status_code == 200
    assert seen(series) == before
    ended = client.patch(address(series), {"ends_on": "2026-11-25"})
    assert (ended.status_code, ended.json()["ends_on"]) == (200, "2026-11-25")
    assert list(seen(series).values())[-1] == ("12-02 18:00", "cancelled")
    wrong = client.post(address(series, "pauses/"), {"starts_on": "2026-11-27", "ends_on": "2026-11-23"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["ends_on"])


def test_only_those_who_manage_the_site_change_its_series(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=1)
    body = {"title": "Other"}
    assert client_of(cast.dana).patch(address(series), body).json()["code"] == "not_allowed"
    assert client_of(cast.stranger).patch(address(series), body).status_code == 404
    assert client_of(cast.cory).patch(address(series), {"scope": "some"}).status_code == 400
    assert client_of(cast.cory).patch(address(series), {"rrule": "FREQ=HOURLY"}).status_code == 400
    assert client_of(cast.cory).patch(address(series), body).json()["title"] == "Other"


def test_a_preview_names_the_guests_whom_an_edit_uninvites(cast: Cast, client_of: Clients) -> None:
    invitation = of_a_series(cast)
    series, session = invitation.session.series, invitation.session
    assert series is not None
    body = {"scope": "following", "occurrence": session.occurrence_local, "kind": "group"}
    client = client_of(cast.cory)
    shown = client.patch(address(series), {**body, "preview": True}).json()
    assert shown["guests"] == [
        {
            "invitation": str(invitation.pk),
            "booking": str(invitation.booking_id),
            "session": str(session.pk),
            "patient": str(cast.ana.pk),
            "name": "Rosa",
            "state": "coming",
            "code": "not_a_family_session",
        }
    ]
    assert TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk).exists()
    invitation.refresh_from_db()
    assert invitation.state == "coming"
    assert client.patch(address(series), body).json()["outcome"] == shown
    invitation.refresh_from_db()
    assert invitation.state == "withdrawn"
