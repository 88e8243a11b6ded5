"""A program's plan templates: made, changed, removed, and followed by an admission's plan."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.plan_edits import FollowSteps
from people.domain.plan_templates import Step, StepProblem, steps_problem
from people.errors import InvalidInput
from people.models import PlanTemplate, PlanTemplateStep, Program, User
from people.queries import there
from people.services.plan_changes import KINDS
from people.services.trail import record

LONGEST_NAME = 80
MOST_WEEKS_IN_A_ROW = 52


def make_template(
    program: Program, *, name: str, steps: Sequence[Step], actor: User | None, now: datetime
) -> PlanTemplate:
    """A new template. Raises InvalidInput for a name that is taken or none, and for steps that cannot stand."""
    with refusing(_ONCE), transaction.atomic():
        locked = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        template = PlanTemplate(program=locked, name=_checked(locked, name, steps), created_at=now)
        template.save()
        _put(template, steps)
        record("template_made", template, actor=actor, now=now, after=_facts(template, steps))
    return template


def change_template(
    template: PlanTemplate, *, name: str, steps: Sequence[Step], actor: User | None, now: datetime
) -> PlanTemplate:
    """Another name or other steps. Plans that came from it stay as they are. Raises InvalidInput as above."""
    with refusing(_ONCE), transaction.atomic():
        program = Program.objects.select_for_update(no_key=True).get(pk=template.program_id)
        locked = there(PlanTemplate.objects.select_for_update(), template.pk)
        before = _facts(locked, locked.values)
        locked.name = _checked(program, name, steps)
        locked.save(update_fields=["name"])
        locked.steps.all().delete()
        _put(locked, steps)
        record("template_changed", locked, actor=actor, now=now, before=before, after=_facts(locked, steps))
    return locked


def remove_template(template: PlanTemplate, *, actor: User | None, now: datetime) -> None:
    """Offer it no more. Plans that came from it stay; the trail keeps what it was."""
    with transaction.atomic():
        locked = there(PlanTemplate.objects.select_for_update(), template.pk)
        record("template_removed", locked, actor=actor, now=now, before=_facts(locked, locked.values))
        locked.delete()


def following(template: PlanTemplate, *, starts_on: date, first_step: int = 0) -> FollowSteps:
    """The change of a plan that follows the template's steps from a day on (`people.services.plan_changes`)."""
    return FollowSteps(template.values, starts_on, first_step, template.pk)


def set_suggestion_weeks(
    program: Program, *, step_down_after_weeks: int, review_after_weeks: int, actor: User | None, now: datetime
) -> Program:
    """After how many weeks in a row a step down, or a review, is suggested. Raises InvalidInput outside 1 to 52."""
    said = {"step_down_after_weeks": step_down_after_weeks, "review_after_weeks": review_after_weeks}
    wrong = [name for name, weeks in said.items() if not 1 <= weeks <= MOST_WEEKS_IN_A_ROW]
    if wrong:
        sentence = _("Say from 1 to %(most)d weeks.") % {"most": MOST_WEEKS_IN_A_ROW}
        raise InvalidInput(dict.fromkeys(wrong, sentence))
    with transaction.atomic():
        locked = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        before = {name: getattr(locked, name) for name in said}
        for name, weeks in said.items():
            setattr(locked, name, weeks)
        locked.save(update_fields=list(said))
        record("program_changed", locked, actor=actor, now=now, before=before, after=said)
    return locked


def _checked(program: Program, name: str, steps: Sequence[Step]) -> str:
    """The name as it is kept. Raises InvalidInput."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput({"name": _("Give it a name of up to %(most)d characters.") % {"most": LONGEST_NAME}})
    if any(kind not in KINDS for step in steps for kind in step.wanted_kinds):
        raise InvalidInput({"steps": _("There is no such kind of session.")})
    problem = steps_problem(
        steps,
        program_min_minutes=program.min_minutes,
        program_max_minutes=program.max_minutes,
        transition_weeks=program.transition_weeks,
    )
    if problem is not None:
        raise InvalidInput({step_field(problem): problem.detail})
    return name


def step_field(problem: StepProblem) -> str:
    """ "steps[2].weeks", or the field alone where the steps are wrong together."""
    return problem.field if problem.step is None else f"steps[{problem.step}].{problem.field}"


def _put(template: PlanTemplate, steps: Sequence[Step]) -> None:
    PlanTemplateStep.objects.bulk_create(
        PlanTemplateStep(template=template, position=position, **_columns(step)) for position, step in enumerate(steps)
    )


def _columns(step: Step) -> dict[str, Any]:
    return {**asdict(step), "wanted_kinds": list(step.wanted_kinds)}


def _facts(template: PlanTemplate, steps: Sequence[Step]) -> dict[str, object]:
    shown = [{key: value for key, value in _columns(one).items() if key != "transition_reason"} for one in steps]
    return {"program": template.program_id, "steps": shown}


def _taken() -> InvalidInput:
    return InvalidInput({"name": _("The program has a template of this name already.")})


_ONCE = {"template_name_once": _taken, "people_plantemplate.program_id, people_plantemplate.name": _taken}
