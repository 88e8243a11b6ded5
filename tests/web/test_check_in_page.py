"""The door's screen, and checking in with its code, as pages: what they say, and to whom."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from attendance.models import AttendanceRecord
from attendance.services.check_in import code_at_door
from attendance.services.roster import RosterRow, save_rows
from scheduling.models import Booking
from tests.cast import Cast, at
from tests.web.reading import open_page, read

pytestmark = pytest.mark.django_db

NOW = at("2026-11-18 17:50")
DOOR_QUERIES = 4
CHECK_IN_QUERIES = 6
BY_SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _ten_to_six() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking(cast: Cast, client: Client) -> Booking:
    """Ana's on the group at six; she has signed in."""
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    return cast.booked(
        cast.ana, cast.session("2026-11-18 18:00", now=at("2026-11-12 12:00")), now=at("2026-11-12 12:00")
    )


def test_the_screen_shows_a_code_to_type_and_to_scan_and_nobody(cast: Cast, client: Client, booking: Booking) -> None:
    client.force_login(cast.dana)
    page = open_page(client, f"/sites/{cast.site.pk}/door/")
    code = code_at_door(cast.site, now=NOW)
    assert page.answer == "Here for an appointment? Check in."
    assert page.texts("p", "door-digits") == [f"{code[:3]} {code[3:]}"]
    assert "Scan it, or type it at testserver/check-in/" in page.words
    assert page.source.count('class="door-qr"') == 1
    assert not any(word in page.source for word in ("Ana", "style=", "Process", "Evening"))
    part = client.get(asks_itself(page.source)).content.decode()
    assert part.lstrip().startswith('<div class="door-code"')


def asks_itself(source: str) -> str:
    """The address at which a screen asks for its next code."""
    found = re.search(r'hx-get="([^"]+)"', source)
    assert found is not None
    return html.unescape(found[1])


def test_a_screen_goes_on_after_its_sign_in_has_ended(cast: Cast, client: Client) -> None:
    client.force_login(cast.dana)
    address = asks_itself(open_page(client, f"/sites/{cast.site.pk}/door/").source)
    client.logout()
    for hours in (11, 22, 33):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            code = code_at_door(cast.site, now=NOW + timedelta(hours=hours))
            part = client.get(address, headers=BY_SCRIPT)
            assert f"{code[:3]} {code[3:]}" in part.content.decode()
            address = asks_itself(part.content.decode())
    elsewhere = address.replace(f"/{cast.site.pk}/", f"/{cast.other_site.pk}/", 1)
    assert [client.get(one, headers=BY_SCRIPT).status_code for one in (elsewhere, address.replace("=", "=1"))] == [
        204
    ] * 2
    with time_machine.travel(NOW + timedelta(hours=46), tick=False):
        late = client.get(
            address, headers={**BY_SCRIPT, "HX-Current-URL": f"http://testserver/sites/{cast.site.pk}/door/"}
        )
    assert late.headers["HX-Redirect"] == f"/accounts/login/?next=%2Fsites%2F{cast.site.pk}%2Fdoor%2F"
    with time_machine.travel(NOW + timedelta(hours=34), tick=False):
        cast.dana.memberships.all().delete()
        assert client.get(address, headers=BY_SCRIPT).status_code == 404
        type(cast.dana).objects.filter(pk=cast.dana.pk).update(is_active=False)
        assert client.get(address, headers=BY_SCRIPT).status_code == 204


def test_any_of_the_sites_staff_may_put_it_up(cast: Cast, client: Client, booking: Booking) -> None:
    found = {}
    for user in (cast.dana, cast.cory, cast.ada, cast.ana.user, cast.stranger):
        assert user is not None
        client.force_login(user)
        found[user.name] = client.get(f"/sites/{cast.site.pk}/door/").status_code
    assert found == {"Dana": 200, "Cory": 200, "Ada": 200, "Ana": 403, "Stranger": 404}


def test_with_the_code_one_is_here(cast: Cast, client: Client, booking: Booking) -> None:
    code = code_at_door(cast.site, now=NOW)
    page = open_page(client, f"/check-in/?code={code}")
    assert page.answer == "Today 6 – 9 pm"
    assert f'name="code" value="{code}"' in page.source
    done = read(client.post("/check-in/", {"code": code}, follow=True))
    assert (done.answer, done.notices) == ("You are here since 5:50 pm", ["done: You are checked in."])
    assert AttendanceRecord.objects.get().arrived_at == NOW


def test_an_old_code_is_refused_with_a_sentence_and_guessing_ends(client: Client, booking: Booking) -> None:
    refused = read(client.post("/check-in/", {"code": "000000"}))
    assert (refused.status, refused.texts("p", "field-error")) == (
        409,
        ["This code has changed. Use the one on the screen now."],
    )
    for _ in range(9):
        client.post("/check-in/", {"code": "1" * 500})
    throttled = read(client.post("/check-in/", {"code": "000000"}))
    assert (throttled.status, throttled.texts("p", "field-error")) == (
        429,
        ["Too many wrong codes. Please wait ten minutes, or tell the team that you are here."],
    )


def test_what_staff_marked_otherwise_is_told_to_the_team(cast: Cast, client: Client, booking: Booking) -> None:
    save_rows(booking.session, [RosterRow(booking.pk, "excused")], actor=cast.dana, now=NOW)
    refused = read(client.post("/check-in/", {"code": code_at_door(cast.site, now=NOW)}))
    assert (refused.status, refused.texts("p", "field-error")) == (409, ["Please tell the team that you are here."])


def test_too_early_it_says_when_and_what_is_next(client: Client, booking: Booking) -> None:
    with time_machine.travel(NOW - timedelta(minutes=21), tick=False):
        page = open_page(client, "/check-in/")
    assert page.answer == "Nothing to check in to right now"
    assert "Next: Today 6 – 9 pm" in page.words


def test_the_week_leads_there_near_the_time(client: Client, booking: Booking) -> None:
    counts = []
    for before in (timedelta(), timedelta(minutes=21)):
        with time_machine.travel(NOW - before, tick=False):
            page = open_page(client, "/week/")
        assert page.link("Check in") == "/check-in/"
        counts.append(page.texts("a").count("Check in"))
    assert counts == [2, 1]  # beside the appointment, and always among the other pages


def test_the_page_says_nothing_of_why_one_comes(client: Client, booking: Booking) -> None:
    source = open_page(client, "/check-in/").source
    assert not any(word in source.lower() for word in ("treatment", "program", "process", "group", "skills"))


def test_the_pages_cost_few_queries(
    cast: Cast, client: Client, booking: Booking, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(CHECK_IN_QUERIES):  # type: ignore[operator]
        client.get("/check-in/")
    client.force_login(cast.dana)
    with django_assert_num_queries(DOOR_QUERIES):  # type: ignore[operator]
        client.get(f"/sites/{cast.site.pk}/door/")
