"""One roster on two screens: each shows what the other changed, and neither takes anything from the other's hands."""

from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import Page, expect

from attendance.models import AttendanceRecord
from attendance.services.roster import sign_roster
from attendance.services.walk_ins import add_walk_in
from tests.browser.conftest import TABLET, Open, violations
from tests.browser.test_roster import NAMES, WHOLE, Evening, saved
from tests.cast import Cast, at

pytestmark = pytest.mark.browser

SOON = 15_000
"""Milliseconds within which the other screen must show it, on a busy machine; it asks every four seconds."""


MISSED = "Failed to load resource"
"""A question that a cut network or a busy database (503) leaves unanswered is asked again, and the console says so."""


@pytest.fixture
def evening(cast: Cast) -> Iterator[Evening]:
    held = Evening(cast)
    with time_machine.travel(at("2026-11-18 21:03"), tick=True):
        yield held


def two(open_page: Open, evening: Evening) -> tuple[Page, Page]:
    """Dana's screen and Cory's."""
    pages = [open_page(TABLET, user=user, expects=MISSED) for user in (evening.cast.dana, evening.cast.cory)]
    for page in pages:
        page.goto(evening.path)
    return pages[0], pages[1]


def said_of(evening: Evening, name: str) -> dict[str, object]:
    columns = ("status", "arrived_at", "excuse_reason", "remark")
    found: dict[str, object] = AttendanceRecord.objects.values(*columns).get(booking=evening.bookings[name])
    return found


def test_each_sees_what_the_other_changed_and_the_field_being_typed_in_is_left_alone(
    open_page: Open, evening: Evening
) -> None:
    dana, cory = two(open_page, evening)
    dana.get_by_role("button", name="All 12 are here").click()
    saved(dana)
    for name in ("Alma Ortiz", "Chidi Okafor"):
        expect(evening.row(cory, name).get_by_role("radio", name="Present")).to_be_checked(timeout=SOON)
    expect(evening.row(cory, "Alma Ortiz").get_by_text("changed by Dana 9:03 pm")).to_be_visible()
    expect(cory.locator("#roster-news")).to_contain_text("Alma Ortiz")
    expect(cory.get_by_text("Everybody is marked.")).to_be_visible()

    # Cory types a remark and has not left the field; Dana says when Chidi came, and why so late.
    theirs, mine = evening.row(dana, "Chidi Okafor"), evening.row(cory, "Chidi Okafor")
    mine.locator("summary").click()
    mine.get_by_label("Remark").press_sequentially("Will bring a l")
    theirs.locator("summary").click()
    theirs.get_by_label("Reason, if excused, late or early").select_option("transport")
    theirs.get_by_label("Arrived").fill("18:14")
    theirs.get_by_label("Arrived").blur()
    expect(mine.locator("[data-roster-sum]")).to_contain_text("= 151 min", timeout=SOON)
    expect(mine.get_by_label("Arrived")).to_have_value("18:14")
    expect(mine.get_by_label("Remark")).to_be_focused()
    expect(mine.get_by_label("Remark")).to_have_value("Will bring a l")
    cory.keyboard.type("etter")
    cory.keyboard.press("Enter")
    saved(cory)
    expect(theirs.get_by_text("changed by Cory 9:03 pm")).to_be_visible(timeout=SOON)
    assert said_of(evening, "Chidi Okafor") == {
        "status": "present",
        "arrived_at": at("2026-11-18 18:14"),
        "excuse_reason": "transport",
        "remark": "Will bring a letter",
    }
    assert violations(cory) == []


def test_what_one_marks_without_a_network_and_the_other_meanwhile_both_stay(open_page: Open, evening: Evening) -> None:
    dana, cory = two(open_page, evening)
    cory.context.set_offline(True)
    cory.wait_for_function("!navigator.onLine")
    evening.choose(cory, "Alma Ortiz", "Present")
    evening.choose(cory, "Ben Carter", "No-show")
    hank = evening.row(cory, "Hank Moore")
    hank.locator("summary").click()
    hank.get_by_label("Left").fill("20:20")
    hank.get_by_label("Left").blur()
    expect(cory.get_by_text("3 changes wait for the network")).to_be_visible()
    evening.choose(dana, "Zoe Park", "Excused")
    evening.choose(dana, "Alma Ortiz", "No-show")
    saved(dana)
    assert evening.marks() == {"Alma Ortiz": ("no_show", 0), "Zoe Park": ("excused", 0)}
    cory.context.set_offline(False)
    saved(cory)
    assert evening.marks() == {  # of the same field the later edit stands
        "Alma Ortiz": WHOLE,
        "Ben Carter": ("no_show", 0),
        "Hank Moore": ("present", 125),
        "Zoe Park": ("excused", 0),
    }
    expect(evening.row(cory, "Zoe Park").get_by_role("radio", name="Excused")).to_be_checked()
    expect(evening.row(dana, "Ben Carter").get_by_role("radio", name="No-show")).to_be_checked(timeout=SOON)


