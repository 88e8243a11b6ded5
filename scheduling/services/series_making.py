"""Series become sessions: many series at once, in a number of statements that does not grow with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from people.domain.time import Interval, format_wall, parse_wall
from people.models import Counselor
from scheduling.domain.recurrence import Occurrence
from scheduling.domain.staffing import LIFTED_WITH_A_REASON, Duty, Hindrance
from scheduling.enums import SessionState
from scheduling.models import Session, SessionCounselor, SessionSeries
from scheduling.services.series_changes import fields_of
from scheduling.services.series_rules import SeriesFields, expand, session_columns
from scheduling.services.series_staffing import duties_of
from scheduling.services.site_times import SiteTimes
from scheduling.services.staffing import Demands, Staff
from scheduling.services.standing import seat_members, with_members
from scheduling.signals import seats_changed

NOTHING_SHUT: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Lack:
    """The occurrences that a series has no session for."""

    series: SessionSeries
    fields: SeriesFields
    occurrences: list[Occurrence]

    @property
    def counselor_ids(self) -> list[int]:
        """Those who lead the series."""
        return [counselor.pk for counselor in self.fields.counselors]


def materialize(
    series_list: Sequence[SessionSeries],
    *,
    now: datetime,
    until: date,
    since: date | None = None,
    lifted: frozenset[Hindrance] = LIFTED_WITH_A_REASON,
) -> int:
    """Write the missing sessions of the series up to a site date, that day included; existing ones are left alone.

    Call it in a transaction, under the locks of the series and of whoever has a standing booking of them. An occurrence
    whose counselor or room is taken is made without them: somebody must be found, nobody is booked twice. So is one
    whose counselor is off or no longer licensed; whether its hours suit them was asked when it was planned.
    """
    made = _make(_lacking(series_list, since=since, until=until), now=now, lifted=lifted)
    behind = [one for one in series_list if one.materialized_until is None or one.materialized_until < until]
    for series in behind:
        series.materialized_until = until
    SessionSeries.objects.filter(pk__in=[series.pk for series in behind]).update(materialized_until=until)
    return len(made)


def _lacking(series_list: Sequence[SessionSeries], *, since: date | None, until: date) -> list[Lack]:
    spans = {series.pk: span for series in series_list if (span := _span(series, since=since, until=until)) is not None}
    if not spans:
        return []
    earliest = min(first for first, _last in spans.values())
    there = Session.objects.filter(series_id__in=spans, occurrence_local__gte=f"{earliest}T00:00").order_by()
    present = set(there.values_list("series_id", "occurrence_local"))
    found = []
    for series in series_list:
        if series.pk not in spans:
            continue
        first, last = spans[series.pk]
        every = expand(series, first=first, last=last)
        wanted = [one for one in every if (series.pk, format_wall(one.local)) not in present]
        if wanted:
            found.append(Lack(series, fields_of(series), wanted))
    return found


def _span(series: SessionSeries, *, since: date | None, until: date) -> tuple[date, date] | None:
    """The dates that are looked at; None where the series has ended."""
    first = since or (
        series.materialized_until + timedelta(days=1)
        if series.materialized_until
        else parse_wall(series.starts_at_local).date()
    )
    last = min(until, series.ends_on) if series.ends_on else until
    return (first, last) if first <= last else None


def _make(lacks: Sequence[Lack], *, now: datetime, lifted: frozenset[Hindrance]) -> list[Session]:
    """Sessions for these occurrences, without a counselor or room that cannot be had at the time.

    Those in a closure of the site, or outside its hours by now, are made as called off: nobody is booked on them, and
    they are given back when the doors open then (`site_reopening`). A room that is out of use or too small by now is
    left out, and so is a counselor who works there no more.
    """
    if not lacks:
        return []
    around = _Around.read(lacks)
    rows: list[Session] = []
    leads: list[list[int]] = []
    for lack in lacks:
        for row, people in around.sessions_of(lack, now=now, lifted=lifted):
            rows.append(row)
            leads.append(people)
    made = Session.objects.bulk_create(rows, batch_size=500)
    _lead(made, leads)
    held: dict[int | None, list[Session]] = defaultdict(list)
    for session in made:
        if session.is_live:
            held[session.series_id].append(session)
    seats_changed.send(Session, session_ids=[row.pk for group in held.values() for row in group], now=now)
    joined = with_members([lack.series.pk for lack in lacks], now=now)
    for lack in lacks:
        if lack.series.pk in joined:
            seat_members(lack.series, held[lack.series.pk], now=now)
    return made


@dataclass(frozen=True)
class _Around:
    """What the sessions of some series meet: doors, rooms and people. It remembers what was given out."""

    sites: Mapping[int, SiteTimes]
    rooms: dict[int, list[Interval]]
    staff: Staff
    works_at: frozenset[tuple[int, int]]
    demands: Demands

    @classmethod
    def read(cls, lacks: Sequence[Lack]) -> "_Around":
        """In eleven queries, and two for each site."""
        span = Interval(
            min(one.starts_at for lack in lacks for one in lack.occurrences),
            max(one.ends_at for lack in lacks for one in lack.occurrences),
        )
        sites = {lack.series.site_id: lack.series.site for lack in lacks}
        people = {pk for lack in lacks for pk in lack.counselor_ids}
        rooms: dict[int, list[Interval]] = {pk: [] for lack in lacks if (pk := _room_that_serves(lack.fields))}
        taken = Session.objects.live().overlapping(span).filter(room_id__in=rooms).order_by()
        for pk, start, end in taken.values_list("room_id", "starts_at", "ends_at"):
            rooms[pk].append(Interval(start, end))
        places = Counselor.sites.through.objects.filter(counselor_id__in=people, site_id__in=sites).order_by()
        return cls(
            staff=Staff.load(people, span),
            works_at=frozenset(places.values_list("counselor_id", "site_id")),
            demands=Demands.of(lack.series.program_id for lack in lacks),
            rooms=rooms,
            sites={pk: SiteTimes.locked(sites[pk], span) for pk in sorted(sites)},
        )

    def sessions_of(
        self, lack: Lack, *, now: datetime, lifted: frozenset[Hindrance]
    ) -> list[tuple[Session, list[int]]]:
        """A series' sessions, each with those who lead it."""
        series, fields = lack.series, lack.fields
        doors, room_id = self.sites[series.site_id], _room_that_serves(fields)
        people = [pk for pk in lack.counselor_ids if (pk, series.site_id) in self.works_at]
        found = []
        for one, duty in zip(lack.occurrences, duties_of(fields, lack.occurrences, self.demands), strict=True):
            shut = doors.columns_at(duty.interval, series.mode)
            if shut is not None:
                found.append((_session(series, fields, one, room_id=room_id, now=now, shut=shut), people))
                continue
            row = _session(series, fields, one, room_id=self._take_room(room_id, duty.interval), now=now)
            found.append((row, self._take_people(people, duty, lifted)))
        return found

    def _take_room(self, room_id: int | None, interval: Interval) -> int | None:
        """The room, where it is free; from here on it is taken."""
        if room_id is None or any(interval.overlaps(taken) for taken in self.rooms[room_id]):
            return None
        self.rooms[room_id].append(interval)
        return room_id

    def _take_people(self, people: list[int], duty: Duty, lifted: frozenset[Hindrance]) -> list[int]:
        """Those who can lead it; from here on they do."""
        free = [pk for pk in people if not {one.code for one in self.staff.findings(duty, pk)} - lifted]
        for pk in free:
            self.staff.give(duty, pk)
        return free


def _room_that_serves(fields: SeriesFields) -> int | None:
    """The room, where it is in use and has a chair for everybody."""
    room = fields.room
    return room.pk if room is not None and room.active and room.seats >= fields.capacity else None


def _session(
    series: SessionSeries,
    fields: SeriesFields,
    one: Occurrence,
    *,
    room_id: int | None,
    now: datetime,
    shut: Mapping[str, Any] = NOTHING_SHUT,
) -> Session:
    return Session(
        series=series,
        occurrence_local=format_wall(one.local),
        program_id=series.program_id,
        site_id=series.site_id,
        room_id=room_id,
        changed_at=now,
        state=SessionState.CANCELLED if shut else SessionState.SCHEDULED,
        **shut,
        **session_columns(fields, one),
    )


def _lead(made: list[Session], leads: list[list[int]]) -> None:
    """Put on each session those who lead it."""
    SessionCounselor.objects.bulk_create(
        [
            SessionCounselor(
                session=session,
                counselor_id=pk,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                live=session.is_live,
            )
            for session, people in zip(made, leads, strict=True)
            for pk in people
        ],
        batch_size=500,
    )
