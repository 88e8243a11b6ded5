"""A plan from a suggestion to the step down: on a phone and a desk, without a script; nothing that axe faults."""

import pytest
from playwright.sync_api import expect

from attendance.services.plan_suggestions import suggest
from people.domain.plan_templates import USUAL_STEPS
from people.models import PlanPhase
from people.services.plan_templates import make_template
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.attendance.services.test_plan_suggestions import past_weeks
from tests.browser.conftest import DESK, PHONE, Open, violations
from tests.cast import NOW, Cast
from tests.scheduling.services.test_tracks import FIRST, track

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clinic(cast: Cast) -> Cast:
    """Ana reached her goal four weeks in a row, and has three standing evenings."""
    make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)
    past_weeks(cast, cast.ana, 500, 540, 560, 600, 700)
    join_track(cast.ana, TrackWish(track(cast), FIRST), actor=None, now=NOW)
    suggest(now=NOW)
    return cast


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_step_down_from_the_board_to_the_plan(
    open_page: Open, clinic: Cast, viewport: dict[str, int], scheme: str
) -> None:
    page = open_page(viewport, user=clinic.cory, color_scheme=scheme)
    page.get_by_role("link", name="1 could step down").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 could step down")
    assert violations(page) == []
    page.get_by_role("link", name="Ana Reyes", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("9 h a week on 5 days until discharge")
    assert violations(page) == []
    page.get_by_role("link", name="Show the step down Ana Reyes").click()
    expect(page.get_by_text("1 day too many.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert violations(page) == []
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("9 h a week on 5 days until 22 Nov, then 6 h")
    assert violations(page) == []
    assert PlanPhase.objects.count() == 2


def test_without_a_script_a_phase_is_changed_by_its_form(open_page: Open, clinic: Cast) -> None:
    page = open_page(PHONE, user=clinic.cory, javascript=False)
    page.goto(f"/patients/{clinic.ana.pk}/plan/")
    page.get_by_role("link", name="Change from 5 Oct on").click()
    form = page.locator("#change-phase form")
    form.get_by_label("Hours a week, at least").fill("12")
    form.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("heading", level=2, name="Then: 12 h a week on 5 days until discharge")).to_be_visible()
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("12 h a week on 5 days until discharge")


def test_a_template_is_changed_on_a_phone(open_page: Open, clinic: Cast) -> None:
    page = open_page(PHONE, user=clinic.dirk)
    page.goto(f"/programs/{clinic.program.pk}/templates/")
    assert violations(page) == []
    page.get_by_role("link", name="Change Evening").click()
    assert violations(page) == []
    page.locator("[name=steps-0-weeks]").fill("3")
    page.get_by_role("button", name="Keep the template").click()
    expect(page.get_by_text("1: 15 h on 4 days for 3 weeks, at most 19 h")).to_be_visible()
