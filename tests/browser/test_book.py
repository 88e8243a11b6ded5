"""On a phone, after a shift: see what fits, book it, see the hours move, give it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from scheduling.enums import BookingStatus
from scheduling.models import Booking
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def evenings(cast: Cast) -> None:
    """Ana has two evenings of three hours; a third is free on Saturday, one is full, and one is during her work."""
    for day in (18, 19):
        cast.booked(cast.ana, cast.session(f"2026-11-{day} 18:00"))
    cast.session("2026-11-21 09:00")
    full = cast.session("2026-11-21 14:00", capacity=1, counselor=False)
    cast.booked(cast.patient(), full)
    cast.session("2026-11-20 13:00", mode="telehealth")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def headline(page: Page) -> str:
    return page.locator("h1").inner_text().replace("\u00a0", " ")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_booking_and_giving_back(cast: Cast, evenings: None, open_page: Open, javascript: bool) -> None:
    page = open_page(PHONE, user=cast.ana.user, javascript=javascript)
    expect(page).to_have_url(re.compile("/week/$"))
    assert headline(page) == "3 h still to book"
    page.get_by_role("link", name="Book", exact=True).click()

    expect(page.get_by_role("heading", name="Saturday 21")).to_be_visible()
    expect(page.get_by_text("Full. You would be 1st in line.")).to_be_hidden()
    page.locator("summary", has_text="1 that doesn’t fit").last.click()
    expect(page.get_by_text("Full. You would be 1st in line.")).to_be_visible()
    press(page, "Book Saturday")

    expect(page.get_by_text("Saturday is booked.")).to_be_visible()
    assert headline(page) == "All booked: 9 h"
    saturday = Booking.objects.get(patient=cast.ana, starts_at__day=21)
    assert saturday.status == BookingStatus.BOOKED
    page.get_by_role("link", name="See it Saturday").click()
    page.get_by_role("link", name="Can’t come").click()
    assert headline(page) == "Give Saturday 9 am – noon back?"
    press(page, "Give it back")

    expect(page.get_by_text("is given back.")).to_be_visible()
    assert headline(page) == "3 h still to book"
    press(page, "Undo")
    assert headline(page) == "All booked: 9 h"
    assert list(Booking.objects.filter(patient=cast.ana, starts_at__day=21).values_list("status", flat=True)) == [
        "cancelled",
        "booked",
    ]


def test_the_strip_books_with_one_tap(cast: Cast, evenings: None, open_page: Open) -> None:
    page = open_page(PHONE, user=cast.ana.user)
    press(page, "Book Saturday")
    assert headline(page) == "All booked: 9 h"
    expect(page.get_by_role("button", name="Undo")).to_be_focused()


def test_two_quick_taps_book_once(cast: Cast, evenings: None, open_page: Open) -> None:
    page = open_page(PHONE, user=cast.ana.user)
    page.get_by_role("button", name="Book Saturday").dblclick()
    expect(page.locator("h1")).to_have_text(re.compile("All booked"))
    assert Booking.objects.filter(patient=cast.ana, starts_at__day=21).count() == 1


def test_by_the_keyboard_alone(cast: Cast, evenings: None, open_page: Open) -> None:
    page = open_page(DESK, user=cast.ana.user)
    expect(page).to_have_url(re.compile("/week/$"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith("Book Saturday"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("All booked"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(cast: Cast, evenings: None, open_page: Open, scheme: str) -> None:
    page = open_page(PHONE, user=cast.ana.user, color_scheme=scheme, reduced_motion="reduce")
    booking = Booking.objects.filter(patient=cast.ana).latest("starts_at")
    found = {}
    for path in ("/week/", "/book/", f"/bookings/{booking.pk}/", f"/bookings/{booking.pk}/cancel/"):
        page.goto(path)
        for fold in page.locator("details:not(.more) > summary").all():
            fold.click()
        found[path] = (violations(page), page.evaluate("document.documentElement.scrollWidth"))
    assert set(map(repr, found.values())) == {"([], 390)"}, found


def test_the_week_reads_as_a_list(cast: Cast, evenings: None, open_page: Open) -> None:
    page = open_page(PHONE, user=cast.ana.user)
    page.get_by_text("As a list").click()
    lines = page.locator(".week-list li").all_inner_texts()
    assert len(lines) == 7
    assert "Group 6–9 pm, booked" in " ".join(lines[2].split())


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("by_staff", [False, True], ids=["patient", "staff"])
def test_a_double_press_on_a_move_ends_well(cast: Cast, open_page: Open, javascript: bool, by_staff: bool) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-21 09:00"))
    cast.session("2026-11-22 09:00")
    page = open_page(DESK, user=cast.cory if by_staff else cast.ana.user, javascript=javascript)
    page.goto(f"/patients/{cast.ana.pk}/bookings/{booking.pk}/move/" if by_staff else f"/bookings/{booking.pk}/move/")
    page.get_by_role("button", name=re.compile("Move here.*Sun")).dblclick()
    expect(page.locator(".notice-done")).to_contain_text("Moved to Sun")
    expect(page.locator(".notice")).to_have_count(1)
    statuses = Booking.objects.filter(patient=cast.ana).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [BookingStatus.CANCELLED, BookingStatus.BOOKED]
