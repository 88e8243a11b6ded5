"""Changes of a plan: each takes an admission's phases and returns them as they would be. Nothing is written.

A plan is its phases in the order of their days; a phase is named by its first day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from people.domain.plan_templates import Step, phases_from
from people.domain.sentences import Sentence, gettext_noop
from people.domain.targets import Phase, PhaseProblem

A_DAY = timedelta(days=1)
Plan = tuple[Phase, ...]
PlanEdit = Callable[[Sequence[Phase], date], Plan]
"""A change: the phases and the admission's local date, to the phases afterwards. Raises EditRefused."""


class EditRefused(Exception):
    """The change cannot be made; `problem` says why."""

    def __init__(self, problem: PhaseProblem) -> None:
        self.problem = problem
        super().__init__(problem.code)


@dataclass(frozen=True, slots=True)
class AddPhase:
    """A phase more; one without an end that began before it ends the day before."""

    phase: Phase

    def __call__(self, phases: Sequence[Phase], today: date) -> Plan:
        begins = self.phase.starts_on
        kept = (
            replace(one, ends_on=begins - A_DAY) if one.ends_on is None and one.starts_on < begins else one
            for one in phases
        )
        return _in_order([*kept, self.phase])


@dataclass(frozen=True, slots=True)
class ChangePhase:
    """Other values for the phase that began on a day. `values` are fields of `Phase`.

    One that is in force keeps what it was: from `from_on` on (today, unless said otherwise) a phase of its own holds
    the new values; a new last day alone needs none.
    """

    starts_on: date
    values: tuple[tuple[str, Any], ...]
    from_on: date | None = None

    def __call__(self, phases: Sequence[Phase], today: date) -> Plan:
        phase = phase_of(phases, self.starts_on)
        rest = [one for one in phases if one is not phase]
        _refuse_over(phase, today)
        changed = replace(phase, **dict(self.values))
        if phase.starts_on >= today and self.from_on is None:
            return _in_order([*rest, changed])
        if changed.starts_on != phase.starts_on:
            _refuse("phase_begun", "starts_on", gettext_noop("This phase has begun: its first day stays."))
        if changed.ends_on is not None and changed.ends_on < today:
            _refuse("phase_ends_in_past", "ends_on", gettext_noop("A phase ends today at the earliest."))
        if replace(changed, ends_on=phase.ends_on) == phase:
            return _in_order([*rest, changed])
        split = self.from_on or today
        if split < today or not phase.contains(split):
            _refuse("phase_split", "from_on", gettext_noop("The change begins today or later, while the phase lasts."))
        if split == phase.starts_on:
            return _in_order([*rest, changed])
        return _in_order([*rest, replace(phase, ends_on=split - A_DAY), replace(changed, starts_on=split)])


@dataclass(frozen=True, slots=True)
class RemovePhase:
    """Take out a phase that has not begun. Its days are left without a target unless another phase takes them."""

    starts_on: date

    def __call__(self, phases: Sequence[Phase], today: date) -> Plan:
        phase = phase_of(phases, self.starts_on)
        _refuse_over(phase, today)
        if phase.starts_on <= today:
            _refuse("phase_begun", "starts_on", gettext_noop("This phase has begun: give it a last day instead."))
        return tuple(one for one in phases if one is not phase)


@dataclass(frozen=True, slots=True)
class FollowSteps:
    """The steps of a template from a day on: what is planned ahead goes, what is in force lasts until the day before.

    Raises EditRefused for a first day that is over, unless nothing was planned yet.
    """

    steps: tuple[Step, ...]
    starts_on: date
    first_step: int = 0
    template: int | None = None

    def __call__(self, phases: Sequence[Phase], today: date) -> Plan:
        if self.starts_on < today and phases:
            _refuse("plan_starts_in_past", "starts_on", gettext_noop("A new plan begins today or later."))
        if not 0 <= self.first_step < len(self.steps):
            _refuse("no_such_step", "first_step", gettext_noop("The template has no such step."))
        made = phases_from(self.steps, starts_on=self.starts_on, first_step=self.first_step, template=self.template)
        kept = [_until(one, self.starts_on, today) for one in phases if one.starts_on <= today]
        return _in_order([*(one for one in kept if one is not None), *made])


def phase_of(phases: Sequence[Phase], starts_on: date) -> Phase:
    """The phase that begins on the day. Raises LookupError where none does."""
    for one in phases:
        if one.starts_on == starts_on:
            return one
    raise LookupError(f"no phase begins on {starts_on}")


def past_problem(before: Sequence[Phase], after: Sequence[Phase], *, today: date) -> PhaseProblem | None:
    """Return why the change would rewrite what was in force before today, or None.

    Days on which nothing was in force may still be given a phase: an admission may be entered late.
    """
    told = _past(after, today)
    for first, last, value in _past(before, today):
        if not any(begins <= first and last <= ends and known == value for begins, ends, known in told):
            words = gettext_noop("What was in force before today stays as it was.")
            return PhaseProblem("plan_past", "starts_on", Sentence(words))
    return None


def _past(phases: Sequence[Phase], today: date) -> list[tuple[date, date, Phase]]:
    """What was in force before today, stretch by stretch; phases side by side that ask for the same are one."""
    stretches: list[tuple[date, date, Phase]] = []
    for phase in _in_order(phases):
        last = min(phase.ends_on or today - A_DAY, today - A_DAY)
        if phase.starts_on > last:
            continue
        value = replace(phase, starts_on=date.min, ends_on=None)
        if stretches and stretches[-1][1] == phase.starts_on - A_DAY and stretches[-1][2] == value:
            stretches[-1] = (stretches[-1][0], last, value)
        else:
            stretches.append((phase.starts_on, last, value))
    return stretches


def _until(phase: Phase, starts_on: date, today: date) -> Phase | None:
    """The phase before a new plan: one that is over stays, one in force lasts until the day before; None if no day."""
    if phase.ends_on is not None and phase.ends_on < today:
        return phase
    return replace(phase, ends_on=starts_on - A_DAY) if phase.starts_on < starts_on else None


def _refuse_over(phase: Phase, today: date) -> None:
    if phase.ends_on is not None and phase.ends_on < today:
        _refuse("phase_over", "starts_on", gettext_noop("This phase is over: it stays as it was."))


def _refuse(code: str, field: str, words: str) -> None:
    raise EditRefused(PhaseProblem(code, field, Sentence(words)))


def _in_order(phases: Sequence[Phase]) -> Plan:
    return tuple(sorted(phases, key=lambda one: one.starts_on))
