"""Eight weeks of one person at a glance: reached, short, still running, or not yet admitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

HEADROOM = 1.12
"""A week that just reaches its goal ends a little below the drawing's top."""

SparkKind = Literal["reached", "short", "open", "absent"]


@dataclass(frozen=True)
class SparkWeek:
    """A week to draw. `minutes` are those credited, for the running week with those booked; None before admission."""

    minutes: int | None
    minimum: int = 0
    is_open: bool = False

    @property
    def kind(self) -> SparkKind:
        """What the bar of this week says."""
        if self.minutes is None:
            return "absent"
        if self.is_open:
            return "open"
        return "reached" if self.minutes >= self.minimum else "short"


@dataclass(frozen=True)
class SparkBar:
    """One bar; all four are SVG attributes."""

    kind: SparkKind
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Sparkline:
    """Bars, the height of the goal's dotted line, and the same in words."""

    bars: tuple[SparkBar, ...]
    goal_y: str
    text: str


def build_sparkline(weeks: Iterable[SparkWeek]) -> Sparkline:
    """The drawing of some weeks, oldest first; the dotted line is the goal of the last that has one."""
    shown = tuple(weeks)
    goals = [week.minimum for week in shown if week.minimum]
    goal = goals[-1] if goals else 0
    top = max([goal * HEADROOM, *(week.minutes or 0 for week in shown), 1])
    step = 100 / max(len(shown), 1)
    return Sparkline(
        bars=tuple(_bar(week, index, step, top) for index, week in enumerate(shown)),
        goal_y=f"{100 - 100 * goal / top:.1f}%" if goal else "",
        text=_describe(shown),
    )


def draw_sparkline(line: Sparkline) -> SafeString:
    """The drawing as SVG; a board has fifty, hence no template."""
    goal = f'<line class="spark-goal" x1="0" x2="100%" y1="{line.goal_y}" y2="{line.goal_y}" />' if line.goal_y else ""
    return mark_safe(  # noqa: S308 - percentages and words of this file; what is said is escaped
        f'<svg class="sparkline" role="img" aria-label="{escape(line.text)}">'
        f"{''.join(_draw_bar(bar) for bar in line.bars)}{goal}</svg>"
    )


def _draw_bar(bar: SparkBar) -> str:
    if bar.kind == "absent":
        dot = '<circle class="spark-dot" cx="50%" cy="92%" r="1.5" />'
        return f'<svg x="{bar.x}" width="{bar.width}" height="100%">{dot}</svg>'
    hatch = ' fill="url(#hatch-booked)"' if bar.kind == "open" else ""
    place = f'x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"'
    return f'<rect class="spark-bar is-{bar.kind}" {place} rx="2"{hatch} />'


def _bar(week: SparkWeek, index: int, step: float, top: float) -> SparkBar:
    height = 100 * (week.minutes or 0) / top
    return SparkBar(
        kind=week.kind,
        x=f"{index * step + step * 0.16:.1f}%",
        y=f"{100 - height:.1f}%",
        width=f"{step * 0.68:.1f}%",
        height=f"{height:.1f}%",
    )


def _describe(weeks: tuple[SparkWeek, ...]) -> str:
    kinds = [week.kind for week in weeks]
    reached, short = kinds.count("reached"), kinds.count("short")
    if not reached and not short:
        return gettext("No finished week yet")
    return gettext("Finished weeks: %(reached)s, %(short)s") % {
        "reached": ngettext("%(count)d reached", "%(count)d reached", reached) % {"count": reached},
        "short": ngettext("%(count)d short", "%(count)d short", short) % {"count": short},
    }
