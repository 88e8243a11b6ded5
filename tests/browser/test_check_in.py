"""From the screen at the door to the roster: a patient's phone reads the code, and the counselor sees who is here."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from attendance.models import AttendanceRecord
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import Cast, at

pytestmark = pytest.mark.browser


@pytest.fixture
def near(cast: Cast) -> Iterator[Cast]:
    """Ten to six; Ana is booked on the group at six."""
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    with time_machine.travel(at("2026-11-18 17:50"), tick=True):
        yield cast


def test_the_code_at_the_door_checks_in(open_page: Open, near: Cast) -> None:
    screen = open_page(DESK, user=near.dana)
    screen.goto(f"/sites/{near.site.pk}/door/")
    Session.objects.all().delete()  # its sign-in ends
    with screen.expect_response(f"**/sites/{near.site.pk}/door/?screen=*", timeout=15_000) as asked:
        pass  # it asks by itself for the code of the moment
    assert asked.value.status == 200
    expect(screen.locator(".door-qr path")).to_have_count(1)
    assert violations(screen) == []
    assert "Ana" not in screen.content()
    code = screen.locator(".door-digits").inner_text()
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone = open_page(PHONE, user=near.ana.user, expects="status of 409")
    phone.get_by_role("link", name="Check in").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Today 6\u00a0–\u00a09\u00a0pm")
    assert violations(phone) == []
    phone.get_by_label("Code").fill("000000")
    phone.get_by_role("button", name="I am here").click()
    expect(phone.get_by_text("This code has changed. Use the one on the screen now.")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_label("Code").fill(code)
    phone.get_by_role("button", name="I am here").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are here since 5:50\u00a0pm")
    assert phone.title() == "Check in · Steadyweek"
    record = AttendanceRecord.objects.get()
    assert (record.status, record.arrived_at, record.recorded_by) == ("present", at("2026-11-18 17:50"), near.ana.user)

    roster = open_page(DESK, user=near.dana)
    roster.goto(f"/sessions/{record.session_id}/roster/")
    expect(roster.get_by_text("checked in at the door 5:50\u00a0pm")).to_be_visible()


def test_a_scanned_code_is_one_press_without_a_script(open_page: Open, near: Cast) -> None:
    screen = open_page(DESK, user=near.dana, javascript=False)
    screen.goto(f"/sites/{near.site.pk}/door/")
    expect(screen.get_by_role("link", name="Show the next code")).to_be_visible()
    code = screen.locator(".door-digits").inner_text().replace(" ", "")
    phone = open_page(PHONE, user=near.ana.user, javascript=False)
    phone.goto(f"/check-in/?code={code}")
    phone.get_by_role("button", name="I am here").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are here since 5:50\u00a0pm")
