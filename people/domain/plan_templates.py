"""Plan templates: the steps of a step-down, and the phases that they make from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from people.domain.sentences import Sentence, gettext_noop
from people.domain.targets import MOST_DAYS_PER_WEEK, Phase, PhaseProblem, phase_problem

MOST_STEPS = 12
MOST_WEEKS = 52
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of whole weeks with a weekly target; `weeks` is None for a last step that goes on until discharge."""

    weeks: int | None
    min_minutes: int
    max_minutes: int
    days_per_week: int = MOST_DAYS_PER_WEEK
    wanted_kinds: tuple[str, ...] = ()
    transition: bool = False
    transition_reason: str = ""

    def as_phase(self, starts_on: date, *, template: int | None = None) -> Phase:
        """The phase that the step makes from a day on."""
        ends_on = None if self.weeks is None else starts_on + timedelta(days=7 * self.weeks - 1)
        return Phase(
            starts_on=starts_on,
            ends_on=ends_on,
            min_minutes=self.min_minutes,
            max_minutes=self.max_minutes,
            days_per_week=self.days_per_week,
            transition=self.transition,
            transition_reason=self.transition_reason,
            wanted_kinds=self.wanted_kinds,
            template=template,
        )


USUAL_STEPS = (
    Step(2, 900, 1140, 4),
    Step(4, 720, 1140, 4),
    Step(4, 540, 1140, 3),
    Step(2, 360, 720, 2, transition=True, transition_reason="Step-down before discharge"),
)
"""The step-down that is seen most (15 to 19 h on four evenings, 12 h, 9 h on three, and two weeks of two evenings)."""


@dataclass(frozen=True, slots=True)
class StepProblem:
    """Why steps cannot stand: the number of the step (None: all of them together), the field, a sentence."""

    step: int | None
    field: str
    detail: Sentence


def phases_from(
    steps: Sequence[Step], *, starts_on: date, first_step: int = 0, template: int | None = None
) -> tuple[Phase, ...]:
    """Return the phases of the steps from `first_step` on, one after the other without a gap.

    Raises ValueError where there is no such step, or where one that goes on without end is not the last.
    """
    if not 0 <= first_step < len(steps):
        raise ValueError(f"there is no step {first_step}")
    phases: list[Phase] = []
    begins: date | None = starts_on
    for step in steps[first_step:]:
        if begins is None:
            raise ValueError("a step without an end must be the last")
        phase = step.as_phase(begins, template=template)
        phases.append(phase)
        begins = None if phase.ends_on is None else phase.ends_on + timedelta(days=1)
    return tuple(phases)


def steps_problem(
    steps: Sequence[Step], *, program_min_minutes: int, program_max_minutes: int, transition_weeks: int
) -> StepProblem | None:
    """Return the first reason why the steps cannot be a template of the program, or None.

    Each must stand as a phase does (`phase_problem`), only the last may go on without end, and never a transition;
    transitions last `transition_weeks` together at most.
    """
    if not 1 <= len(steps) <= MOST_STEPS:
        words = gettext_noop("A template has 1 to %(most)d steps.")
        return StepProblem(None, "steps", Sentence(words, {"most": MOST_STEPS}))
    for number, step in enumerate(steps):
        found = _weeks_problem(step, is_last=number == len(steps) - 1) or _as_step(
            phase_problem(
                step.as_phase(_ANY_DAY),
                program_min_minutes=program_min_minutes,
                program_max_minutes=program_max_minutes,
            )
        )
        if found is not None:
            return StepProblem(number, *found)
    weeks = sum(step.weeks or 0 for step in steps if step.transition)
    if weeks > transition_weeks:
        words = gettext_noop("Transitions last at most %(most)d weeks of an admission; these would last %(weeks)d.")
        return StepProblem(None, "steps", Sentence(words, {"most": transition_weeks, "weeks": weeks}))
    return None


def next_step(steps: Sequence[Step], min_minutes: int) -> int | None:
    """Return the number of the first step that asks for less than `min_minutes` a week; None where none does."""
    return next((number for number, step in enumerate(steps) if step.min_minutes < min_minutes), None)


def _weeks_problem(step: Step, *, is_last: bool) -> tuple[str, Sentence] | None:
    if step.weeks is None:
        if step.transition:
            return "weeks", Sentence(gettext_noop("A transition lasts a number of weeks."))
        return None if is_last else ("weeks", Sentence(gettext_noop("Only the last step may go on without an end.")))
    if not 1 <= step.weeks <= MOST_WEEKS:
        return "weeks", Sentence(gettext_noop("A step lasts from 1 to %(most)d weeks."), {"most": MOST_WEEKS})
    return None


def _as_step(problem: PhaseProblem | None) -> tuple[str, Sentence] | None:
    return None if problem is None else (problem.field, problem.detail)
