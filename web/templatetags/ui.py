"""`{% load ui %}`: the components of the pages.

{% icon "people" %}           a Bootstrap icon, silent; label="…" gives it a voice
{% status_chip status %}      below, at_risk, over, on_track, met, exempt, planned; text="…", count=5
{% hours_bar done=225 booked=165 minimum=540 maximum=1140 %}     board=True, size="row", labels=True, grow=True
{% hours_bar bar=bar %}       the same from an `HoursBar`
{% sparkline weeks %}         `SparkWeek`s, oldest first
{% week_grid grid %}          a `WeekGrid`; title="Your week", switcher=…, size="small", legend=False, list_id="…"
{% action action %}           an `Action`: link or one-button form; look="primary" overrides its look
{% notice "bad" text %}       info, bad or done; strong="…", icon="…", undo_url="…"
{% message_notice message %}  one of Django's messages as a notice
{% status_look status as look %}   icon, label and tone of a status

The other components are partials to include; each names its context at its top.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms.utils import flatatt
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from web.components.actions import Action
from web.components.hours_bar import HoursBar, build_hours_bar, draw_hours_bar
from web.components.sparkline import SparkWeek, build_sparkline, draw_sparkline
from web.components.status import StatusLook, look_of
from web.components.week_grid import WeekGrid
from web.icons import draw_icon
from web.notices import look_of_notice, undo_url_of

register = template.Library()

NOTICE_ICONS = {"info": "info-circle", "bad": "exclamation-circle", "done": "check-circle-fill"}


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """An icon of Bootstrap's by name; it is hidden from screen readers unless `label` says what it means."""
    return draw_icon(str(name), str(label), str(classes))


@register.simple_tag
def status_chip(status: str, text: str = "", count: int | None = None) -> SafeString:
    """Shape, word and colour of a status; `text` replaces the word, `count` follows it."""
    look = look_of(str(status))
    said = f"{text or look.label}{'' if count is None else f' · {count}'}"
    return format_html('<span class="chip chip-{}">{}<span>{}</span></span>', look.tone, draw_icon(look.icon), said)


@register.simple_tag
def status_look(status: str) -> StatusLook:
    """The `StatusLook` of a status, for a component of its own: {% status_look status as look %}."""
    return look_of(str(status))


@register.simple_tag
def hours_bar(
    bar: HoursBar | None = None,
    done: int = 0,
    booked: int = 0,
    minimum: int = 0,
    maximum: int = 0,
    board: bool = False,
    size: str = "",
    labels: bool = False,
    grow: bool = False,
) -> SafeString:
    """The hours bar, from a ready `HoursBar` or from minutes.

    `size`: "" for the patient's, "row" on boards; `labels`: 0, goal and maximum beneath; `grow`: once, on arrival.
    """
    ready = bar or build_hours_bar(done=done, booked=booked, minimum=minimum, maximum=maximum, board=board)
    return draw_hours_bar(ready, size=size, labels=labels, grow=grow)


@register.simple_tag
def sparkline(weeks: Iterable[SparkWeek]) -> SafeString:
    """Some weeks as small bars, oldest first."""
    return draw_sparkline(build_sparkline(weeks))


@register.inclusion_tag("_partials/week_grid.html")
def week_grid(
    grid: WeekGrid,
    title: str = "",
    size: str = "",
    legend: bool = True,
    list_id: str = "week-list",
    switcher: Any = None,
) -> dict[str, Any]:
    """The week as drawing and as list. `size="small"` is the one of a proposal's card.

    With a `switcher` (that of `_partials/week_switcher.html`) the drawing's head holds it on wide screens; the page
    puts the same one above, in an element of class `only-phone`.
    """
    return {
        "grid": grid,
        "title": title,
        "size": size,
        "legend": legend,
        "list_id": list_id,
        "switcher": switcher,
    }


@register.inclusion_tag("_partials/action.html", takes_context=True)
def action(context: RequestContext, action: Action, look: str = "") -> dict[str, Any]:
    """A button from an `Action`."""
    classes = action.classes.replace(f"button-{action.look}", f"button-{look}") if look else action.classes
    return {
        "action": action,
        "classes": classes,
        "attributes": flatatt(dict(action.attributes)),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("_partials/notice.html", takes_context=True)
def notice(
    context: RequestContext, look: str, text: str, strong: str = "", icon: str = "", undo_url: str = ""
) -> dict[str, Any]:
    """A notice in the page: what happened, why, what to do next."""
    return {
        "look": look,
        "text": text,
        "strong": strong,
        "icon": icon or NOTICE_ICONS[look],
        "undo_url": undo_url,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("_partials/notice.html", takes_context=True)
def message_notice(context: RequestContext, message: Message) -> dict[str, Any]:
    """The notice of one of Django's messages, with Undo where it has one."""
    return notice(context, look_of_notice(message), str(message), undo_url=undo_url_of(message))
