"""A patient makes a calendar address on the phone, and a calendar app reads their appointment at it."""

from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from notifications.models import CalendarFeed
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import Cast

pytestmark = pytest.mark.browser


def _address_on(page: Page, live_server: Any) -> str:
    """The address as shown; it begins with the one that the page was opened by."""
    shown = page.get_by_label("Your address").input_value()
    assert shown.startswith(f"{live_server.url}/calendar/")
    return shown


def test_a_calendar_is_made_read_renewed_and_switched_off(open_page: Open, cast: Cast, live_server: Any) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    page = open_page(PHONE, user=cast.ana.user)
    page.goto("/calendar/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointments are in no calendar yet")
    assert violations(page) == []
    page.get_by_label("Name in your calendar").fill("Evenings")
    page.get_by_role("button", name="Make an address").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointments are in 1 calendar")
    assert violations(page) == []
    assert page.title() == "Your calendar · Steadyweek"
    first = _address_on(page, live_server)
    webcal = page.get_by_role("link", name="Open in my calendar").get_attribute("href")
    assert webcal == first.replace("http://", "webcal://")
    calendar = requests.get(first, timeout=10)
    assert (calendar.status_code, calendar.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert calendar.text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Appointment\r\n" in calendar.text
    assert "DTSTART:20261119T010000Z\r\n" in calendar.text
    assert "Process group" not in calendar.text

    page.goto("/calendar/")
    assert page.get_by_label("Your address").count() == 0
    assert first.rpartition("/")[2] not in page.content()

    page.get_by_text("New address, or switch off").click()
    page.get_by_role("button", name="Make a new address").click()
    second = _address_on(page, live_server)
    assert [requests.get(one, timeout=10).status_code for one in (first, second)] == [404, 200]

    page.get_by_text("New address, or switch off").click()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status")).to_contain_text("Switched off.")
    assert requests.get(second, timeout=10).status_code == 404


def test_the_fullest_detail_is_chosen_knowingly_without_javascript_too(open_page: Open, cast: Cast) -> None:
    page = open_page(DESK, user=cast.ana.user, javascript=False)
    page.goto("/calendar/")
    page.get_by_role("radio", name="What it is and where").check()
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_text("Tick this, or choose one of the others.")).to_be_visible()
    assert CalendarFeed.objects.count() == 0
    page.get_by_label("I know that whoever sees my calendar").check()
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Your address")).to_be_visible()
    assert list(CalendarFeed.objects.values_list("name", "detail")) == [("Appointments", "full")]


@pytest.mark.parametrize("path", ["/more/", "/preferences/", "/work-hours/", "/work-hours/?pattern=rotation"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_other_pages_are_accessible(open_page: Open, cast: Cast, path: str, scheme: str) -> None:
    page = open_page(PHONE, user=cast.ana.user, color_scheme=scheme)
    page.goto(path)
    for fold in page.locator("main details.fold").all():
        fold.evaluate("fold => { fold.open = true }")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
