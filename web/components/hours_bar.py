"""The hours bar: a week's minutes against its goal and its maximum, as percentages of the drawing's width."""

from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from web import format as figures

BOARD_SCALE = 21 * 60
"""On a board every bar runs from 0 to 21 h, so that rows compare at a glance."""

ROOM_PAST_MAXIMUM = 60
CROWDED = 62.0
"""From this percentage on, the goal's label would run into that of the maximum."""
NEAR_START = 14.0

SegmentKind = Literal["done", "booked", "missing", "over"]

HATCHES: dict[SegmentKind, str] = {"booked": ' fill="url(#hatch-booked)"', "over": ' fill="url(#hatch-over)"'}
"""Patterns that base.html defines once (`_partials/patterns.html`)."""


@dataclass(frozen=True)
class BarSegment:
    """A stretch of the bar; `x` and `width` are SVG attributes such as "17.86%"."""

    kind: SegmentKind
    x: str
    width: str


@dataclass(frozen=True)
class HoursBar:
    """A bar ready to draw; `text` says the same in words and is what a screen reader gets."""

    segments: tuple[BarSegment, ...]
    zone_x: str
    zone_width: str
    goal_x: str
    maximum_x: str
    done_minutes: int
    booked_minutes: int
    missing_minutes: int
    over_minutes: int
    minimum_minutes: int
    maximum_minutes: int
    goal_anchor: Literal["start", "middle", "end"]
    text: str

    @property
    def has_goal(self) -> bool:
        """Whether there is a minimum to mark: an exempt week has none."""
        return self.minimum_minutes > 0

    @property
    def starts_with_zero(self) -> bool:
        """Whether there is room for the 0 beneath the bar's beginning."""
        return not self.has_goal or self.goal_anchor != "start"

    @property
    def is_crowded(self) -> bool:
        """Whether the maximum's label must be short beside the goal's."""
        return self.goal_anchor == "end"


def build_hours_bar(*, done: int, booked: int, minimum: int, maximum: int, board: bool = False) -> HoursBar:
    """The bar of a week, all in minutes.

    It runs from 0 to the maximum, or with `board` from 0 to 21 h, and further where more than that is done and booked.
    Raises ValueError for negative minutes or a maximum of nothing.
    """
    if min(done, booked, minimum) < 0 or maximum <= 0:
        raise ValueError("The minutes of a bar are never negative, and its maximum is more than nothing.")
    total = done + booked
    scale = _scale(total, maximum, board=board)
    stretches: tuple[tuple[SegmentKind, int, int], ...] = (
        ("done", 0, min(done, maximum)),
        ("booked", min(done, maximum), min(total, maximum)),
        ("over", maximum, max(total, maximum)),
        ("missing", total, max(total, minimum)),
    )
    goal = 100 * minimum / scale
    return HoursBar(
        segments=tuple(
            BarSegment(kind, _percent(start, scale), _percent(end - start, scale))
            for kind, start, end in stretches
            if end > start
        ),
        zone_x=_percent(min(minimum, maximum), scale),
        zone_width=_percent(max(maximum - minimum, 0), scale),
        goal_x=_percent(minimum, scale),
        maximum_x=_percent(maximum, scale),
        done_minutes=done,
        booked_minutes=booked,
        missing_minutes=max(minimum - total, 0),
        over_minutes=max(total - maximum, 0),
        minimum_minutes=minimum,
        maximum_minutes=maximum,
        goal_anchor="end" if goal > CROWDED else "start" if goal < NEAR_START else "middle",
        text=describe_hours(done=done, booked=booked, minimum=minimum, maximum=maximum),
    )


def draw_hours_bar(bar: HoursBar, *, size: str = "", labels: bool = False, grow: bool = False) -> SafeString:
    """The bar as SVG; a board draws fifty, hence no template. See `{% hours_bar %}` for what the words mean."""
    classes = (
        f"hours-bar{f' hours-bar-{size}' if size else ''}{' has-labels' if labels else ''}{' grows' if grow else ''}"
    )
    segments = "".join(
        f'<svg x="{one.x}" width="{one.width}" height="100%"><rect class="bar-segment is-{one.kind}" width="100%"'
        f' height="100%"{HATCHES.get(one.kind, "")} /></svg>'
        for one in bar.segments
    )
    well = f'<rect class="bar-well" x="0" width="{bar.goal_x}" height="100%" />' if bar.missing_minutes else ""
    goal = _upright("bar-gap", bar.goal_x) + _upright("bar-goal", bar.goal_x) if bar.has_goal else ""
    return mark_safe(  # noqa: S308 - percentages and words of this file; what is said is escaped
        f'<svg class="{escape(classes)}" role="img" aria-label="{escape(bar.text)}">'
        '<rect class="bar-track" x="0" y="0" width="100%" height="100%" />'
        f'<rect class="bar-zone" x="{bar.zone_x}" width="{bar.zone_width}" height="100%" />{well}'
        f'<g class="bar-segments">{segments}</g>{goal}{_upright("bar-most", bar.maximum_x)}</svg>'
        f"{_draw_labels(bar) if labels else ''}"
    )


def _upright(look: str, x: str) -> str:
    return f'<line class="{look}" x1="{x}" x2="{x}" y1="0" y2="100%" />'


def _draw_labels(bar: HoursBar) -> str:
    """0, the goal and the maximum, beneath the bar."""
    goal = gettext("Goal %(goal)s") % {"goal": figures.minutes(bar.minimum_minutes)}
    most = figures.minutes(bar.maximum_minutes)
    if not bar.is_crowded:
        most = gettext("%(most)s at most") % {"most": most}
    zero = '<text class="bar-label" x="0" y="75%">0</text>' if bar.starts_with_zero else ""
    place = f'x="{bar.goal_x}" y="75%" text-anchor="{bar.goal_anchor}"'
    at_goal = f'<text class="bar-label is-goal" {place}>{escape(goal)}</text>'
    return (
        f'<svg class="bar-labels" aria-hidden="true">{zero}{at_goal if bar.has_goal else ""}'
        f'<text class="bar-label" x="{bar.maximum_x}" y="75%" text-anchor="end">{escape(most)}</text></svg>'
    )


def describe_hours(*, done: int, booked: int, minimum: int, maximum: int) -> str:
    """The bar in words: "3 h 45 done, 2 h 45 booked, goal 9 h, at most 19 h"."""
    return gettext("%(done)s done, %(booked)s booked, %(goal)s, at most %(maximum)s") % {
        "done": figures.minutes(done),
        "booked": figures.minutes(booked),
        "goal": gettext("goal %(minimum)s") % {"minimum": figures.minutes(minimum)} if minimum else gettext("no goal"),
        "maximum": figures.minutes(maximum),
    }


def _scale(total: int, maximum: int, *, board: bool) -> int:
    least = max(BOARD_SCALE, maximum) if board else maximum
    return least if total <= least else -(-total // 60) * 60 + ROOM_PAST_MAXIMUM


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%"
