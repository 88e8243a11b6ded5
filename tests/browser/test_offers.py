"""On a phone: an offer is taken by its link without an account, and an appointment is moved and brought back."""

import pytest
from playwright.sync_api import Page, expect

from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.offer_links import offer_token
from scheduling.services.waitlist import promote_all
from tests.browser.conftest import PHONE, Open, violations
from tests.cast import NOW, Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def offered(cast: Cast) -> Booking:
    """A seat on Saturday, held for Ana; she has Sunday morning, and Sunday afternoon is free."""
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session("2026-11-21 09:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    waiting = cast.booked(cast.ana, session, waitlist=True)
    cast.booked(cast.ana, cast.session("2026-11-22 09:00"))
    cast.session("2026-11-22 14:00")
    cancel(holder, actor=None, now=NOW)
    promote_all(now=NOW)
    return Booking.objects.get(pk=waiting.pk, status="offered")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_link_is_answered_without_an_account(offered: Booking, open_page: Open, javascript: bool) -> None:
    page = open_page(PHONE, javascript=javascript, expects="410")
    page.goto(f"/offers/{offer_token(offered)}/")
    if javascript:
        assert violations(page) == []
        assert narrow(page)
    press(page, "Take it")
    expect(page.get_by_text("The time is yours.")).to_be_visible()
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    if javascript:
        assert violations(page) == []
    offered.refresh_from_db()
    assert offered.status == "booked"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_an_offer_on_the_week_and_a_move_and_back(
    cast: Cast, offered: Booking, open_page: Open, javascript: bool
) -> None:
    page = open_page(PHONE, user=cast.ana.user, javascript=javascript, color_scheme="dark")
    expect(page.get_by_text("A time has opened")).to_be_visible()
    if javascript:
        assert violations(page) == []
        assert narrow(page)
    press(page, "No, thank you Saturday")
    expect(page.get_by_text("is passed on. You no longer wait for it.")).to_be_visible()
    page.get_by_role("link", name="Another time").click()
    expect(page.get_by_role("heading", name="2 other times fit")).to_be_visible()
    if javascript:
        assert violations(page) == []
        assert narrow(page)
    press(page, "Move here Sunday 2 – 5 pm")
    expect(page.get_by_text("Moved to Sunday 2 – 5 pm.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Back to Sunday 9 am – noon.")).to_be_visible()
    assert Booking.objects.get(patient=cast.ana, live=True).session.starts_at.day == 22
