"""Suggestions: raised once for a run of weeks, decided by people, gone by themselves when the run is."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from attendance.errors import SuggestionDecided
from attendance.models import PlanSuggestion, TreatmentWeek
from attendance.services.plan_suggestions import accept, dismiss, follow_template, suggest
from people.domain.plan_edits import ChangePhase
from people.domain.plan_templates import USUAL_STEPS
from people.errors import InvalidInput, PlanOutdated
from people.models import Admission, Leave, Patient, PlanPhase, PlanTemplate, TrailEntry
from people.services.admissions import discharge
from people.services.plan_changes import preview_plan
from people.services.plan_templates import following, make_template
from people.services.plans import PhaseFields, add_phase, change_phase
from tests.cast import ADMITTED, NOW, WEEK, Cast

MONDAY = date(2026, 11, 23)
A_WEEK = timedelta(weeks=1)


@pytest.fixture
def template(cast: Cast) -> PlanTemplate:
    return make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)


def past_weeks(cast: Cast, patient: Patient, *credited: int, **fields: Any) -> Admission:
    """The weeks before this one, oldest first, closed with these minutes."""
    admission = cast.admission_of(patient)
    for back, minutes in enumerate(reversed(credited), start=1):
        week = admission.week_containing(WEEK - back * A_WEEK)
        TreatmentWeek.objects.create(
            **{
                "admission": admission,
                "patient": patient,
                "site": admission.site,
                "program": admission.program,
                "week": week.starts_on,
                "starts_at": week.starts_at,
                "ends_at": week.ends_at,
                "min_minutes": 540,
                "credited_minutes": minutes,
                "closed_at": NOW,
                **fields,
            }
        )
    return admission


def told() -> list[tuple[str, str, date, date]]:
    rows = PlanSuggestion.objects.order_by("pk")
    return list(rows.values_list("kind", "decision", "run_starts_on", "week"))


def test_four_weeks_at_target_suggest_the_next_step_once(cast: Cast, template: PlanTemplate) -> None:
    admission = past_weeks(cast, cast.ana, 300, 540, 560, 600, 700)
    assert (suggest(now=NOW), suggest(now=NOW)) == (1, 0)
    row = PlanSuggestion.objects.get()
    assert (row.admission_id, row.patient_id, row.kind, row.run_starts_on, row.week, row.raised_at) == (
        admission.pk,
        cast.ana.pk,
        "step_down",
        date(2026, 10, 19),
        date(2026, 11, 9),
        NOW,
    )
    assert row.facts == {
        "weeks": 4,
        "first_week": "2026-10-19",
        "min_minutes": 540,
        "days_per_week": 5,
        "mean_credited_minutes": 600,
        "next": {"template": template.pk, "step": 3, "min_minutes": 360, "max_minutes": 720, "days_per_week": 2},
    }


@pytest.mark.parametrize(
    ("credited", "fields", "expected"),
    [
        ((540, 540, 540), {}, []),
        ((540, 540, 540, 539), {}, []),
        ((540, 539), {}, []),
        ((500, 539), {}, [("review", "", date(2026, 11, 2), date(2026, 11, 9))]),
        ((0, 0, 0, 0, 0), {"exempt": True, "min_minutes": 0}, []),
        ((360, 360, 360, 360), {"transition": True, "min_minutes": 360}, []),
        ((540, 540, 540, 540), {"closed_at": None, "booked_minutes": 60, "computed_at": NOW}, []),
        ((540, 540, 540, 540), {"closed_at": None}, []),
    ],
    ids=["three", "broken", "one short", "two short", "exempt", "transition", "waiting for rosters", "not counted yet"],
)
def test_what_makes_a_suggestion(
    cast: Cast,
    template: PlanTemplate,
    credited: tuple[int, ...],
    fields: dict[str, Any],
    expected: list[tuple[str, str, date, date]],
) -> None:
    past_weeks(cast, cast.ana, *credited, **fields)
    suggest(now=NOW)
    assert told() == expected


def test_the_program_says_after_how_many_weeks(cast: Cast, template: PlanTemplate) -> None:
    past_weeks(cast, cast.ana, 540, 540)
    past_weeks(cast, cast.ben, 539)
    for name, weeks in (("step_down_after_weeks", 2), ("review_after_weeks", 1)):
        type(cast.program).objects.update(**{name: weeks})
    assert suggest(now=NOW) == 2


def test_without_anything_lower_nothing_is_suggested(cast: Cast) -> None:
    past_weeks(cast, cast.ana, 540, 540, 540, 540)
    assert suggest(now=NOW) == 0
    reason: dict[str, Any] = {"transition": True, "transition_reason": "step-down"}
    lower = PhaseFields(date(2026, 12, 7), date(2026, 12, 13), 360, 700, 2, **reason)
    phase = add_phase(cast.admission_of(cast.ana), lower, actor=None, now=NOW)
    assert suggest(now=NOW) == 1
    assert PlanSuggestion.objects.get().facts["next"] == {
        "phase": "2026-12-07",
        "min_minutes": 360,
        "max_minutes": 700,
        "days_per_week": 2,
    }
    current = PlanPhase.objects.get(starts_on=ADMITTED)
    change_phase(current, ChangePhase(ADMITTED, (("ends_on", date(2026, 11, 22)),)), actor=None, now=NOW)
    sooner = (("starts_on", MONDAY), ("ends_on", date(2026, 11, 29)))
    change_phase(phase, ChangePhase(phase.starts_on, sooner), actor=None, now=NOW)
    suggest(now=NOW)
    assert told()[0][:2] == ("step_down", "lapsed"), "it steps down within a week anyway"


def test_dismissed_with_a_reason_it_does_not_come_back_for_the_same_run(cast: Cast, template: PlanTemplate) -> None:
    past_weeks(cast, cast.ana, 500, 500)
    suggest(now=NOW)
    row = PlanSuggestion.objects.get()
    with pytest.raises(InvalidInput):
        dismiss(row, reason="  ", actor=cast.cory, now=NOW)
    dismiss(row, reason="Was ill", actor=cast.cory, now=NOW)
    row.refresh_from_db()
    assert (row.decision, row.decided_at, row.decided_by_id, row.reason) == (
        "dismissed",
        NOW,
        cast.cory.pk,
        "Was ill",
    )
    assert suggest(now=NOW) == 0
    with pytest.raises(SuggestionDecided):
        accept(row, actor=cast.cory, now=NOW)
    entry = TrailEntry.objects.get(action="suggestion_dismissed")
    assert (entry.patient_id, entry.after) == (cast.ana.pk, {"kind": "review", "week": "2026-11-09"})


def test_nobody_on_leave_is_asked_to_step_down(cast: Cast, template: PlanTemplate) -> None:
    admission = past_weeks(cast, cast.ana, 540, 540, 540, 540)
    today = NOW.date()
    leave = Leave.objects.create(admission=admission, starts_on=today, ends_on=today)
    assert (suggest(now=NOW), told()) == (0, [])
    back = NOW + timedelta(days=1)
    assert suggest(now=back) == 1
    leave.delete()
    Leave.objects.create(admission=admission, starts_on=today, ends_on=today + A_WEEK)
    suggest(now=back)
    assert [row[:2] for row in told()] == [("step_down", "")]


def _break(cast: Cast) -> None:
    TreatmentWeek.objects.filter(week=WEEK - A_WEEK).update(credited_minutes=0)


def _change_target(cast: Cast) -> None:
    row = cast.phase_of(cast.ana)
    change_phase(row, ChangePhase(row.starts_on, (("min_minutes", 720),)), actor=None, now=NOW)


def _discharge(cast: Cast) -> None:
    discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 16), actor=None, now=NOW)


@pytest.mark.parametrize("what", [_break, _change_target, _discharge])
def test_it_lapses_when_its_cause_is_gone(cast: Cast, template: PlanTemplate, what: Callable[[Cast], None]) -> None:
    past_weeks(cast, cast.ana, 540, 540, 540, 540)
    suggest(now=NOW)
    what(cast)
    suggest(now=NOW)
    assert [row[:2] for row in told()] == [("step_down", "lapsed")]
    assert PlanSuggestion.objects.get().decided_by is None


def test_following_the_template_accepts_it_or_neither(cast: Cast, template: PlanTemplate) -> None:
    admission = past_weeks(cast, cast.ana, 540, 540, 540, 540)
    suggest(now=NOW)
    row = PlanSuggestion.objects.get()
    edit = following(template, starts_on=MONDAY, first_step=row.facts["next"]["step"])
    said: dict[str, Any] = {"suggestion": row, "actor": cast.cory, "now": NOW}
    with pytest.raises(PlanOutdated):
        follow_template(admission, edit, **said, token="0" * 32)
    other = cast.admission_of(cast.ben)
    with pytest.raises(InvalidInput):
        follow_template(other, edit, **said)
    assert told()[0][1] == ""
    token = preview_plan(admission, edit, now=NOW).token
    rows = follow_template(admission, edit, **said, token=token)
    assert ([one.min_minutes for one in rows], told()[0][1]) == ([540, 360], "accepted")
    with pytest.raises(SuggestionDecided):
        follow_template(admission, following(template, starts_on=MONDAY), **said)
    assert PlanPhase.objects.filter(admission=admission).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"decision": "accepted"},
        {"decided_at": NOW},
        {"decision": "dismissed", "decided_at": NOW},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(cast: Cast, wrong: dict[str, Any]) -> None:
    values = {"kind": "review", "run_starts_on": WEEK, "week": WEEK, "raised_at": NOW, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanSuggestion.objects.create(admission=cast.admission_of(cast.ana), patient=cast.ana, **values)


@pytest.mark.parametrize("number", [1, 30])
def test_the_sweep_costs_the_same_for_any_number(
    number: int, cast: Cast, template: PlanTemplate, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        past_weeks(cast, cast.patient(), 540, 540, 540, 540)
    with django_assert_num_queries(SWEEP_QUERIES):
        assert suggest(now=NOW) == number


SWEEP_QUERIES = 12
