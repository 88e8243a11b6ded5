"""Figures for people: durations, times of day and days, in the language of the page.

Parts of one figure are joined by no-break spaces, so that "2 h 45" never ends a line after "2 h". English writes hours
with am and pm ("6–9 pm", "noon"), every other language by twenty-four ("18:00–21:00"). Nothing here reads a clock or a
time zone by itself: a moment is written as the wall time that it carries, or as that of `zone` where one is given.
"""

import datetime as dt

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

NBSP = "\u00a0"
DASH = "–"
MINUS = "−"
LONG_STRETCH_DAYS = 300
"""From here on days and months alone could be taken for those of another year."""

Moment = dt.datetime | dt.time


def minutes(value: int) -> str:
    """A duration in minutes: "2 h 45", "9 h", "45 min", "0 h"; a negative one begins with a minus sign."""
    sign = MINUS if value < 0 else ""
    hours, rest = divmod(abs(value), 60)
    if rest and not hours:
        return f"{sign}{rest}{NBSP}min"
    if not rest:
        return f"{sign}{hours}{NBSP}h"
    return f"{sign}{hours}{NBSP}h{NBSP}{rest:02d}"


def signed_minutes(value: int) -> str:
    """A duration that is added or taken away: "+2 h 45", "−45 min"."""
    return minutes(value) if value < 0 else f"+{minutes(value)}"


def hours_in_words(value: int) -> str:
    """A duration as one says it: "9 hours", "1 hour", and "9 h 15" where it is no whole hour."""
    hours, rest = divmod(value, 60)
    if rest or value < 60:
        return minutes(value)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def target_in_words(minimum: int, days: int) -> str:
    """What a week asks for: "9 h on 3 days"."""
    words = ngettext("%(hours)s on %(days)d day", "%(hours)s on %(days)d days", days)
    return words % {"hours": minutes(minimum), "days": days}


def weeks_in_words(weeks: int) -> str:
    """How long something lasts: "4 weeks"."""
    return ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks}


def clock(moment: Moment, *, zone: dt.tzinfo | None = None) -> str:
    """A time of day: "6 pm", "5:30 pm", "noon", "midnight"; "18:00" outside English."""
    wall = _wall(moment, zone)
    if not _is_english():
        return _twenty_four(wall)
    return _named(wall) or f"{_twelve(wall)}{NBSP}{_half(wall)}"


def time_range(
    starts: Moment, ends: Moment, *, zone: dt.tzinfo | None = None, spaced: bool = False, bare: bool = False
) -> str:
    """From one time of day to another: "6–9 pm", "9 am–noon", "18:00–21:00".

    `spaced` puts spaces round the dash, for large type ("6 – 9 pm"): a line may end after it, and the next one begins
    without a gap. `bare` is the shortest form, for the blocks of a drawing: "6–9", "5:30–6:30".
    """
    first, last = _wall(starts, zone), _wall(ends, zone)
    dash = f"{NBSP}{DASH} " if spaced else DASH
    if bare:
        return f"{_bare(first)}{dash}{_bare(last)}"
    if not _is_english():
        return f"{_twenty_four(first)}{dash}{_twenty_four(last)}"
    shared_half = _half(first) == _half(last) and not _named(first) and not _named(last) and first < last
    opening = _twelve(first) if shared_half else clock(first)
    return f"{opening}{dash}{clock(last)}"


def bare_clock(moment: Moment, *, zone: dt.tzinfo | None = None) -> str:
    """The shortest time of day, for a block too small for more: "6", "5:30"; "18" outside English."""
    return _bare(_wall(moment, zone))


def exact_clock(moment: Moment, *, zone: dt.tzinfo | None = None) -> str:
    """A time of day with its minutes, for a column of such times: "6:00", "6:14"; "18:00" outside English."""
    wall = _wall(moment, zone)
    return f"{wall.hour % 12 or 12}:{wall.minute:02d}" if _is_english() else _twenty_four(wall)


