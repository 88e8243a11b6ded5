"""Reports in a browser: a file in two clicks and twice, a long one that comes by itself, and a ledger at every size."""

import pytest
from playwright.sync_api import expect

from attendance.services import report_runs
from attendance.services.report_runs import make_waiting
from tests.attendance.queries.test_reports import people_with_a_week
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import NOW, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILE = "hours-2026-11-16-2026-11-22.csv"
ADDRESS = "/reports/?from=2026-11-16&to=2026-11-22"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_file_comes_as_often_as_it_is_asked_for(open_page: Open, cast: Cast, javascript: bool) -> None:
    people_with_a_week(cast, 2)
    page = open_page(DESK, user=cast.cory, javascript=javascript)
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 people to report on")
    for _ in range(2):
        with page.expect_download() as coming:
            page.get_by_role("button", name="CSV Weekly hours").click()
        assert coming.value.suggested_filename == FILE
    if javascript:
        assert violations(page) == []


def test_a_long_report_shows_how_far_it_is_and_then_its_file(
    open_page: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_with_a_week(cast, 3)
    monkeypatch.setattr(report_runs, "AT_ONCE_WEEKS", 2)
    page = open_page(PHONE, user=cast.cory)
    page.goto(ADDRESS)
    page.get_by_role("button", name="CSV Weekly hours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 3 people")
    assert violations(page) == []
    make_waiting(clock=lambda: NOW)
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is ready", timeout=10_000)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download").click()
    assert coming.value.suggested_filename == FILE
    assert violations(page) == []


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_ledger_and_a_grid_fit_and_can_be_read(
    open_page: Open, cast: Cast, viewport: dict[str, int], scheme: str
) -> None:
    (person,) = people_with_a_week(cast, 1)
    page = open_page(viewport, user=cast.cory, color_scheme=scheme)
    for path in (f"/patients/{person.pk}/ledger/", "/reports/grid/?from=2026-11-16&to=2026-11-29"):
        page.goto(path)
        expect(page.get_by_text("This visit is recorded.")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert violations(page) == []
