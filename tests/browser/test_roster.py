"""Twelve people after a group: everybody is here with one press, then the exceptions, then the signature."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, ViewportSize, expect

from attendance.models import AttendanceRecord, Roster
from attendance.services.roster import RosterRow, save_rows
from people.models import TrailEntry
from scheduling.models import Booking
from tests.browser.conftest import DESK, PHONE, TABLET, Open, violations
from tests.cast import Cast, at

pytestmark = pytest.mark.browser

NAMES = (
    "Alma Ortiz",
    "Ben Carter",
    "Chidi Okafor",
    "Dolores Vega",
    "Eli Stone",
    "Farah Haddad",
    "Grace Lin",
    "Hank Moore",
    "Ivy Brooks",
    "Jonas Weber",
    "Theo Ramos",
    "Zoe Park",
)
WHOLE = ("present", 165)


class Evening:
    """Wednesday's group, 18:00 to 21:00 with a break of fifteen minutes, at three minutes past its end."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        pause = (at("2026-11-18 19:30"), at("2026-11-18 19:45"))
        self.session = cast.session("2026-11-18 18:00", breaks=(pause,))
        self.bookings = {name: cast.booked(cast.patient(name), self.session) for name in NAMES}
        self.path = f"/sessions/{self.session.pk}/roster/"

    def open(self, open_page: Open, viewport: ViewportSize, **options: Any) -> Page:
        page = open_page(viewport, user=self.cast.dana, **options)
        page.goto(self.path)
        return page

    def row(self, page: Page, name: str) -> Locator:
        return page.locator(f"#row-{self.bookings[name].pk}")

    def choose(self, page: Page, name: str, word: str) -> None:
        self.row(page, name).locator("label.segment", has_text=word).click()

    def marks(self) -> dict[str, tuple[str, int]]:
        records = AttendanceRecord.objects.select_related("patient").order_by("patient__name")
        return {record.patient.name: (record.status, record.credited_minutes) for record in records}


@pytest.fixture
def evening(cast: Cast) -> Iterator[Evening]:
    held = Evening(cast)
    with time_machine.travel(at("2026-11-18 21:03"), tick=True):
        yield held


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved 9:03 pm")).to_be_visible()


