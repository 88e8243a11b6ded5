"""What makes a series sound, and how it recurs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from people.domain.time import DateRange, parse_wall
from people.models import Counselor, Program, Room, Site
from people.translation import translated
from scheduling.domain.recurrence import Occurrence, RuleError, parse_rule
from scheduling.domain.series_parts import Part, expand_parts, outside
from scheduling.enums import Mode
from scheduling.models import SessionSeries
from scheduling.services.session_rules import Findings, check_offer, check_times, stored_breaks


@dataclass(frozen=True)
class SeriesFields:
    """What a series is made of.

    `starts_at_local` is a wall time at the site; breaks are (minutes from the start, minutes).
    """

    program: Program
    site: Site
    kind: str
    title: str
    rrule: str
    starts_at_local: str
    duration_minutes: int
    capacity: int
    focus: str = ""
    breaks: tuple[tuple[int, int], ...] = ()
    counselors: tuple[Counselor, ...] = ()
    room: Room | None = None
    mode: str = Mode.IN_PERSON
    ends_on: date | None = None
    telehealth_url: str = ""


def check_series(fields: SeriesFields) -> None:
    """Raises InvalidInput naming every field that is wrong; the rule says itself what it lacks."""
    found = Findings()
    check_offer(fields, found)
    try:
        local = parse_wall(fields.starts_at_local)
    except ValueError:
        found.add("starts_at_local", _("Write a date and a time, such as 2026-11-23T18:00."))
        local = None
    try:
        parse_rule(fields.rrule, zone=fields.site.zone)
    except RuleError as error:
        found.add("rrule", translated(error.detail))
    if not 1 <= fields.duration_minutes <= 720:
        found.add("duration_minutes", _("A session lasts from 1 minute to 12 hours."))
    elif local is not None:
        start = local.replace(tzinfo=fields.site.zone)
        pauses = [
            (start + timedelta(minutes=after), start + timedelta(minutes=after + length))
            for after, length in fields.breaks
        ]
        check_times(start, start + timedelta(minutes=fields.duration_minutes), pauses, found)
    if local is not None and fields.ends_on is not None and fields.ends_on < local.date():
        found.add("ends_on", _("The series ends before it starts."))
    found.raise_if_any()


def parts_of(series: SessionSeries) -> list[Part]:
    """The stretches of the series, in order; the last is open."""
    parts: list[Part] = []
    for kept in series.earlier:
        since = parts[-1].until if parts else None
        parts.append(Part(kept["rrule"], kept["starts_at_local"], kept["duration_minutes"], since, kept["until_local"]))
    since = parts[-1].until if parts else None
    return [*parts, Part(series.rrule, series.starts_at_local, series.duration_minutes, since)]


def keep_parts(series: SessionSeries, parts: Sequence[Part]) -> None:
    """Write the stretches onto the series; nothing is saved."""
    *earlier, last = parts
    series.earlier = [
        {
            "rrule": part.rrule,
            "starts_at_local": part.starts_at_local,
            "duration_minutes": part.duration_minutes,
            "until_local": part.until,
        }
        for part in earlier
    ]
    series.rrule, series.starts_at_local = last.rrule, last.starts_at_local
    series.duration_minutes = last.duration_minutes


def pauses_of(series: SessionSeries) -> tuple[DateRange, ...]:
    """The ranges of dates on which the series takes no place."""
    return tuple(DateRange(row.starts_on, row.ends_on) for row in series.pauses.all())


def expand(series: SessionSeries, *, first: date, last: date) -> list[Occurrence]:
    """The occurrences of the series whose wall date lies between the two, both included; none in a pause."""
    found = expand_parts(parts_of(series), zone=series.site.zone, first=first, last=last)
    return list(within(found, pauses=pauses_of(series), ends_on=series.ends_on))


def within(found: Iterable[Occurrence], *, pauses: Sequence[DateRange], ends_on: date | None) -> Iterator[Occurrence]:
    """Those that take place: before the end, and in no pause."""
    return (one for one in found if not outside(one, pauses=pauses, ends_on=ends_on))


def session_columns(fields: SeriesFields, one: Occurrence) -> dict[str, Any]:
    """What a session of these fields is made of, but for its room and its counselors."""
    length = int((one.ends_at - one.starts_at) / timedelta(minutes=1))
    return {
        "kind": fields.kind,
        "focus": fields.focus,
        "title": fields.title.strip(),
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "breaks": breaks_at(fields.breaks, one.starts_at),
        "clinical_minutes": length - sum(minutes for _after, minutes in fields.breaks),
        "capacity": fields.capacity,
        "mode": fields.mode,
        "telehealth_url": fields.telehealth_url,
    }


def breaks_at(breaks: Iterable[tuple[int, int]], starts_at: datetime) -> list[list[str]]:
    """Breaks counted from a start, as sessions keep them."""
    minutes = timedelta(minutes=1)
    return stored_breaks(
        [(starts_at + after * minutes, starts_at + (after + length) * minutes) for after, length in breaks]
    )
