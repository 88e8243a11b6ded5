"""A site's page: when it is open, and its rooms."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from people.models import Room, Site, SiteClosure
from tests.cast import NOW, Cast
from tests.web.reading import open_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_hours_are_read_and_written(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    address = f"/sites/{cast.site.pk}/"
    assert open_page(client, address).answer == "Always open"
    body = {"do": "hours", "day_1": "8:00–12:00, 13:00-21:00", "day_2": "08:00 to 21:00"}
    assert client.post(address, body).status_code == 302
    cast.site.refresh_from_db()
    assert cast.site.opening_hours == {"1": [["08:00", "12:00"], ["13:00", "21:00"]], "2": [["08:00", "21:00"]]}
    page = open_page(client, address)
    assert page.answer == "Open on 2 days a week"
    assert 'value="08:00–12:00, 13:00–21:00"' in page.source


def test_hours_that_sessions_lie_outside_of_are_refused_with_each_of_them(cast: Cast, client: Client) -> None:
    cast.session("2026-11-24 18:00")
    client.force_login(cast.cory)
    answer = client.post(f"/sites/{cast.site.pk}/", {"do": "hours", "day_2": "08:00-21:00"})
    assert answer.status_code == 409
    words = answer.content.decode().replace("\u00a0", " ")
    assert "Sessions ahead lie outside these hours; move or cancel them first" in words
    assert "Tue 24 Nov, 6–9 pm: a session is on" in words


@pytest.mark.parametrize("text", ["morning", "25:00-26:00", "08:00-20:00, 10:00-11:00"])
def test_what_is_no_time_is_said_and_nothing_written(cast: Cast, client: Client, text: str) -> None:
    client.force_login(cast.cory)
    assert client.post(f"/sites/{cast.site.pk}/", {"do": "hours", "day_1": text}).status_code == 400
    cast.site.refresh_from_db()
    assert cast.site.opening_hours == {}


def test_rooms_are_added_renamed_and_taken_out_of_use(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    address = f"/sites/{cast.site.pk}/"
    client.post(address, {"do": "room", "name": "Room 5", "seats": "8"})
    room = Room.objects.get(name="Room 5")
    client.post(address, {"do": "room", "room": room.pk, "name": "Room 6", "seats": "9"})
    assert client.post(address, {"do": "room", "name": "Room 6", "seats": "3"}).status_code == 400
    assert list(Room.objects.values_list("name", "seats", "active")) == [("Room 6", 9, False)]


def test_whoever_does_not_manage_it_only_reads(cast: Cast, client: Client) -> None:
    for user in (cast.dana, cast.ada):
        client.force_login(user)
        page = open_page(client, f"/sites/{cast.site.pk}/")
        assert (page.answer, "Save the hours" in page.words) == ("Always open", False)
        assert client.post(f"/sites/{cast.site.pk}/", {"do": "hours"}).status_code == 403


def test_a_session_refused_names_all_that_stands_in_its_way(cast: Cast, client: Client) -> None:
    cast.session("2026-11-24 17:00", minutes=90)
    cast.session("2026-11-24 20:00", minutes=90, counselor=False)
    client.force_login(cast.cory)
    body = {
        "on": "2026-11-24",
        "at": "18:00",
        "duration_minutes": "180",
        "title": "Another",
        "kind": "group",
        "capacity": "8",
        "mode": "in_person",
        "room": str(cast.room.pk),
        "counselors": str(cast.dana_counselor.pk),
    }
    answer = client.post(f"/schedule/sessions/new/?site={cast.site.pk}", body)
    assert answer.status_code == 400
    words = answer.content.decode().replace("\u00a0", " ")
    for line in (
        "Tue 24 Nov, 5–6:30 pm: a counselor has another session",
        "Tue 24 Nov, 5–6:30 pm: the room is taken",
        "Tue 24 Nov, 8–9:30 pm: the room is taken",
    ):
        assert line in words


def test_a_closure_is_looked_at_and_then_done(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-26 18:00")
    booking = cast.booked(cast.ana, session)
    client.force_login(cast.cory)
    address = f"/sites/{cast.site.pk}/closures/new/"
    assert open_page(client, address).answer == "When is it closed?"
    said = {"starts_on": "2026-11-26", "reason": "Storm"}
    page = open_page(client, f"{address}?starts_on=2026-11-26&reason=Storm")
    assert page.answer == "1 session would be called off, 1 person is booked"
    for words in (
        "Thu 26 Nov, 6–9 pm, Room 4: 1 booked",
        "Mon 23 Nov, 6–9 pm instead of Thu 26 Nov, 6–9 pm: 1 of 1 person is free",
    ):
        assert words in page.words
    assert "Ana Reyes 0 h of 9 h in the week of Mon 23 Nov" in page.words
    session.refresh_from_db()
    assert session.state == "scheduled"
    late = cast.booked(cast.patient("Wen Zhao"), session)
    stale = client.post(address, {**said, "step": "apply", "confirmed": str(booking.pk)})
    assert (stale.status_code, "Nothing was saved; look again." in stale.content.decode()) == (409, True)
    done = client.post(address, {**said, "step": "apply", "confirmed": f"{booking.pk},{late.pk}"})
    assert done.status_code == 302
    session.refresh_from_db()
    closure = SiteClosure.objects.get()
    assert (session.state, session.closed_by, closure.reason) == ("cancelled", closure, "Storm")
    schedule = open_page(client, f"/schedule/?week=2026-11-23&site={cast.site.pk}")
    assert "Thu 26 Nov: closed. Storm" in schedule.words
    assert open_page(client, f"/sites/{cast.site.pk}/closures/{closure.pk}/").answer == "Closed: Thu 26 Nov"
    client.post(f"/sites/{cast.site.pk}/closures/{closure.pk}/", {"do": "lift", "restore": "1"})
    session.refresh_from_db()
    assert (session.state, session.closed_by) == ("scheduled", None)


def test_a_closure_is_drawn_in(cast: Cast, client: Client) -> None:
    evening = cast.session("2026-11-25 18:00")
    client.force_login(cast.cory)
    address = f"/sites/{cast.site.pk}/closures/"
    wide = {"starts_on": "2026-11-25", "ends_on": "2026-11-26", "reason": "Storm"}
    client.post(f"{address}new/", {**wide, "step": "apply"})
    own = f"{address}{SiteClosure.objects.get().pk}/"
    page = open_page(client, own)
    assert (page.answer, "No longer closed" in page.words) == ("Closed: 25–26 Nov", False)
    page = open_page(client, f"{own}?starts_on=2026-11-26&reason=Storm")
    assert page.answer == "1 session could take place again"
    assert "No longer closed Wed 25 Nov, 6–9 pm, Room 4" in page.words
    assert "Bring back what it no longer covers" in page.words
    said = {"starts_on": "2026-11-26", "reason": "Storm", "step": "apply", "confirmed": ""}
    assert client.post(own, {**said, "restore": "1"}).status_code == 302
    evening.refresh_from_db()
    assert (evening.state, SiteClosure.objects.get().starts_on.isoformat()) == ("scheduled", "2026-11-26")


@pytest.mark.parametrize("odd", ["²", "9" * 5000, "-1", "x"])
def test_what_is_no_id_is_no_crash(odd: str, cast: Cast, client: Client) -> None:
    """To Python "²" is a digit, and no number."""
    booking = cast.booked(cast.ana, cast.session("2026-11-26 18:00"))
    client.force_login(cast.cory)
    address = f"/sites/{cast.site.pk}/"
    assert client.post(address, {"do": "room", "room": odd, "name": "Den", "seats": "4"}).status_code == 404
    said = {"starts_on": "2026-11-26", "reason": "Storm", "step": "apply", "confirmed": odd}
    assert client.post(f"{address}closures/new/", said).status_code == 409
    booking.refresh_from_db()
    assert (booking.status, Room.objects.filter(name="Den").count()) == ("booked", 0)


def test_holidays_wait_for_a_decision(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    client.post(f"/sites/{cast.site.pk}/", {"do": "holidays"})
    page = open_page(client, f"/sites/{cast.site.pk}/")
    assert "Thu 26 Nov Thanksgiving Day Not decided yet" in page.words
    assert "Thu 26 Nov: open or closed? Thanksgiving Day" in open_page(client, "/schedule/").words
    thanksgiving = SiteClosure.objects.get(starts_on="2026-11-26")
    address = f"/sites/{cast.site.pk}/closures/{thanksgiving.pk}/"
    page = open_page(client, address)
    assert page.answer == "Nothing that is planned would be called off"
    body = {"starts_on": "2026-11-26", "ends_on": "2026-11-26", "reason": "Thanksgiving Day", "by_video_too": "on"}
    client.post(address, {**body, "step": "apply", "confirmed": ""})
    thanksgiving.refresh_from_db()
    assert (thanksgiving.state, thanksgiving.kind, thanksgiving.by_video_too) == ("in_force", "holiday", True)


@pytest.mark.parametrize(
    "query", ["starts_on=x&reason=Storm", "starts_on=2026-11-26", "starts_on=2026-11-26&ends_on=2026-11-25&reason=S"]
)
def test_what_is_no_closure_is_said_at_its_field(cast: Cast, client: Client, query: str) -> None:
    client.force_login(cast.cory)
    answer = client.get(f"/sites/{cast.site.pk}/closures/new/?{query}")
    assert (answer.status_code, b"field-error" in answer.content) == (400, True)


def test_the_way_to_another_site_is_said_and_taken_back(cast: Cast, client: Client) -> None:
    uptown = Site.objects.create(name="Uptown", time_zone="America/Denver")
    cast.cory.memberships.create(role="coordinator", site=uptown)
    client.force_login(cast.cory)
    address = f"/sites/{cast.site.pk}/"
    assert client.post(address, {"do": "way", "other": uptown.pk, "minutes": "45"}).status_code == 302
    assert "Uptown 45 min" in open_page(client, address).words
    for body in ({"other": cast.other_site.pk, "minutes": "5"}, {"other": uptown.pk, "minutes": "0"}, {"minutes": "5"}):
        assert client.post(address, {"do": "way", **body}).status_code == 400
    client.post(address, {"do": "way", "other": uptown.pk, "minutes": ""})
    uptown.refresh_from_db()
    assert uptown.travel == {}
