"""What a week of an admission must reach: plan phases, leave, partial weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from people.domain.sentences import Minutes, Sentence, gettext_noop
from people.domain.time import DateRange

FEWEST_DAYS_PER_WEEK = 3
FEWEST_TRANSITION_DAYS = 2
"""The step-down's last weeks may be two evenings."""

MOST_DAYS_PER_WEEK = 5
DEFAULT_TRANSITION_WEEKS = 2


class PartialWeekPolicy(StrEnum):
    """What a week with fewer than seven days in force asks for."""

    PRORATE = "prorate"
    FULL = "full"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of an admission with a weekly target of its own; both dates are included.

    `transition` marks the step-down's last weeks, whose minimum may lie below the program's, for the reason given.
    `wanted_kinds` are the kinds of session that each week should hold; `template` is the plan template that the phase
    came from, by its id.
    """

    starts_on: date
    ends_on: date | None
    min_minutes: int
    max_minutes: int
    days_per_week: int = MOST_DAYS_PER_WEEK
    transition: bool = False
    transition_reason: str = ""
    wanted_kinds: tuple[str, ...] = ()
    template: int | None = None

    def contains(self, on: date) -> bool:
        """Whether the phase covers the date."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Target:
    """A week's target in minutes; `exempt` weeks have none, and a minimum of 0.

    `active_days` counts the days on which a phase is in force; `transition` is true where one of those is planned to
    lie below the program's minimum. `days_per_week` is that of the last phase in force, None where none is.
    """

    min_minutes: int
    max_minutes: int
    active_days: int
    exempt: bool
    transition: bool = False
    days_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class PhaseProblem:
    """Why a phase cannot stand: a stable code, the field to blame, a sentence for people."""

    code: str
    field: str
    detail: Sentence


def _problem(code: str, field: str, words: str, **data: object) -> PhaseProblem:
    return PhaseProblem(code, field, Sentence(words, data))


def target_for(
    week_starts_on: date,
    *,
    admitted_on: date,
    discharged_on: date | None,
    phases: Sequence[Phase],
    leaves: Sequence[DateRange],
    program_max_minutes: int,
    partial_week_policy: PartialWeekPolicy,
) -> Target:
    """Return the target of the week that starts on the given local date.

    1. The phase in force is found for each of the seven days: none before admission, after discharge, or on leave.
    2. The minimum is a seventh of each day's, summed and rounded to the nearest minute; sevenths never lie halfway.
       A partial week's follows the policy; a week without any day in force is exempt.
    3. The maximum is the largest in force, never prorated; without one in force, the program's.
    """
    in_force = [
        phase
        for offset in range(7)
        if (
            phase := phase_on(
                week_starts_on + timedelta(days=offset),
                admitted_on=admitted_on,
                discharged_on=discharged_on,
                phases=phases,
                leaves=leaves,
            )
        )
    ]
    if not in_force:
        return Target(min_minutes=0, max_minutes=program_max_minutes, active_days=0, exempt=True)
    partial = len(in_force) < 7
    exempt = partial and partial_week_policy == PartialWeekPolicy.EXEMPT
    if exempt:
        minimum = 0
    elif partial and partial_week_policy == PartialWeekPolicy.FULL:
        minimum = in_force[-1].min_minutes
    else:
        minimum = (2 * sum(phase.min_minutes for phase in in_force) + 7) // 14
    return Target(
        min_minutes=minimum,
        max_minutes=max(phase.max_minutes for phase in in_force),
        active_days=len(in_force),
        exempt=exempt,
        transition=any(phase.transition for phase in in_force),
        days_per_week=in_force[-1].days_per_week,
    )


def phase_on(
    on: date,
    *,
    admitted_on: date,
    discharged_on: date | None,
    phases: Sequence[Phase],
    leaves: Sequence[DateRange],
) -> Phase | None:
    """Return the phase in force on a day; None outside the admission, on leave, and where no phase covers it."""
    if on < admitted_on or (discharged_on is not None and on > discharged_on):
        return None
    if any(leave.contains(on) for leave in leaves):
        return None
    return next((phase for phase in phases if phase.contains(on)), None)


