"""`{% load figures %}`: durations, times and days as people read them. See `web.format`.

{{ week.credited_minutes|minutes }}            2 h 45
{{ gain|signed_minutes }}                      +2 h 45
{{ target|hours_in_words }}                    9 hours
{{ session.starts_at|clock }}                  6 pm
{% time_range s.starts_at s.ends_at %}         6–9 pm; spaced=True: 6 – 9 pm; bare=True: 6–9; zone=site.zone
{% day_range week.first week.last %}           16–22 Nov
{{ session.starts_at|short_day }}              Wed 18 Nov
{{ day|long_day }}                             Thursday 19
{{ patient.phone|phone }}                      +1 303-555-0142
{% relative_day day today %}                   Today

A moment without `zone=` is written in the time zone that is active (`django.utils.timezone.activate`).
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from notifications.texts import readable_phone
from web import format as figures

register = template.Library()


@register.filter
def minutes(value: int | None) -> str:
    """A duration; nothing for None."""
    return "" if value is None else figures.minutes(value)


@register.filter
def signed_minutes(value: int | None) -> str:
    """A duration with its sign; nothing for None."""
    return "" if value is None else figures.signed_minutes(value)


@register.filter
def hours_in_words(value: int | None) -> str:
    """A duration as one says it; nothing for None."""
    return "" if value is None else figures.hours_in_words(value)


@register.filter(expects_localtime=True)
def clock(moment: figures.Moment | None) -> str:
    """A time of day; nothing for None."""
    return "" if moment is None else figures.clock(moment)


@register.filter(expects_localtime=True)
def short_day(on: dt.date | None) -> str:
    """The day of a date or moment, with month; nothing for None."""
    return "" if on is None else figures.short_day(on)


@register.filter(expects_localtime=True)
def long_day(on: dt.date | None) -> str:
    """The weekday and number of a date or moment; nothing for None."""
    return "" if on is None else figures.long_day(on)


@register.filter
def initials(name: str) -> str:
    """Two letters of a name."""
    return figures.initials(name)


@register.filter
def time_until(value: int) -> str:
    """How far off, from whole minutes."""
    return figures.time_until(value)


@register.filter
def phone(number: str) -> str:
    """A telephone number in groups."""
    return readable_phone(number) if number else ""


@register.simple_tag
def time_range(
    starts: figures.Moment,
    ends: figures.Moment,
    zone: dt.tzinfo | str | None = None,
    spaced: bool = False,
    bare: bool = False,
) -> str:
    """From one time to another."""
    return figures.time_range(starts, ends, zone=_zone(zone), spaced=spaced, bare=bare)


@register.simple_tag
def day_range(first: dt.date, last: dt.date) -> str:
    """From one day to another, both included."""
    return figures.day_range(first, last)


@register.simple_tag
def relative_day(on: dt.date, today: dt.date) -> str:
    """A day as seen from today."""
    return figures.relative_day(on, today=today)


def _zone(zone: dt.tzinfo | str | None) -> dt.tzinfo:
    if isinstance(zone, str):
        return ZoneInfo(zone)
    return zone or timezone.get_current_timezone()
