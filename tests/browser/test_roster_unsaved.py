"""What a roster has not saved yet outlives the page: a reload without a network, and a sign-in that ended."""

from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import Error, Page, Route, expect

from attendance.models import Roster
from attendance.services.roster import RosterRow, save_rows, sign_roster
from people.models import User
from scheduling.services.booking import cancel
from tests.browser.conftest import PASSWORD, TABLET, Open, violations
from tests.browser.test_roster import NAMES, WHOLE, Evening, saved
from tests.cast import Cast, at

pytestmark = pytest.mark.browser

MISSED = "Failed to load resource"
SOON = 15_000


@pytest.fixture
def evening(cast: Cast) -> Iterator[Evening]:
    held = Evening(cast)
    with time_machine.travel(at("2026-11-18 21:03"), tick=True):
        yield held


def kept(page: Page) -> str:
    """What lies in the tab."""
    said: str = page.evaluate(
        "JSON.stringify(Object.entries(sessionStorage).filter(([name]) => name.startsWith('roster-')))"
    )
    return said


def keeps_nothing(page: Page) -> None:
    """Waits for it: what is kept is let go by a script that runs after the page has been drawn."""
    page.wait_for_function(
        "() => !Object.keys(sessionStorage).some((name) => name.startsWith('roster-'))", timeout=SOON
    )


