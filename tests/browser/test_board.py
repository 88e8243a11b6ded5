"""The board: its answer first, a filter, a person, and what would repair their week."""

import pytest
from playwright.sync_api import expect

from attendance.services.weeks import ensure_weeks, recount_stale
from scheduling.models import Booking
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import NOW, Cast, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clinic(cast: Cast) -> Cast:
    """Ana is at risk: Saturday is free. Wen has nothing within reach once the seats are gone."""
    before = at("2026-11-01 12:00")
    for day in (18, 19, 20):
        cast.booked(cast.ana, cast.session(f"2026-11-{day} 18:00", minutes=150, now=before), now=before)
    cast.session("2026-11-21 09:00", now=before)
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    return cast


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")])
def test_from_the_answer_to_a_repaired_week(
    open_page: Open, clinic: Cast, viewport: dict[str, int], scheme: str
) -> None:
    page = open_page(viewport, user=clinic.cory, color_scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 person is short this week. 1 can still make it.")
    assert violations(page) == []
    page.locator(".count-card a").nth(1).click()
    expect(page.locator(".person-name")).to_have_text(["Ana Reyes"])
    page.get_by_role("button", name="Book Sat Ana Reyes, Sat 9–12").click()
    row = page.locator(".person-row")
    expect(row.locator(".chip").first).to_have_text("On track")
    expect(page.get_by_text("Booked: Sat 21 Nov, 9 am–noon.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Undo Ana Reyes").click()
    expect(page.get_by_role("button", name="Book Sat Ana Reyes, Sat 9–12")).to_be_visible()
    page.get_by_role("button", name="Book Sat Ana Reyes, Sat 9–12").click()
    expect(row.locator(".chip").first).to_have_text("On track")
    page.goto("/compliance/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everyone is on track.")
    assert violations(page) == []
    assert Booking.objects.filter(patient=clinic.ana, status="booked").count() == 4


def test_a_person_opens_with_the_evidence(open_page: Open, clinic: Cast) -> None:
    page = open_page(DESK, user=clinic.cory)
    page.get_by_role("link", name="Ana Reyes", exact=True).click()
    expect(page.get_by_text("This visit is recorded.")).to_be_visible()
    page.locator(".ledger-week summary").nth(1).click()
    assert violations(page) == []


def test_filters_act_at_once_and_slash_goes_to_the_search(open_page: Open, clinic: Cast) -> None:
    page = open_page(DESK, user=clinic.cory)
    page.get_by_label("First 30 days only").check()
    page.wait_for_url("**new=on**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody is listed here")
    page.keyboard.press("/")
    expect(page.get_by_label("Find a person")).to_be_focused()


def test_filters_work_without_javascript(open_page: Open, clinic: Cast) -> None:
    page = open_page(DESK, user=clinic.cory, javascript=False)
    page.get_by_label("Find a person").fill("reyes")
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.locator(".person-name").all_inner_texts() == ["Ana Reyes"]


@pytest.mark.parametrize("path", ["/flags/", "/schedule/"])
@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_the_other_pages_are_open_to_everybody(
    open_page: Open, clinic: Cast, path: str, viewport: dict[str, int]
) -> None:
    page = open_page(viewport, user=clinic.cory)
    page.goto(path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_all_repairs_after_a_look_and_the_weeks_behind(open_page: Open, clinic: Cast, viewport: dict[str, int]) -> None:
    page = open_page(viewport, user=clinic.cory)
    page.get_by_role("link", name="Preview the repair").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 week can be repaired")
    assert violations(page) == []
    page.get_by_role("button", name="Book what is ticked").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 week is repaired")
    assert violations(page) == []
    for path in ("/compliance/heat/", "/compliance/trends/", "/flags/"):
        page.goto(path)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
