"""A plan over its weeks: what each asks for as a line of steps, what was attended as bars. For SVG, in percentages."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from web import format as figures

LEAST_TOP = 10 * 60
HEADROOM = 1.08
BAR_SHARE = 0.62
"""How much of a week's width its bar takes."""

LABEL_SHARE = 13.0
"""How much of a narrow drawing's width a label takes."""

LEAST_LABEL_WEEKS = 3
"""So many weeks lie at least between two labels."""


@dataclass(frozen=True)
class PlanWeek:
    """A week to draw, in minutes. `attended` None: still ahead. `before`: what it asked for until a change."""

    starts_on: dt.date
    goal: int
    attended: int | None = None
    before: int | None = None
    transition: bool = False
    exempt: bool = False
    is_current: bool = False


@dataclass(frozen=True)
class StepBar:
    """A bar of attended hours; `kind` is reached, short or open."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class StepLine:
    """A stretch of the goal's line, and the height of the ground beneath it."""

    x1: str
    x2: str
    width: str
    y: str
    height: str
    transition: bool


@dataclass(frozen=True)
class StepLabel:
    """Words at a point of the drawing."""

    x: str
    y: str
    text: str
    anchor: str


@dataclass(frozen=True)
class StepDown:
    """The drawing, and the same in words."""

    bars: tuple[StepBar, ...]
    lines: tuple[StepLine, ...]
    former: tuple[StepLine, ...]
    goals: tuple[StepLabel, ...]
    days: tuple[StepLabel, ...]
    now_x: str
    now_width: str
    text: str


def build_step_down(weeks: Sequence[PlanWeek]) -> StepDown:
    """The drawing of these weeks, in order. Raises ValueError without a week."""
    if not weeks:
        raise ValueError("there is no week to draw")
    heights = [max(week.goal, week.attended or 0, week.before or 0) for week in weeks]
    top = max(LEAST_TOP, *heights) * HEADROOM
    step = 100 / len(weeks)
    lines = _lines([week.goal for week in weeks], [week.transition for week in weeks], step, top)
    before = [week.goal if week.before is None else week.before for week in weeks]
    changed = any(week.before is not None and week.before != week.goal for week in weeks)
    now = next((number for number, week in enumerate(weeks) if week.is_current), None)
    return StepDown(
        bars=tuple(bar for number, week in enumerate(weeks) if (bar := _bar(week, number, step, top)) is not None),
        lines=tuple(line for line, _first, _goal in lines),
        former=tuple(line for line, _f, _g in _lines(before, [False] * len(weeks), step, top)) if changed else (),
        goals=_goals(lines, weeks, top),
        days=_days(weeks, [first for _line, first, _goal in lines], step),
        now_x="" if now is None else _percent(now * step),
        now_width=_percent(step),
        text=_describe(weeks, [(weeks[first].starts_on, goal) for _line, first, goal in lines]),
    )


def _lines(
    goals: Sequence[int], transitions: Sequence[bool], step: float, top: float
) -> list[tuple[StepLine, int, int]]:
    """The stretches of weeks with the same goal, each with its first week and its minutes."""
    found: list[tuple[StepLine, int, int]] = []
    first = 0
    for number in range(1, len(goals) + 1):
        if number < len(goals) and (goals[number], transitions[number]) == (goals[first], transitions[first]):
            continue
        height = 100 * goals[first] / top
        line = StepLine(
            x1=_percent(first * step),
            x2=_percent(number * step),
            width=_percent((number - first) * step),
            y=_percent(100 - height),
            height=_percent(height),
            transition=transitions[first],
        )
        found.append((line, first, goals[first]))
        first = number
    return found


def _bar(week: PlanWeek, number: int, step: float, top: float) -> StepBar | None:
    if not week.attended:
        return None
    height = 100 * week.attended / top
    kind = "reached" if week.attended >= week.goal else "open" if week.is_current else "short"
    return StepBar(
        kind=kind,
        x=_percent((number + (1 - BAR_SHARE) / 2) * step),
        y=_percent(100 - height),
        width=_percent(BAR_SHARE * step),
        height=_percent(height),
    )


def _goals(lines: Sequence[tuple[StepLine, int, int]], weeks: Sequence[PlanWeek], top: float) -> tuple[StepLabel, ...]:
    """The minutes of each stretch above its line, and above its first week's bar where that is higher.

    The longest stretches come first, of equal ones the higher; one that begins too near a label goes without.
    """
    chosen: list[tuple[float, StepLabel]] = []
    for line, first, goal in sorted(lines, key=lambda found: (-float(found[0].width[:-1]), -found[2])):
        at = float(line.x1[:-1])
        if not goal or any(abs(at - other) < LABEL_SHARE for other, _label in chosen):
            continue
        height = 100 * max(goal, weeks[first].attended or 0) / top
        x, anchor = (line.x2, "end") if at > 100 - LABEL_SHARE else (line.x1, "start")
        chosen.append((at, StepLabel(x, _percent(100 - height), figures.minutes(goal), anchor)))
    return tuple(label for _at, label in sorted(chosen, key=lambda found: found[0]))


def _days(weeks: Sequence[PlanWeek], firsts: Sequence[int], step: float) -> tuple[StepLabel, ...]:
    """The first days of the stretches, and of the first week; none so near another that they would touch."""
    wanted = sorted({0, *firsts, *(number for number, week in enumerate(weeks) if week.is_current)})
    apart = max(LEAST_LABEL_WEEKS, round(14 / step))
    chosen: list[int] = []
    for number in wanted:
        if not chosen or number - chosen[-1] >= apart:
            chosen.append(number)
    return tuple(
        StepLabel(
            _percent(number * step),
            "0",
            figures.day_range(weeks[number].starts_on, weeks[number].starts_on),
            "end" if number * step > 88 else "start",
        )
        for number in chosen
    )


def _describe(weeks: Sequence[PlanWeek], steps: Sequence[tuple[dt.date, int]]) -> str:
    """ "9 h from 5 Oct, 6 h from 7 Dec; 4 of 6 weeks that are over reached their goal"."""
    parts = [
        _("%(goal)s from %(day)s")
        % {"goal": figures.minutes(goal) if goal else _("no goal"), "day": figures.day_range(on, on)}
        for on, goal in steps
    ]
    over = [week for week in weeks if week.attended is not None and not week.is_current and not week.exempt]
    if not over:
        return ", ".join(parts)
    reached = sum((week.attended or 0) >= week.goal for week in over)
    return _("%(steps)s; %(reached)d of %(count)d weeks that are over reached their goal") % {
        "steps": ", ".join(parts),
        "reached": reached,
        "count": len(over),
    }


def _percent(value: float) -> str:
    return f"{value:.2f}%"
