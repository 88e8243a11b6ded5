"""The step-downs that the demo's programs use: the usual one, and one for those who begin at nine hours."""

from datetime import datetime

from people.domain.plan_templates import USUAL_STEPS, Step
from web.demo.sheet_set import SheetSet
from web.demo.sheets import as_json

TEMPLATES = (
    ("Full step-down", USUAL_STEPS),
    ("From nine hours", (Step(8, 540, 1140, 3), *USUAL_STEPS[-1:])),
)


def put_down_templates(sheets: SheetSet, program: int, now: datetime) -> None:
    """The templates of one program."""
    for name, steps in TEMPLATES:
        template = sheets.templates.add(program, name, now)
        for position, step in enumerate(steps):
            sheets.steps.add(
                template,
                position,
                step.weeks,
                step.min_minutes,
                step.max_minutes,
                step.days_per_week,
                as_json(list(step.wanted_kinds)),
                step.transition,
                step.transition_reason,
            )