def phase_problem(phase: Phase, *, program_min_minutes: int, program_max_minutes: int) -> PhaseProblem | None:
    """Return the first reason why the phase cannot stand by itself, or None.

    A target lies within the program's; only a phase marked as a transition, with a reason, may ask for less than the
    program's minimum (ASAM, 3rd edition, on the last one or two weeks of a step-down), and none allows more than its
    maximum.
    """
    if phase.ends_on is not None and phase.ends_on < phase.starts_on:
        return _problem("phase_dates", "ends_on", gettext_noop("The phase would end before it starts."))
    if phase.min_minutes < 0:
        return _problem("phase_minimum", "min_minutes", gettext_noop("The minimum cannot be less than nothing."))
    if phase.max_minutes < phase.min_minutes:
        return _problem("phase_order", "max_minutes", gettext_noop("The maximum must not be less than the minimum."))
    if phase.max_minutes > program_max_minutes:
        return _problem(
            "phase_above_program",
            "max_minutes",
            gettext_noop("The program allows at most %(most)s a week."),
            most=Minutes(program_max_minutes),
        )
    if phase.transition and not phase.transition_reason.strip():
        return _problem("transition_reason", "transition_reason", gettext_noop("A transition needs a reason."))
    if phase.min_minutes < program_min_minutes and not phase.transition:
        return _problem(
            "phase_below_program",
            "min_minutes",
            gettext_noop("The program asks for at least %(least)s a week, except in a phase marked as a transition."),
            least=Minutes(program_min_minutes),
        )
    fewest = FEWEST_TRANSITION_DAYS if phase.transition else FEWEST_DAYS_PER_WEEK
    if not fewest <= phase.days_per_week <= MOST_DAYS_PER_WEEK:
        return _problem(
            "phase_days",
            "days_per_week",
            gettext_noop("A plan has %(fewest)d to %(most)d days a week."),
            fewest=fewest,
            most=MOST_DAYS_PER_WEEK,
        )
    return None


def phases_problem(
    phases: Sequence[Phase],
    *,
    admitted_on: date,
    discharged_on: date | None = None,
    transition_weeks: int = DEFAULT_TRANSITION_WEEKS,
) -> PhaseProblem | None:
    """Return the first reason why an admission's phases cannot stand together, or None.

    They must not overlap, and those marked as transitions last `transition_weeks` in all at most. The dates of each
    must be in order (see `phase_problem`).
    """
    ordered = sorted(phases, key=lambda phase: phase.starts_on)
    for earlier, later in pairwise(ordered):
        if earlier.ends_on is None or earlier.ends_on >= later.starts_on:
            return _problem("phases_overlap", "starts_on", gettext_noop("Two phases of the plan would share a day."))
    days = transition_days(phases, admitted_on=admitted_on, discharged_on=discharged_on)
    if days is None:
        return _problem("transition_end", "ends_on", gettext_noop("A transition needs a last day."))
    if days > 7 * transition_weeks:
        return _problem(
            "transition_too_long",
            "ends_on",
            gettext_noop("Transitions last at most %(most)d days of an admission; these would last %(days)d."),
            most=7 * transition_weeks,
            days=days,
        )
    return None


def transition_days(phases: Sequence[Phase], *, admitted_on: date, discharged_on: date | None = None) -> int | None:
    """Return how many days of the admission lie in phases marked as transitions; None where one has no end."""
    days = 0
    for phase in phases:
        if not phase.transition:
            continue
        ends = [on for on in (phase.ends_on, discharged_on) if on is not None]
        if not ends:
            return None
        days += max(0, (min(ends) - max(phase.starts_on, admitted_on)).days + 1)
    return days
