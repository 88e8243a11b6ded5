"""Plans as they are written: templates, previews that are kept to, and phases that change ahead only."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from people.domain.plan_edits import ChangePhase, RemovePhase
from people.domain.plan_templates import USUAL_STEPS, Step
from people.errors import InvalidInput, PlanOutdated
from people.models import Admission, PlanPhase, PlanTemplate, PlanTemplateStep, TrailEntry
from people.services.admissions import discharge
from people.services.plan_changes import change_plan, preview_plan
from people.services.plan_templates import (
    change_template,
    following,
    make_template,
    remove_template,
    set_suggestion_weeks,
)
from people.services.plans import PhaseFields, add_leave, add_phase, change_phase
from tests.cast import ADMITTED, NOW, Cast

TODAY = date(2026, 11, 18)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def admission(cast: Cast) -> Admission:
    return cast.admission_of(cast.ana)


@pytest.fixture
def template(cast: Cast) -> PlanTemplate:
    return make_template(cast.program, name=" Evening  step-down ", steps=USUAL_STEPS, actor=cast.cory, now=NOW)


def planned() -> list[tuple[date, date | None, int, int, int | None]]:
    rows = PlanPhase.objects.order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on", "min_minutes", "days_per_week", "template_id"))


def test_a_template_is_kept_with_its_steps(cast: Cast, template: PlanTemplate) -> None:
    assert (template.name, PlanTemplate.objects.get().values) == ("Evening step-down", USUAL_STEPS)
    changed = change_template(template, name="Short", steps=USUAL_STEPS[2:], actor=cast.cory, now=NOW)
    assert (changed.name, PlanTemplate.objects.get().values) == ("Short", USUAL_STEPS[2:])
    remove_template(changed, actor=cast.cory, now=NOW)
    assert (PlanTemplate.objects.count(), PlanTemplateStep.objects.count()) == (0, 0)
    entries = TrailEntry.objects.filter(subject_type="plantemplate").order_by("pk")
    assert [(one.action, one.actor_id, len((one.after or one.before or {})["steps"])) for one in entries] == [
        ("template_made", cast.cory.pk, 4),
        ("template_changed", cast.cory.pk, 2),
        ("template_removed", cast.cory.pk, 2),
    ]


@pytest.mark.parametrize(
    ("name", "steps", "field"),
    [
        (" ", USUAL_STEPS, "name"),
        ("x" * 81, USUAL_STEPS, "name"),
        ("Evening step-down", USUAL_STEPS, "name"),
        ("Other", (), "steps"),
        ("Other", (Step(None, 540, 600), Step(2, 540, 600)), "steps[0].weeks"),
        ("Other", (Step(2, 540, 600), Step(2, 300, 600)), "steps[1].min_minutes"),
        ("Other", (Step(2, 540, 600, wanted_kinds=("dance",)),), "steps"),
    ],
)
def test_a_template_that_cannot_stand_names_its_field(
    cast: Cast, template: PlanTemplate, name: str, steps: tuple[Step, ...], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_template(cast.program, name=name, steps=steps, actor=cast.cory, now=NOW)
    assert list(caught.value.errors) == [field]
    assert PlanTemplate.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_per_week": 2},
        {"min_minutes": 700},
        {"weeks": 0},
        {"transition": True},
        {"transition": True, "transition_reason": "soon", "weeks": None},
        {"position": 0},
    ],
)
def test_the_database_itself_refuses_steps_that_cannot_be(template: PlanTemplate, wrong: dict[str, Any]) -> None:
    values = {"position": 9, "weeks": 2, "min_minutes": 540, "max_minutes": 600, "days_per_week": 3, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanTemplateStep.objects.create(template=template, **values)


def test_following_a_template_is_what_was_shown(cast: Cast, admission: Admission, template: PlanTemplate) -> None:
    add_phase(admission, PhaseFields(date(2026, 12, 14), None, 600, 1140), actor=cast.cory, now=NOW)
    edit = following(template, starts_on=MONDAY, first_step=2)
    before = planned()
    preview = preview_plan(admission, edit, now=NOW)
    assert planned() == before
    assert [(one.starts_on, one.min_minutes) for one in preview.gone] == [(date(2026, 12, 14), 600)]
    assert [(old.ends_on, new.ends_on) for old, new in preview.changed] == [(date(2026, 12, 13), date(2026, 11, 22))]
    assert [one.starts_on for one in preview.added] == [MONDAY, date(2026, 12, 21)]
    weeks = [
        (one.starts_on, one.before.min_minutes, one.after.min_minutes, one.after.transition) for one in preview.weeks
    ]
    assert (weeks[0], weeks[4:7]) == (
        (date(2026, 11, 16), 540, 540, False),
        [
            (date(2026, 12, 14), 600, 540, False),
            (date(2026, 12, 21), 600, 360, True),
            (date(2026, 12, 28), 600, 360, True),
        ],
    )
    change_plan(admission, edit, actor=cast.cory, now=NOW, token=preview.token)
    assert planned() == [
        (ADMITTED, date(2026, 11, 22), 540, 5, None),
        (MONDAY, date(2026, 12, 20), 540, 3, template.pk),
        (date(2026, 12, 21), date(2027, 1, 3), 360, 2, template.pk),
    ]
    entry = TrailEntry.objects.get(action="template_applied")
    assert (entry.actor_id, entry.subject_id, entry.patient_id) == (cast.cory.pk, admission.pk, cast.ana.pk)
    assert entry.before
    assert entry.after
    assert [one["starts_on"] for one in entry.before["phases"]] == ["2026-10-05", "2026-12-14"]
    assert [one["min_minutes"] for one in entry.after["phases"]] == [540, 540, 360]
    remove_template(template, actor=cast.cory, now=NOW)
    assert [row[-1] for row in planned()] == [None, None, None]


def test_a_plan_that_changed_meanwhile_is_stale(cast: Cast, admission: Admission, template: PlanTemplate) -> None:
    def shown() -> str:
        return preview_plan(admission, following(template, starts_on=MONDAY), now=NOW).token

    def follow(token: str) -> None:
        change_plan(admission, following(template, starts_on=MONDAY), actor=cast.cory, now=NOW, token=token)

    token = shown()
    changes = (
        lambda: add_leave(admission, starts_on=MONDAY, ends_on=MONDAY, actor=None, now=NOW),
        lambda: change_template(template, name="Evening", steps=USUAL_STEPS[1:], actor=None, now=NOW),
        lambda: add_phase(admission, PhaseFields(date(2026, 12, 1), None, 600, 1140), actor=None, now=NOW),
        lambda: discharge(admission, discharged_on=date(2027, 1, 31), actor=None, now=NOW),
    )
    for change in changes:
        change()
        before = planned()
        with pytest.raises(PlanOutdated):
            follow(token)
        assert planned() == before
        token = shown()
    follow(token)
    assert len(planned()) == 4


def test_a_template_begins_within_the_admission_and_today_or_later(
    cast: Cast, admission: Admission, template: PlanTemplate
) -> None:
    discharge(admission, discharged_on=date(2026, 12, 31), actor=None, now=NOW)
    for starts_on in (TODAY - timedelta(days=1), date(2027, 1, 1)):
        with pytest.raises(InvalidInput) as caught:
            change_plan(admission, following(template, starts_on=starts_on), actor=cast.cory, now=NOW)
        assert list(caught.value.errors) == ["starts_on"]
    assert len(planned()) == 1


def test_transitions_that_were_used_up_are_not_had_again(
    cast: Cast, admission: Admission, template: PlanTemplate
) -> None:
    PlanPhase.objects.filter(admission=admission).update(ends_on=date(2026, 11, 15))
    PlanPhase.objects.create(
        admission=admission,
        starts_on=date(2026, 11, 16),
        ends_on=date(2026, 11, 22),
        min_minutes=360,
        max_minutes=600,
        transition=True,
        transition_reason="step-down",
    )
    with pytest.raises(InvalidInput) as caught:
        change_plan(admission, following(template, starts_on=MONDAY, first_step=3), actor=cast.cory, now=NOW)
    assert "21" in str(caught.value.detail)


def test_a_phase_in_force_is_split_and_keeps_its_past(cast: Cast, admission: Admission) -> None:
    row = cast.phase_of(cast.ana)
    changed = change_phase(row, ChangePhase(row.starts_on, (("min_minutes", 720),)), actor=cast.cory, now=NOW)
    assert (changed.starts_on, changed.min_minutes, changed.pk != row.pk) == (TODAY, 720, True)
    assert planned() == [(ADMITTED, date(2026, 11, 17), 540, 5, None), (TODAY, None, 720, 5, None)]
    again = change_phase(changed, ChangePhase(TODAY, (("max_minutes", 900),)), actor=cast.cory, now=NOW)
    assert (again.pk, again.max_minutes, len(planned())) == (changed.pk, 900, 2)
    ended = change_phase(again, ChangePhase(TODAY, (("ends_on", MONDAY),)), actor=cast.cory, now=NOW)
    assert (ended.pk, ended.ends_on) == (changed.pk, MONDAY)


def test_a_phase_ahead_moves_as_the_same_row_and_is_taken_out(cast: Cast, admission: Admission) -> None:
    row = add_phase(admission, PhaseFields(MONDAY, None, 720, 1140), actor=cast.cory, now=NOW)
    moved = change_phase(row, ChangePhase(MONDAY, (("starts_on", date(2026, 11, 30)),)), actor=cast.cory, now=NOW)
    assert (moved.pk, moved.starts_on) == (row.pk, date(2026, 11, 30))
    change_plan(admission, RemovePhase(moved.starts_on), actor=cast.cory, now=NOW)
    assert planned() == [(ADMITTED, date(2026, 11, 22), 540, 5, None)]
    actions = TrailEntry.objects.filter(patient_id=cast.ana.pk, subject_type="admission").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "admitted",
        "phase_added",
        "phase_added",
        "phase_changed",
        "phase_removed",
    ]


def test_a_phase_never_writes_over_days_that_are_over(cast: Cast, admission: Admission) -> None:
    with pytest.raises(InvalidInput) as caught:
        add_phase(admission, PhaseFields(date(2026, 11, 2), None, 720, 1140), actor=cast.cory, now=NOW)
    assert (list(caught.value.errors), len(planned())) == (["starts_on"], 1)
    add_phase(admission, PhaseFields(TODAY, None, 720, 1140), actor=cast.cory, now=NOW)
    assert len(planned()) == 2


def test_a_program_says_after_how_many_weeks_something_is_suggested(cast: Cast) -> None:
    said = {"step_down_after_weeks": 6, "review_after_weeks": 3}
    changed = set_suggestion_weeks(cast.program, **said, actor=cast.cory, now=NOW)
    assert {name: getattr(changed, name) for name in said} == said
    with pytest.raises(InvalidInput) as caught:
        set_suggestion_weeks(cast.program, step_down_after_weeks=0, review_after_weeks=53, actor=None, now=NOW)
    assert sorted(caught.value.errors) == ["review_after_weeks", "step_down_after_weeks"]
    assert TrailEntry.objects.get(action="program_changed").before == {
        "step_down_after_weeks": 4,
        "review_after_weeks": 2,
    }
