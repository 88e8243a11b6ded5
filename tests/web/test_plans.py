"""A person's plan on the pages: a change is shown before it is made, suggestions are decided, templates kept."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.models import PlanSuggestion
from attendance.services.plan_suggestions import suggest
from people.domain.plan_templates import USUAL_STEPS, Step
from people.models import PlanPhase, PlanTemplate, TrailEntry
from people.services.admissions import discharge
from people.services.plan_templates import make_template
from people.services.plans import PhaseFields, add_phase
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.attendance.services.test_plan_suggestions import past_weeks
from tests.cast import NOW, Cast
from tests.scheduling.services.test_tracks import FIRST, track
from tests.web.reading import Page, open_page, press, read

pytestmark = pytest.mark.django_db
PLAN_QUERIES = 48
SUGGESTIONS_QUERIES = 7
TEMPLATES_QUERIES = 7
NOT_CHANGED = "bad: Nothing was changed: the plan is another one by now. Look at it again."


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def template(cast: Cast) -> PlanTemplate:
    return make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)


def plan(client: Client, cast: Cast, query: str = "") -> Page:
    return open_page(client, f"/patients/{cast.ana.pk}/plan/{query}")


def phases() -> list[tuple[date, date | None, int]]:
    return list(PlanPhase.objects.order_by("starts_on").values_list("starts_on", "ends_on", "min_minutes"))


def test_the_first_line_is_what_is_asked_now_and_next(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    admission = cast.admission_of(cast.ana)
    assert plan(client, cast).answer == "9 h a week on 5 days until discharge"
    add_phase(admission, PhaseFields(date(2026, 12, 7), date(2026, 12, 13), 600, 900, 3), actor=None, now=NOW)
    assert plan(client, cast).answer == "9 h a week on 5 days until 6 Dec, then 10 h"
    PlanPhase.objects.filter(min_minutes=600).update(min_minutes=540)
    assert plan(client, cast).answer == "9 h a week on 5 days until 6 Dec, then 9 h on 3 days"
    PlanPhase.objects.filter(starts_on=date(2026, 12, 7)).update(starts_on=date(2026, 12, 8))
    assert plan(client, cast).answer == "9 h a week on 5 days until 6 Dec, then nothing is planned"
    PlanPhase.objects.exclude(starts_on=date(2026, 12, 8)).delete()
    assert plan(client, cast).answer == "From 8 Dec: 9 h a week on 3 days"
    PlanPhase.objects.all().delete()
    assert plan(client, cast).answer == "Nothing is planned"


def test_after_the_stay_nothing_is_asked_and_nothing_changes(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    admission = cast.admission_of(cast.ana)
    discharge(admission, discharged_on=date(2026, 12, 4), actor=None, now=NOW)
    assert plan(client, cast).answer == "9 h a week on 5 days until 4 Dec, the last day"
    discharge(admission, discharged_on=date(2026, 11, 13), actor=None, now=NOW)
    page = plan(client, cast)
    assert page.answer == "The stay ended 13 Nov: nothing is asked"
    assert page.texts("li", "is-over") == ["9 h on 5 days from 5 Oct on · at most 19 h"]
    assert ("what=change" in page.source, "Show what it does" in page.words) == (False, False)


def test_a_template_is_shown_and_then_followed(cast: Cast, client: Client, template: PlanTemplate) -> None:
    join_track(cast.ana, TrackWish(track(cast), FIRST), actor=None, now=NOW)
    client.force_login(cast.cory)
    page = plan(client, cast, f"?what=follow&step={template.pk}:2&starts_on=2026-11-30")
    assert (page.answer, page.texts("h2")[:2]) == (
        "9 h a week on 5 days until discharge",
        ["As it would be", "Then: 9 h a week on 5 days until 29 Nov, then 9 h on 3 days"],
    )
    assert page.texts("li", "plan-phase")[:3] == [
        "9 h on 5 days ends 29 Nov 5 Oct – 29 Nov · at most 19 h",
        "9 h on 3 days new 30 Nov – 27 Dec · at most 19 h",
        "6 h on 2 days new 28 Dec – 10 Jan · at most 12 h · transition: Step-down before discharge",
    ]
    assert page.texts("p", "plan-unfit-when") == [
        "Now: 8 h 15 on 3 days a week standing, the plan asks for 9 h on 5 days",
        "From 30 Nov: 8 h 15 on 3 days a week standing, the plan asks for 9 h on 3 days",
        "From 28 Dec: 8 h 15 on 3 days a week standing, the plan asks for 6 h on 2 days",
    ]
    assert page.texts("p", "is-clay") == ["Leaves the week 45 min short."] * 2 + ["1 day too many."]
    assert len(phases()) == 1
    form = page.form("Change the plan")
    done = press(client, form, f"/patients/{cast.ana.pk}/plan/")
    assert done.notices == ["done: The plan is changed. What was in force before today stays as it was."]
    assert [row[2] for row in phases()] == [540, 540, 360]
    assert done.texts("ol", "plan-history")[0].startswith("Cory followed a template Wed 18 Nov, 8:02 am 9 h on 5 days")
    again = read(client.post(f"/patients/{cast.ana.pk}/plan/", form.fields))
    assert (again.status, again.notices, len(phases())) == (400, [NOT_CHANGED], 3)


def test_what_could_be_given_up_is_named(cast: Cast, client: Client) -> None:
    admission = cast.admission_of(cast.ana)
    reason = "step-down"
    low = PhaseFields(date(2026, 11, 30), date(2026, 12, 13), 300, 600, 2, transition=True, transition_reason=reason)
    add_phase(admission, low, actor=None, now=NOW)
    join_track(cast.ana, TrackWish(track(cast), FIRST), actor=None, now=NOW)
    client.force_login(cast.cory)
    page = plan(client, cast)
    assert "Without any one of these it fits: Mon 6–9 pm, Wed 6–9 pm, Thu 6–9 pm." in page.words
    assert f"/patients/{cast.ana.pk}/tracks/" in page.links


def test_a_phase_is_changed_from_today_on(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    row = cast.phase_of(cast.ana)
    opened = plan(client, cast, f"?what=change&phase={row.pk}")
    assert "It has begun: other hours hold from today on" in opened.words
    query = f"?what=change&phase={row.pk}&min_minutes=12.5&max_minutes=19&days_per_week=4&wanted_kinds=group"
    page = plan(client, cast, query)
    assert page.texts("li", "plan-phase")[:2] == [
        "9 h on 5 days ends 17 Nov 5 Oct – 17 Nov · at most 19 h",
        "12 h 30 on 4 days new from 18 Nov on · at most 19 h",
    ]
    press(client, page.form("Change the plan"), f"/patients/{cast.ana.pk}/plan/")
    assert phases() == [(date(2026, 10, 5), date(2026, 11, 17), 540), (date(2026, 11, 18), None, 750)]
    assert PlanPhase.objects.get(min_minutes=750).wanted_kinds == ["group"]
    assert client.get(f"/patients/{cast.ana.pk}/plan/?what=change&phase={row.pk}").status_code == 404


def test_a_phase_is_added_and_taken_out(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    query = "?what=add&starts_on=2026-12-07&min_minutes=10&max_minutes=19&days_per_week=3"
    page = plan(client, cast, query)
    done = press(client, page.form("Change the plan"), f"/patients/{cast.ana.pk}/plan/")
    assert done.answer == "9 h a week on 5 days until 6 Dec, then 10 h"
    added = PlanPhase.objects.get(min_minutes=600)
    page = plan(client, cast, f"?what=remove&phase={added.pk}")
    assert page.texts("h2")[1] == "Then: 9 h a week on 5 days until 6 Dec, then nothing is planned"
    press(client, page.form("Change the plan"), f"/patients/{cast.ana.pk}/plan/")
    assert phases() == [(date(2026, 10, 5), date(2026, 12, 6), 540)]


def test_what_cannot_be_is_said_at_its_field(cast: Cast, client: Client, template: PlanTemplate) -> None:
    client.force_login(cast.cory)
    page = plan(client, cast, "?what=add&starts_on=2026-12-07&min_minutes=6&max_minutes=19&days_per_week=3")
    assert page.texts("p", "field-error") == [
        "The program asks for at least 9 h a week, except in a phase marked as a transition."
    ]
    page = plan(client, cast, f"?what=follow&step={template.pk}:0&starts_on=2026-11-17")
    assert page.texts("p", "field-error") == ["A new plan begins today or later."]
    assert plan(client, cast, "?what=dance").status == 200
    assert plan(client, cast, "?what=follow&step=9:9&starts_on=x").status == 200
    for wrong in ("", "9", "x"):
        assert client.get(f"/patients/{cast.ana.pk}/plan/?what=remove&phase={wrong}").status_code == 404
    assert client.post(f"/patients/{cast.ana.pk}/plan/", {}).status_code == 400
    assert len(phases()) == 1


def test_a_step_down_is_suggested_on_board_record_and_plan_and_followed(
    cast: Cast, client: Client, template: PlanTemplate
) -> None:
    past_weeks(cast, cast.ana, 540, 540, 540, 600)
    suggest(now=NOW)
    client.force_login(cast.cory)
    board = open_page(client, "/compliance/")
    assert board.link("1 could step down") == "/plans/suggestions/"
    assert "Could step down to 6 h on 2 days." in open_page(client, f"/patients/{cast.ana.pk}/").words
    page = open_page(client, "/plans/suggestions/")
    assert page.answer == "1 could step down"
    assert "4 weeks in a row at 9 h or more, 9 h 15 on average" in page.words
    url = page.link("Show the step down Ana Reyes")
    preview = open_page(client, url.partition("#")[0])
    assert preview.texts("h2")[2] == "Then: 9 h a week on 5 days until 22 Nov, then 6 h"
    done = press(client, preview.form("Change the plan"), f"/patients/{cast.ana.pk}/plan/")
    assert "Cory took it up: could step down" in done.words
    row = PlanSuggestion.objects.get()
    assert (row.decision, row.decided_by) == ("accepted", cast.cory)
    assert open_page(client, "/plans/suggestions/").answer == "No plan waits for a decision"


def test_a_review_is_taken_up_or_left_with_a_reason(cast: Cast, client: Client) -> None:
    for person in (cast.ana, cast.ben):
        past_weeks(cast, person, 500, 500)
    suggest(now=NOW)
    client.force_login(cast.cory)
    assert open_page(client, "/plans/suggestions/").answer == "2 plans to review"
    hers, his = PlanSuggestion.objects.order_by("pk")
    without = read(client.post(f"/plans/suggestions/{hers.pk}/dismiss/", {"reason": " "}, follow=True))
    assert without.notices == ["bad: Say why in a few words."]
    left = read(client.post(f"/plans/suggestions/{hers.pk}/dismiss/", {"reason": "Was ill"}, follow=True))
    assert left.notices == ["done: The plan stays as it is."]
    assert "Cory left the plan as it is: to review" in left.words
    assert "“Was ill”" in left.words
    taken = read(client.post(f"/plans/suggestions/{his.pk}/accept/", follow=True))
    assert taken.notices == ["done: Taken up. Change the plan below, if it needs it."]
    again = read(client.post(f"/plans/suggestions/{his.pk}/accept/", follow=True))
    assert again.notices == ["bad: This suggestion is decided already"]


def test_templates_are_made_changed_and_taken_out(cast: Cast, client: Client) -> None:
    client.force_login(cast.dirk)
    path = f"/programs/{cast.program.pk}/templates/"
    assert open_page(client, path).answer == "No plan template yet"
    new = open_page(client, f"{path}new/")
    assert (
        new.texts("legend", "section-title") == [f"Step {n}" for n in range(1, 5)] + ["One more step, if you like"] * 2
    )
    fields: dict[str, Any] = {
        "name": "Short",
        "steps-TOTAL_FORMS": 6,
        "steps-INITIAL_FORMS": 4,
        "steps-2-DELETE": "on",
        "steps-3-DELETE": "on",
        "steps-0-weeks": 4,
        "steps-0-min_minutes": 9,
        "steps-0-max_minutes": 19,
        "steps-0-days_per_week": 3,
        "steps-1-min_minutes": 9.25,
        "steps-1-max_minutes": 19,
        "steps-1-days_per_week": 3,
    }
    for number in (2, 3):
        fields |= {f"steps-{number}-{name}": fields[f"steps-1-{name}"] for name in ("min_minutes", "max_minutes")}
        fields[f"steps-{number}-days_per_week"] = 3
    made = read(client.post(f"{path}new/", fields, follow=True))
    assert (made.status, made.answer) == (200, "1 plan template")
    row = PlanTemplate.objects.get()
    assert row.values == (Step(4, 540, 1140, 3), Step(None, 555, 1140, 3))
    assert made.texts("ol", "plan-steps") == [
        "1: 9 h on 3 days for 4 weeks, at most 19 h 2: 9 h 15 on 3 days until discharge, at most 19 h"
    ]
    changed = {**fields, "steps-INITIAL_FORMS": 2, "steps-1-DELETE": "on", "name": "Shorter"}
    client.post(f"{path}{row.pk}/", changed)
    assert [(one.name, one.values) for one in PlanTemplate.objects.all()] == [("Shorter", (Step(4, 540, 1140, 3),))]
    wrong = read(client.post(f"{path}{row.pk}/", {**fields, "steps-0-min_minutes": 2}))
    assert (wrong.status, wrong.texts("p", "field-error")) == (
        400,
        ["The program asks for at least 9 h a week, except in a phase marked as a transition."],
    )
    gone = read(client.post(f"{path}{row.pk}/remove/", follow=True))
    assert gone.answer == "No plan template yet"


def test_after_how_many_weeks_is_the_programs_own(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    path = f"/programs/{cast.program.pk}/templates/"
    client.post(path, {"step_down_after_weeks": 6, "review_after_weeks": 3})
    cast.program.refresh_from_db()
    assert (cast.program.step_down_after_weeks, cast.program.review_after_weeks) == (6, 3)
    assert client.post(path, {"step_down_after_weeks": 0, "review_after_weeks": 3}).status_code == 400


def test_an_auditor_and_a_counselor_see_and_do_not_change(cast: Cast, client: Client, template: PlanTemplate) -> None:
    past_weeks(cast, cast.ana, 500, 500)
    suggest(now=NOW)
    row = PlanSuggestion.objects.get()
    for user in (cast.ada, cast.dana):
        client.force_login(user)
        page = plan(client, cast)
        assert (page.status, "Show what it does" in page.words, "Take it up" in page.words) == (200, False, False)
        assert open_page(client, "/plans/suggestions/").answer == "1 plan to review"
        assert open_page(client, f"/programs/{cast.program.pk}/templates/").status == 200
        for path in (
            f"/patients/{cast.ana.pk}/plan/",
            f"/plans/suggestions/{row.pk}/accept/",
            f"/plans/suggestions/{row.pk}/dismiss/",
            f"/programs/{cast.program.pk}/templates/",
            f"/programs/{cast.program.pk}/templates/new/",
            f"/programs/{cast.program.pk}/templates/{template.pk}/",
            f"/programs/{cast.program.pk}/templates/{template.pk}/remove/",
        ):
            assert client.post(path, {"what": "add"}).status_code == 403, path
    looks = TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk)
    assert set(looks.values_list("actor_id", flat=True)) == {cast.ada.pk, cast.dana.pk}


@pytest.mark.parametrize("number", [1, 20])
def test_a_plan_costs_the_same_for_any_number(
    number: int, cast: Cast, client: Client, template: PlanTemplate, django_assert_num_queries: object
) -> None:
    admission = cast.admission_of(cast.ana)
    PlanPhase.objects.filter(admission=admission).update(ends_on=date(2026, 12, 31))
    for at in range(number):
        day = date(2027, 1 + at // 25, 1 + at % 25)
        PlanPhase.objects.create(admission=admission, starts_on=day, ends_on=day, min_minutes=540, max_minutes=1140)
        TrailEntry.objects.create(
            at=NOW, action="phase_added", subject_type="admission", patient_id=cast.ana.pk, after={"phases": []}
        )
        PlanSuggestion.objects.create(
            admission=admission,
            patient=cast.ana,
            kind="review",
            run_starts_on=day,
            week=day,
            raised_at=NOW,
            decision="lapsed" if at % 2 else "",
            decided_at=NOW if at % 2 else None,
        )
    client.force_login(cast.cory)
    with django_assert_num_queries(PLAN_QUERIES):  # type: ignore[operator]
        assert client.get(f"/patients/{cast.ana.pk}/plan/").status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_suggestions_cost_the_same_for_any_number(
    number: int, cast: Cast, client: Client, django_assert_num_queries: object
) -> None:
    for _ in range(number):
        past_weeks(cast, cast.patient(), 500, 500)
    suggest(now=NOW)
    client.force_login(cast.cory)
    with django_assert_num_queries(SUGGESTIONS_QUERIES):  # type: ignore[operator]
        assert client.get("/plans/suggestions/").status_code == 200


@pytest.mark.parametrize("number", [1, 10])
def test_templates_cost_the_same_for_any_number(
    number: int, cast: Cast, client: Client, django_assert_num_queries: object
) -> None:
    for at in range(number):
        make_template(cast.program, name=f"Template {at}", steps=USUAL_STEPS, actor=None, now=NOW)
    client.force_login(cast.cory)
    with django_assert_num_queries(TEMPLATES_QUERIES):  # type: ignore[operator]
        assert client.get(f"/programs/{cast.program.pk}/templates/").status_code == 200
