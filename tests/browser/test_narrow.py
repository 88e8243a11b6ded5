"""A screen of 320 px, or a page enlarged four times: all is below, nothing beside. And the keyboard at an error."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from attendance.enums import SuggestionKind
from attendance.models import Flag, PlanSuggestion
from attendance.services.outreach import note_contact
from attendance.services.roster import RosterRow, save_rows
from people.models import Patient, User
from tests.browser.conftest import PHONE, Open
from tests.cast import NOW, WEEK, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW: ViewportSize = {"width": 320, "height": 640}
SMALLEST_TARGET = 24
"""Pixels (WCAG 2.2, 2.5.8)."""


def width_of(page: Page) -> int:
    return int(page.evaluate("document.scrollingElement.scrollWidth"))


@pytest.mark.parametrize("view", ["rooms", "counselors", "hours", "list"])
def test_a_schedule_does_not_reach_beside_a_narrow_screen(view: str, open_page: Open, cast: Cast) -> None:
    cast.session("2026-11-19 18:00")
    page = open_page(NARROW, user=cast.cory)
    page.goto(f"/schedule/?view={view}")
    assert width_of(page) == NARROW["width"]


def test_a_session_of_the_schedule_is_large_enough_to_be_met(open_page: Open, cast: Cast) -> None:
    cast.session("2026-11-19 18:00")
    page = open_page(NARROW, user=cast.cory)
    page.goto("/schedule/?view=rooms")
    link = page.locator(".schedule-card-times a").bounding_box()
    assert link is not None
    assert link["height"] >= SMALLEST_TARGET


@pytest.mark.parametrize("address", ["/compliance/", "/flags/"])
def test_in_spanish_too_the_longest_words_find_their_place(address: str, open_page: Open, cast: Cast) -> None:
    User.objects.filter(pk=cast.cory.pk).update(language="es")
    person = cast.patient("Maximiliana Wolfeschlegelstein")
    Patient.objects.filter(pk=person.pk).update(phone="+13035550188")
    admission = cast.admission_of(person)
    Flag.objects.create(patient=person, admission=admission, week=WEEK, kind="at_risk", raised_at=NOW, facts={})
    for kind in SuggestionKind.values:
        PlanSuggestion.objects.create(
            admission=admission, patient=person, kind=kind, run_starts_on=WEEK, week=WEEK, raised_at=NOW
        )
    page = open_page(NARROW, user=cast.cory)
    page.goto(address)
    assert page.locator("html").get_attribute("lang") == "es"
    assert width_of(page) == NARROW["width"]


def test_a_word_without_end_in_a_remark_is_broken(open_page: Open, cast: Cast) -> None:
    note_contact(cast.ana, kind="note", text="x" * 500, actor=cast.cory, now=NOW)
    page = open_page(NARROW, user=cast.cory)
    page.goto(f"/patients/{cast.ana.pk}/")
    expect(page.get_by_text("x" * 500)).to_be_visible()
    assert width_of(page) == NARROW["width"]


def test_the_keyboard_is_at_the_first_field_that_is_wrong(open_page: Open, cast: Cast) -> None:
    page = open_page(PHONE, user=cast.ana.user)
    page.goto("/family/")
    page.locator("form:has([name=email])").first.evaluate("form => { form.noValidate = true; }")
    email = page.get_by_label("E-mail").first
    page.get_by_label("Name").first.fill("Rosa")
    email.fill("rosa at home")
    email.press("Enter")
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    expect(page.locator(":focus")).to_have_attribute("name", "email")
    expect(page.locator(":focus")).to_have_accessible_description("This is not an e-mail address.")


def test_what_is_marked_is_seen_where_the_system_chooses_the_colors(open_page: Open, cast: Cast) -> None:
    session = cast.session("2026-11-18 07:30")
    booking = cast.booked(cast.ana, session, override_reason="late")
    save_rows(session, [RosterRow(booking.pk, "excused")], actor=cast.dana, now=NOW)
    page = open_page(PHONE, user=cast.dana, forced_colors="active")
    page.goto(f"/sessions/{session.pk}/roster/")
    grounds = page.locator(".segment").evaluate_all("all => all.map((one) => getComputedStyle(one).backgroundColor)")
    page.locator("body").evaluate("body => { body.style.background = 'Highlight'; }")
    chosen = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert [ground == chosen for ground in grounds] == [False, True, False]


def test_the_key_of_a_bar_keeps_its_colors_where_the_system_chooses_the_others(open_page: Open, cast: Cast) -> None:
    page = open_page(PHONE, user=cast.cory, forced_colors="active")
    page.goto("/compliance/")
    keys = page.locator(".key .swatch").evaluate_all("all => all.map((one) => getComputedStyle(one).forcedColorAdjust)")
    assert keys == ["none"] * 4