def cut(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")


def reload_in_vain(page: Page) -> None:
    with pytest.raises(Error, match=r"ERR_|interrupted"):
        page.reload()


def sign_in_there(page: Page, user: User) -> None:
    """By the form that one is on."""
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_by(evening: Evening, user: User) -> None:
    now = at("2026-11-18 21:04")
    save_rows(evening.session, [RosterRow(one.pk, "present") for one in evening.bookings.values()], actor=user, now=now)
    sign_roster(evening.session, actor=user, now=now)


def test_a_reload_without_a_network_loses_nothing(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects="ERR_INTERNET_DISCONNECTED")
    cut(page)
    evening.choose(page, "Alma Ortiz", "Present")
    evening.choose(page, "Jonas Weber", "No-show")
    hank = evening.row(page, "Hank Moore")
    hank.locator("summary").click()
    hank.get_by_label("Left").fill("20:20")
    hank.get_by_label("Left").blur()
    expect(page.locator("[data-save-text]")).to_have_text("3 changes wait for the network")
    assert not [name for name in (*NAMES, "Dana") if name in kept(page)]
    reload_in_vain(page)
    page.context.set_offline(False)
    page.goto(evening.path)
    saved(page)
    assert evening.marks() == {"Alma Ortiz": WHOLE, "Hank Moore": ("present", 125), "Jonas Weber": ("no_show", 0)}
    keeps_nothing(page)


def test_nor_does_a_server_that_is_away_and_what_waits_is_said(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)

    def away(route: Route) -> None:
        if route.request.method == "POST":
            route.abort("connectionrefused")
        else:
            route.continue_()

    page.route(f"**{evening.path}", away)
    evening.choose(page, "Alma Ortiz", "Present")
    expect(page.locator("[data-save-text]")).to_have_text("1 change waits for the network")
    page.reload()
    expect(page.locator("[data-save-text]")).to_have_text("1 change waits for the network")
    expect(evening.row(page, "Alma Ortiz").get_by_role("radio", name="Present")).to_be_checked()
    assert evening.marks() == {}
    page.unroute(f"**{evening.path}")
    expect(page.get_by_text("Saved 9:03 pm")).to_be_visible(timeout=SOON)
    assert evening.marks() == {"Alma Ortiz": WHOLE}


def test_what_is_half_typed_is_there_again(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    evening.choose(page, "Alma Ortiz", "Present")
    saved(page)
    cut(page)
    alma = evening.row(page, "Alma Ortiz")
    alma.locator("summary").click()
    alma.get_by_label("Remark").press_sequentially("Brought a l")
    reload_in_vain(page)
    page.context.set_offline(False)
    page.goto(evening.path)
    saved(page)
    expect(alma.get_by_text("Brought a l")).to_be_visible()
    keeps_nothing(page)


def test_after_signing_in_again_as_the_same_person_it_is_sent(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    page.context.clear_cookies(name="sessionid")
    evening.choose(page, "Alma Ortiz", "Present")
    evening.choose(page, "Zoe Park", "Excused")
    expect(page.locator("#save-state")).to_contain_text("Signed out. 2 changes are kept.")
    assert violations(page) == []
    page.get_by_role("link", name="Sign in again").click()
    sign_in_there(page, evening.cast.dana)
    saved(page)
    assert evening.marks() == {"Alma Ortiz": WHOLE, "Zoe Park": ("excused", 0)}


def test_to_another_account_it_is_never_shown(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    page.context.clear_cookies(name="sessionid")
    evening.choose(page, "Alma Ortiz", "No-show")
    page.get_by_role("link", name="Sign in again").click()
    sign_in_there(page, evening.cast.cory)
    expect(page.get_by_role("button", name="All 12 are here")).to_be_visible()
    assert page.locator("input[type=radio][name^=status]:checked").count() == 0
    expect(page.locator("[data-save-text]")).to_be_empty()
    assert evening.marks() == {}
    page.context.clear_cookies(name="sessionid")
    page.goto(evening.path)
    sign_in_there(page, evening.cast.dana)
    saved(page)
    assert evening.marks() == {"Alma Ortiz": ("no_show", 0)}


def test_signed_by_somebody_else_meanwhile_it_says_whose_marks_are_not_saved(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    cut(page)
    evening.choose(page, "Zoe Park", "No-show")
    evening.choose(page, "Eli Stone", "Excused")
    sign_by(evening, evening.cast.cory)
    page.context.set_offline(False)
    told = "It was signed before your last changes arrived. Not saved for: Zoe Park, Eli Stone"
    expect(page.locator("[data-unsaved]")).to_have_text(told)
    expect(page.get_by_text("Signed by Cory")).to_be_visible()
    assert violations(page) == []
    keeps_nothing(page)
    assert evening.marks() == dict.fromkeys(NAMES, WHOLE)
    page.reload()
    expect(page.locator("[data-unsaved]")).to_be_hidden()


def test_ones_own_signature_whose_answer_was_lost_has_saved_what_it_took_along(
    open_page: Open, evening: Evening
) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    page.get_by_role("button", name="All 12 are here").click()
    saved(page)
    cut(page)
    evening.choose(page, "Zoe Park", "No-show")

    def lost(route: Route) -> None:
        if "do=sign" in (route.request.post_data or ""):
            route.fetch()
            route.abort("connectionreset")
        else:
            route.abort("connectionrefused") if route.request.method == "POST" else route.continue_()

    page.route(f"**{evening.path}", lost)
    page.context.set_offline(False)
    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Signed by Dana")).to_be_visible(timeout=SOON)
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    keeps_nothing(page)
    assert Roster.objects.get().signed_by == evening.cast.dana
    assert evening.marks() == {**dict.fromkeys(NAMES, WHOLE), "Zoe Park": ("no_show", 0)}


def test_who_signs_out_on_purpose_leaves_nothing_behind(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    page.route(
        f"**{evening.path}", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    evening.choose(page, "Alma Ortiz", "Present")
    expect(page.get_by_text("1 change waits for the network")).to_be_visible()
    there = page.context.new_page()
    there.goto(evening.path)
    there.goto("/accounts/logout/")
    there.route("**/accounts/logout/", lambda route: route.abort())
    there.get_by_role("button", name="Sign out").last.click()
    there.wait_for_timeout(300)
    assert "status-" in kept(page)  # the press did not arrive: still signed in, and nothing is let go
    there.unroute("**/accounts/logout/")
    there.goto("/accounts/logout/")
    there.get_by_role("button", name="Sign out").last.click()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()
    keeps_nothing(page)
    there.close()


def test_what_was_sent_back_is_there_again_with_the_reason(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET)
    grace = evening.row(page, "Grace Lin")
    grace.locator("summary").click()
    grace.get_by_label("Arrived").fill("18:10")
    grace.get_by_label("Arrived").blur()
    saved(page)
    grace.get_by_label("Left").fill("18:05")
    grace.get_by_label("Left").blur()
    why = "Somebody cannot leave before they arrive."
    expect(grace.get_by_text(why)).to_be_visible()
    page.reload()
    expect(grace.get_by_text(why)).to_be_visible()
    expect(grace.get_by_label("Left")).to_have_value("18:05")
    expect(grace.get_by_label("Left")).to_have_accessible_description(why)
    expect(page.get_by_role("status").first).to_have_text(f"Not saved: see below Grace Lin: {why}")
    grace.get_by_label("Left").fill("20:30")
    grace.get_by_label("Left").blur()
    saved(page)
    keeps_nothing(page)
    assert evening.marks() == {"Grace Lin": ("present", 125)}


def test_what_waits_for_somebody_who_is_taken_off_goes_with_them(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    page.route(
        f"**{evening.path}", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    evening.choose(page, "Zoe Park", "Present")
    expect(page.get_by_text("1 change waits for the network")).to_be_visible()
    evening.row(page, "Zoe Park").get_by_role("radio", name="Present").focus()
    now = at("2026-11-18 21:04")
    cancel(evening.bookings["Zoe Park"], actor=evening.cast.cory, now=now, reason="Was never here")
    expect(evening.row(page, "Zoe Park")).to_have_count(0, timeout=SOON)
    expect(page.locator("[data-save-text]")).to_be_empty(timeout=SOON)
    expect(page.locator("[data-roster-head]")).to_be_focused()
    keeps_nothing(page)


def test_each_change_is_spoken_once(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET)
    page.evaluate(
        """() => {
            window.spoken = [];
            for (const part of document.querySelectorAll("[role=status], [aria-live]"))
                new MutationObserver(() => part.textContent.trim() && spoken.push(part.textContent.trim()))
                    .observe(part, { childList: true, characterData: true, subtree: true });
        }"""
    )
    evening.choose(page, "Alma Ortiz", "Present")
    saved(page)
    evening.choose(page, "Ben Carter", "Present")
    expect(page.locator(".summary-counts li").first).to_have_text("2 present")
    saved(page)
    page.wait_for_timeout(200)
    assert page.evaluate("spoken") == ["Saved 9:03\u00a0pm"] * 2


def test_every_field_and_button_says_whose_it_is(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET)
    grace = evening.row(page, "Grace Lin")
    grace.locator("summary").click()
    tree = grace.aria_snapshot()
    nameless = [
        line.strip()
        for line in tree.splitlines()
        if line.strip().startswith(("- textbox", "- combobox", "- checkbox", "- button", "- link", "- group"))
        and "Grace Lin" not in line
        and line.strip() != "- group:"
    ]
    assert nameless == []


def test_one_thing_is_shown_at_a_time(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    state = page.locator("#save-state")
    expect(state.locator(".icon")).to_be_hidden()
    expect(state.get_by_role("link")).to_be_hidden()
    held: list[Route] = []
    page.route(f"**{evening.path}", lambda route: route.abort())
    evening.choose(page, "Alma Ortiz", "Present")
    text = state.locator("[data-save-text]")
    expect(text).to_have_text("1 change waits for the network")
    page.unroute(f"**{evening.path}")
    page.route(f"**{evening.path}", lambda route: held.append(route))
    expect(state.get_by_text("Saving…")).to_be_visible(timeout=SOON)
    box = text.bounding_box()
    assert box is not None
    assert (box["width"], text.text_content()) == (1, "1 change waits for the network")
    held[0].continue_()
    saved(page)
    expect(state.get_by_text("Saving…")).to_be_hidden()
    expect(state.locator(".icon")).to_be_visible()