def test_all_are_here_one_late_one_missing_signed(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today, 6\u00a0–\u00a09\u00a0pm")
    assert page.title() == "Roster · Steadyweek"
    assert violations(page) == []

    page.get_by_role("button", name="All 12 are here").click()
    saved(page)
    assert evening.marks() == dict.fromkeys(NAMES, WHOLE)

    chidi = evening.row(page, "Chidi Okafor")
    chidi.locator("summary", has=page.get_by_label("Times and more for Chidi Okafor")).click()
    chidi.get_by_label("Arrived").fill("18:14")
    chidi.get_by_label("Arrived").blur()
    expect(chidi.locator("[data-roster-sum]")).to_have_text("180 planned − 15 break − 14 late = 151 min")
    evening.choose(page, "Jonas Weber", "No-show")
    expect(page.locator(".summary-counts li")).to_have_text(["11 present", "1 no-show"])
    saved(page)
    assert violations(page) == []

    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert page.get_by_role("radio").count() == 0
    assert violations(page) == []
    assert evening.marks() == {
        **dict.fromkeys(NAMES, WHOLE),
        "Chidi Okafor": ("present", 151),
        "Jonas Weber": ("no_show", 0),
    }
    evening.session.refresh_from_db()
    assert (evening.session.state, Roster.objects.get().signed_by) == ("signed", evening.cast.dana)


def test_the_bar_says_who_is_missing_and_goes_there(open_page: Open, evening: Evening) -> None:
    rows = [RosterRow(one.pk, "present") for name, one in evening.bookings.items() if name != "Theo Ramos"]
    save_rows(evening.session, rows, actor=evening.cast.dana, now=at("2026-11-18 21:00"))
    page = evening.open(open_page, TABLET)
    expect(page.get_by_text("Mark Theo Ramos, then sign.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Go to Theo").click()
    expect(evening.row(page, "Theo Ramos").get_by_role("radio", name="Present")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Everybody is marked.")).to_be_visible()
    assert evening.marks() == dict.fromkeys(NAMES, WHOLE)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("The keyboard does not get there.")


def test_the_keyboard_alone_is_enough(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, DESK)
    tab_to(page, page.get_by_role("button", name="All 12 are here"))
    page.keyboard.press("Enter")
    saved(page)

    ben = evening.row(page, "Ben Carter")
    tab_to(page, ben.get_by_role("radio", name="Present"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(ben.get_by_role("radio", name="No-show")).to_be_checked()

    chidi = evening.row(page, "Chidi Okafor")
    tab_to(page, chidi.locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, chidi.get_by_label("Arrived"))
    page.keyboard.type("0614PM")
    expect(chidi.locator("[data-roster-sum]")).to_contain_text("= 151 min")

    tab_to(page, page.get_by_role("button", name="Sign roster"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert evening.marks() == {
        **dict.fromkeys(NAMES, WHOLE),
        "Ben Carter": ("no_show", 0),
        "Chidi Okafor": ("present", 151),
    }


def test_what_is_marked_without_a_network_is_saved_when_it_is_back(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE, expects="ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")
    evening.choose(page, "Alma Ortiz", "Present")
    expect(page.get_by_text("1 change waits for the network")).to_be_visible()
    evening.choose(page, "Ben Carter", "Excused")
    evening.choose(page, "Jonas Weber", "No-show")
    expect(page.get_by_text("3 changes wait for the network")).to_be_visible()
    assert evening.marks() == {}
    page.context.set_offline(False)
    saved(page)
    assert evening.marks() == {"Alma Ortiz": WHOLE, "Ben Carter": ("excused", 0), "Jonas Weber": ("no_show", 0)}


def test_a_signature_without_a_network_loses_nothing_and_is_pressed_again(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE, expects="ERR_INTERNET_DISCONNECTED")
    page.get_by_role("button", name="All 12 are here").click()
    saved(page)
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")
    evening.choose(page, "Zoe Park", "No-show")
    expect(page.get_by_text("1 change waits for the network")).to_be_in_viewport()
    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Not signed: no answer from the network. Press again once it is back.")).to_be_visible()
    assert violations(page) == []
    assert not Roster.objects.exclude(signed_at=None).exists()
    page.context.set_offline(False)
    saved(page)
    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert evening.marks() == {**dict.fromkeys(NAMES, WHOLE), "Zoe Park": ("no_show", 0)}


def test_why_it_cannot_be_signed_is_said_on_top(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE, expects="status of 409")
    evening.choose(page, "Zoe Park", "Present")
    saved(page)
    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Not marked yet: Alma Ortiz,")).to_be_in_viewport()
    assert evening.marks() == {"Zoe Park": WHOLE}


def test_arrow_keys_write_what_they_come_to_and_not_what_they_pass(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, DESK)
    ben = evening.row(page, "Ben Carter")
    evening.choose(page, "Ben Carter", "Present")
    saved(page)
    tab_to(page, ben.get_by_role("radio", name="Present"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(ben.get_by_text("Did not come")).to_be_visible()
    statuses = [(entry.after or {})["status"] for entry in TrailEntry.objects.filter(action="marked").order_by("pk")]
    assert statuses == ["present", "no_show"]


def test_a_server_that_is_away_for_a_moment_is_asked_again(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE, expects="status of 503")
    answers = iter([503])
    page.route(
        f"**{evening.path}",
        lambda route: route.fulfill(status=status) if (status := next(answers, None)) else route.continue_(),
    )
    evening.choose(page, "Alma Ortiz", "Present")
    expect(page.get_by_text("1 change waits for the network")).to_be_visible()
    saved(page)
    assert evening.marks() == {"Alma Ortiz": WHOLE}


def test_signing_leaves_alone_what_somebody_else_marked_meanwhile(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, TABLET)
    page.get_by_role("button", name="All 12 are here").click()
    saved(page)
    row = RosterRow(evening.bookings["Zoe Park"].pk, "no_show")
    save_rows(evening.session, [row], actor=evening.cast.dana, now=at("2026-11-18 21:05"))
    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert evening.marks() == {**dict.fromkeys(NAMES, WHOLE), "Zoe Park": ("no_show", 0)}


def test_what_is_wrong_stands_beside_its_row(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE)
    grace = evening.row(page, "Grace Lin")
    grace.locator("summary").click()
    grace.get_by_label("Arrived").fill("19:00")
    grace.get_by_label("Arrived").blur()
    saved(page)
    grace.get_by_label("Left").fill("18:30")
    grace.get_by_label("Left").blur()
    expect(grace.get_by_text("Somebody cannot leave before they arrive.")).to_be_visible()
    expect(page.get_by_text("Not saved: see below")).to_be_visible()
    assert Booking.objects.get(pk=evening.bookings["Grace Lin"].pk).counted_minutes == 0


def test_now_types_the_time_of_the_site(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE, timezone_id="Asia/Tokyo")
    page.clock.set_fixed_time(at("2026-11-18 20:20"))
    hank = evening.row(page, "Hank Moore")
    hank.locator("summary").click()
    hank.get_by_role("button", name="Now").nth(1).click()
    expect(hank.get_by_label("Left")).to_have_value("20:20")
    expect(hank.locator("[data-roster-sum]")).to_have_text("180 planned − 15 break − 40 left early = 125 min")
    assert evening.marks() == {"Hank Moore": ("present", 125)}


def test_without_a_script_one_button_saves_all_rows(open_page: Open, evening: Evening) -> None:
    page = evening.open(open_page, PHONE, javascript=False)
    page.get_by_role("button", name="All 12 are here").click()
    ivy = evening.row(page, "Ivy Brooks")
    ivy.locator("summary").click()
    ivy.get_by_label("Left").fill("20:20")
    evening.choose(page, "Eli Stone", "Excused")
    eli = evening.row(page, "Eli Stone")
    eli.locator("summary").click()
    eli.get_by_label("Reason, if excused").select_option("work")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(ivy.locator("[data-roster-sum]")).to_have_text("180 planned − 15 break − 40 left early = 125 min")
    page.get_by_role("button", name="Sign roster").click()
    expect(page.get_by_text("Signed by Dana")).to_be_visible()
    assert evening.marks() == {
        **dict.fromkeys(NAMES, WHOLE),
        "Eli Stone": ("excused", 0),
        "Ivy Brooks": ("present", 125),
    }


def test_in_the_dark_on_a_desk_it_is_accessible_and_nothing_runs_over(open_page: Open, evening: Evening) -> None:
    page = open_page(DESK, user=evening.cast.dana, color_scheme="dark")
    page.goto(evening.path)
    page.get_by_role("button", name="All 12 are here").click()
    saved(page)
    evening.row(page, "Ben Carter").locator("summary").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
