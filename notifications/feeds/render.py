"""Events and feeds as bytes of iCalendar (RFC 5545, RFC 7986).

An event is rendered when its booking changes and kept in three parts: `core` holds what every feed shows, `summary` and
`place` what only a feed with full detail shows. A feed is then its head, its events and its tail, joined.

One VEVENT a booking, in UTC, without RRULE and VTIMEZONE: the only form in which independent readers agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, vText

from notifications.enums import HEX_COLORS, EventStatus, FeedColor, FeedDetail

BEGIN_EVENT, END_EVENT = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"
END_CALENDAR = b"END:VCALENDAR\r\n"
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class EventFacts:
    """What an event says whatever the detail. Instants are UTC, `changed_at` is in whole seconds."""

    uid: str
    sequence: int
    status: EventStatus
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class FeedLook:
    """How a feed's owner wants it to look."""

    name: str
    detail: FeedDetail
    alarm_minutes: int | None
    color: FeedColor
    language: str


@dataclass(frozen=True)
class KeptEvent:
    """One event's kept bytes."""

    cancelled: bool
    core: bytes
    summary: bytes
    place: bytes


def render_core(facts: EventFacts) -> bytes:
    """The VEVENT up to its end, with all properties but SUMMARY, LOCATION and DESCRIPTION."""
    event = Event()
    event.add("uid", facts.uid)
    event.add("dtstamp", facts.changed_at)
    event.add("last-modified", facts.changed_at)
    event.add("sequence", facts.sequence)
    event.add("dtstart", facts.starts_at)
    event.add("dtend", facts.ends_at)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if facts.status == EventStatus.CANCELLED else "OPAQUE")
    event.add("status", facts.status.value.upper())
    return bytes(event.to_ical()).removesuffix(END_EVENT)


def render_summary(title: str, *, cancelled: bool, language: str) -> bytes:
    """The SUMMARY line. Some readers drop STATUS, so a cancelled one says so in words too."""
    with translation.override(language):
        return _lines(summary=_("Cancelled: %(title)s") % {"title": title} if cancelled else title)


def render_place(place: str, *, directions: str) -> bytes:
    """The LOCATION and DESCRIPTION lines; nothing where there is nothing to say."""
    return _lines(location=place, description=directions)


def render_feed(look: FeedLook, events: Iterable[KeptEvent]) -> bytes:
    """The whole feed."""
    head, ending, cancelled_ending = _head(look.name, look.color), *_endings(look)
    if look.detail == FeedDetail.FULL:
        parts = (
            part
            for event in events
            for part in (event.core, event.summary, event.place, cancelled_ending if event.cancelled else ending)
        )
    else:
        parts = (part for event in events for part in (event.core, cancelled_ending if event.cancelled else ending))
    return b"".join((head, *parts, END_CALENDAR))


@lru_cache(maxsize=512)
def _head(name: str, color: FeedColor) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Steadyweek//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", name)  # readers take what begins with X- as it stands
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if color:
        calendar.add("color", color.value)
        calendar.add("x-apple-calendar-color", HEX_COLORS[color])
    return bytes(calendar.to_ical()).removesuffix(END_CALENDAR)


def _endings(look: FeedLook) -> tuple[bytes, bytes]:
    return _rendered_endings(look.detail, look.alarm_minutes, look.language)


@lru_cache(maxsize=512)
def _rendered_endings(detail: FeedDetail, alarm_minutes: int | None, language: str) -> tuple[bytes, bytes]:
    """What closes each event of a feed: its neutral summary, its alarm, its end; and the same for a cancelled one."""
    with translation.override(language):
        word = _("Busy") if detail == FeedDetail.BUSY else _("Appointment")
    alarm = b"" if alarm_minutes is None else _alarm(word, alarm_minutes)
    if detail == FeedDetail.FULL:
        return alarm + END_EVENT, END_EVENT
    live, cancelled = (render_summary(word, cancelled=state, language=language) for state in (False, True))
    return live + alarm + END_EVENT, cancelled + END_EVENT


def _alarm(word: str, minutes: int) -> bytes:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", word)
    alarm.add("trigger", timedelta(minutes=-minutes))
    return bytes(alarm.to_ical())


def _lines(**texts: str) -> bytes:
    scratch = Event()
    for name, text in texts.items():
        if text:
            scratch.add(name, text)
    return bytes(scratch.to_ical()).removeprefix(BEGIN_EVENT).removesuffix(END_EVENT)