def test_who_walks_in_and_a_signature_are_seen_on_the_other_screen(open_page: Open, evening: Evening) -> None:
    evening.session.refresh_from_db()
    type(evening.session).objects.filter(pk=evening.session.pk).update(capacity=13)
    page = evening.open(open_page, TABLET, expects=MISSED)
    page.get_by_role("button", name="All 12 are here").click()
    saved(page)
    kim = evening.cast.patient("Kim Novak")
    now, why = at("2026-11-18 21:03"), "Was here all evening"
    add_walk_in(evening.session, kim, actor=evening.cast.cory, now=now, override_reason=why)
    expect(page.locator(".roster-name", has_text="Kim Novak")).to_be_visible(timeout=SOON)
    names = page.locator(".roster-rows .roster-name").all_text_contents()
    assert names == sorted([*NAMES, "Kim Novak"])
    sign_roster(evening.session, actor=evening.cast.cory, now=now)
    expect(page.get_by_text("Signed by Cory")).to_be_visible(timeout=SOON)
    assert page.get_by_role("radio").count() == 0


def test_a_page_that_nobody_looks_at_asks_nothing(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, expects=MISSED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/live/") else None)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.wait_for_timeout(6_000)
    assert asked == []
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1_000)
    assert len(asked) == 1


class Keyboard:
    """Counts the keys that are pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0
        self.tab_presses = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += 1
            self.page.keyboard.press(key)

    def reach(self, selector: str) -> None:
        """Tab until the element has the focus; each Tab is counted apart."""
        target = self.page.locator(selector)
        while not target.evaluate("element => element === document.activeElement"):
            self.tab_presses += 1
            assert self.tab_presses < 120
            self.page.keyboard.press("Tab")


def test_twelve_people_take_few_keys_and_less_than_a_minute(open_page: Open, evening: Evening) -> None:
    """All are here, one came late and one not at all, signed: by the keyboard alone, at two keys a second."""
    page = evening.open(open_page, TABLET, expects=MISSED)
    keys = Keyboard(page)
    keys.reach("[data-roster-all]")
    keys.press("Enter")
    saved(page)
    chidi, jonas = (evening.bookings[name].pk for name in ("Chidi Okafor", "Jonas Weber"))
    keys.reach(f"#row-{chidi} summary")
    keys.press("Enter")
    keys.reach(f"#arrived-{chidi}")
    keys.press(*"0614PM")
    expect(evening.row(page, "Chidi Okafor").locator("[data-roster-sum]")).to_contain_text("= 151 min")
    keys.reach(f"#row-{jonas} input[value=present]")
    keys.press("ArrowRight", "ArrowRight")
    saved(page)
    keys.reach("button[value=sign]")
    keys.press("Enter")
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert keys.pressed == 11
    assert keys.pressed + keys.tab_presses < 120
    marks = {**dict.fromkeys(NAMES, WHOLE), "Chidi Okafor": ("present", 151), "Jonas Weber": ("no_show", 0)}
    assert evening.marks() == marks


def test_with_a_finger_it_is_five_taps(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET, has_touch=True, expects=MISSED)
    taps = 0

    def tap(selector: str) -> None:
        nonlocal taps
        taps += 1
        page.locator(selector).tap()

    chidi, jonas = (evening.bookings[name].pk for name in ("Chidi Okafor", "Jonas Weber"))
    tap("[data-roster-all]")
    saved(page)
    tap(f"#row-{chidi} summary")
    tap(f"#row-{chidi} [data-now=left]")
    tap(f"#row-{jonas} .is-no-show")
    saved(page)
    tap("button[value=sign]")
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert taps == 5
    assert evening.marks()["Jonas Weber"] == ("no_show", 0)