def axis_hour(hour: int) -> str:
    """The label of a full hour (0 to 24) beside a drawing: "7am", "noon"; "7:00" outside English."""
    wall = dt.time(hour % 24)
    if not _is_english():
        return f"{hour}:00"
    return _named(wall) or f"{_twelve(wall)}{_half(wall)}"


def day_range(first: dt.date, last: dt.date) -> str:
    """A stretch of days, both included: "16–22 Nov", "26 Oct – 1 Nov", "16 Nov"; a long one names its years."""
    if (last - first).days >= LONG_STRETCH_DAYS:
        return f"{_day_month(first)}{NBSP}{first.year}{NBSP}{DASH} {_day_month(last)}{NBSP}{last.year}"
    if first == last:
        return _day_month(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{DASH}{_day_month(last)}"
    return f"{_day_month(first)}{NBSP}{DASH} {_day_month(last)}"


def dated_range(first: dt.date, last: dt.date) -> str:
    """The same for paper, which is read years later: "16–22 Nov 2026", "29 Dec 2025 – 4 Jan 2026"."""
    if first.year == last.year and (last - first).days < LONG_STRETCH_DAYS:
        return f"{day_range(first, last)}{NBSP}{last.year}"
    return f"{_day_month(first)}{NBSP}{first.year}{NBSP}{DASH} {_day_month(last)}{NBSP}{last.year}"


def short_day(on: dt.date) -> str:
    """ "Wed 18 Nov"."""
    return f"{date_format(on, 'D')}{NBSP}{_day_month(on)}"


def long_day(on: dt.date) -> str:
    """ "Thursday 19"."""
    return f"{_capital(date_format(on, 'l'))}{NBSP}{on.day}"


def relative_day(on: dt.date, *, today: dt.date) -> str:
    """ "Today", "Tomorrow", "Yesterday", the weekday within the next six days, or "Wed 18 Nov"."""
    distance = (on - today).days
    near = {-1: gettext("Yesterday"), 0: gettext("Today"), 1: gettext("Tomorrow")}
    if distance in near:
        return near[distance]
    return _capital(date_format(on, "l")) if 1 < distance < 7 else _capital(short_day(on))


def time_until(value: int) -> str:
    """How far off a moment is, from whole minutes: "in 55 min", "in 2 h 10", "in 3 days", "now"."""
    if value <= 0:
        return gettext("now")
    if value < 24 * 60:
        return gettext("in %(duration)s") % {"duration": minutes(value)}
    days = value // (24 * 60)
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def initials(name: str) -> str:
    """Two letters for the place of a picture: "Alma Ortiz" is "AO"."""
    words = [word for word in name.split() if word[0].isalpha()]
    chosen = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in chosen).upper()


def _wall(moment: Moment, zone: dt.tzinfo | None) -> dt.time:
    if isinstance(moment, dt.time):
        return moment.replace(tzinfo=None, fold=0)
    return (moment.astimezone(zone) if zone else moment).time().replace(fold=0)


def _is_english() -> bool:
    return (translation.get_language() or "en").startswith("en")


def _half(wall: dt.time) -> str:
    return "am" if wall.hour < 12 else "pm"


def _twelve(wall: dt.time) -> str:
    hour = wall.hour % 12 or 12
    return f"{hour}:{wall.minute:02d}" if wall.minute else str(hour)


def _twenty_four(wall: dt.time) -> str:
    return f"{wall.hour}:{wall.minute:02d}"


def _bare(wall: dt.time) -> str:
    if _is_english():
        return _twelve(wall)
    return _twenty_four(wall) if wall.minute else str(wall.hour)


def _named(wall: dt.time) -> str:
    if wall.minute or wall.hour % 12:
        return ""
    return gettext("noon") if wall.hour else gettext("midnight")


def _day_month(on: dt.date) -> str:
    return f"{on.day}{NBSP}{date_format(on, 'M' if _is_english() else 'b')}"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
