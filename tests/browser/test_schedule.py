"""Moving a session: dragged in the calendar of hours, and by the form alone where there is no script."""

import pytest
import time_machine
from playwright.sync_api import Page, expect

from people.domain.time import to_wall
from scheduling.models import Booking, Session
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import DENVER, Cast, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR = 48
"""How high an hour is drawn, about."""


def start_of(session: Session) -> str:
    session.refresh_from_db()
    return to_wall(session.starts_at, DENVER).isoformat(timespec="minutes")


def drag(page: Page) -> None:
    """The first block, two hours later."""
    box = page.locator(".ec-event").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + HOUR, steps=6)
    page.mouse.move(x, y + 2 * HOUR, steps=6)
    page.mouse.up()


def test_a_drag_without_a_network_says_so_and_goes_back(open_page: Open, cast: Cast) -> None:
    session = cast.session("2026-11-19 05:00", minutes=120)
    page = open_page(DESK, user=cast.cory, expects="ERR_INTERNET_DISCONNECTED")
    page.goto("/schedule/?view=hours")
    event = page.locator(".ec-event").first
    expect(event).to_contain_text("5")  # before six, and on the page
    before = event.bounding_box()
    page.context.set_offline(True)
    drag(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This could not be looked at. Nothing was moved.")
    dialog.get_by_role("button", name="OK").click()
    expect(dialog).to_be_hidden()
    page.context.set_offline(False)
    assert event.bounding_box() == before
    assert start_of(session) == "2026-11-19T05:00"


def test_a_drag_asks_first_and_is_saved_by_the_answer(open_page: Open, cast: Cast) -> None:
    session = cast.session("2026-11-19 10:00", minutes=120)
    booking = cast.booked(cast.patient("Lou Park"), session)
    page = open_page(DESK, user=cast.cory)
    page.goto("/schedule/?view=hours")
    event = page.locator(".ec-event").first
    expect(event).to_contain_text("Process group")
    assert violations(page) == []

    drag(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=1)).to_have_text("1 session changes, nobody loses a seat")
    expect(dialog).to_contain_text("1 booking moves along.")
    assert violations(page) == []
    dialog.get_by_role("link", name="Never mind").click()
    expect(dialog).to_be_hidden()
    assert start_of(session) == "2026-11-19T10:00"

    drag(page)
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator(".ec-event").first).to_be_visible()  # still by the hour
    assert "2026-11-19T11:30" <= start_of(session) <= "2026-11-19T12:30"
    assert Booking.objects.get(pk=booking.pk).starts_at == session.starts_at


def test_on_a_telephone_the_hours_are_those_of_a_day_of_this_week(open_page: Open, cast: Cast) -> None:
    cast.session("2026-11-18 10:00", minutes=120)
    cast.session("2026-11-22 18:00")
    page = open_page(PHONE, user=cast.cory)
    page.goto("/schedule/?view=hours")
    blocks = page.locator(".ec-event")
    expect(blocks).to_have_count(1)
    expect(blocks).to_contain_text("10:00")
    after = page.get_by_role("button", name="After", exact=True)
    for _day in range(4):
        after.click()
    expect(blocks).to_have_count(1)
    expect(blocks).to_contain_text("6:00")
    expect(after).to_be_disabled()  # what is not at hand is not shown as if nothing were on


def test_the_same_without_a_script(open_page: Open, cast: Cast) -> None:
    session = cast.session("2026-11-19 10:00", minutes=120)
    cast.booked(cast.patient("Lou Park"), session)
    page = open_page(PHONE, user=cast.cory, javascript=False)
    page.goto("/schedule/?view=list")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Starts at").fill("12:00")
    page.get_by_role("button", name="See what this changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 session changes, nobody loses a seat")
    assert start_of(session) == "2026-11-19T10:00"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert start_of(session) == "2026-11-19T12:00"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC", "Pacific/Honolulu"])
def test_today_is_the_sites_day_wherever_the_browser_is(open_page: Open, cast: Cast, zone: str) -> None:
    """At ten in the evening in Denver it is Thursday already in Tokyo and by UTC."""
    cast.session("2026-11-18 18:00")
    evening = at("2026-11-18 22:00")
    with time_machine.travel(evening, tick=True):
        page = open_page(DESK, user=cast.cory, timezone_id=zone)
        page.clock.set_fixed_time(evening)
        page.goto("/schedule/?view=hours")
        expect(page.locator(".ec-event")).to_contain_text("6:00 – 9:00 PM")
        expect(page.locator(".ec-col-head.ec-today")).to_have_text("Wed, 11/18")


@pytest.mark.parametrize("viewport", [DESK, PHONE])
@pytest.mark.parametrize("view", ["rooms", "counselors"])
def test_the_week_reads_well(open_page: Open, cast: Cast, viewport: dict[str, int], view: str) -> None:
    session = cast.session("2026-11-19 10:00")
    cast.session("2026-11-20 18:00", counselor=False)
    page = open_page(viewport, user=cast.cory)
    for path in (f"/schedule/?view={view}", f"/schedule/sessions/{session.pk}/", "/schedule/series/new/"):
        page.goto(path)
        assert violations(page) == [], path
