"""A site's weeks in memory: what is on, who has a seat, and what somebody can still add to their week."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from people.domain.weeks import Week, week_containing
from web.demo.attendance import Mark
from web.demo.story import Episode, Person
from web.demo.timetable import Slot, Track

MINUTES_A_DAY = 240
SESSIONS_A_DAY = 2
CALLED_OFF = 61
"""Of so many groups that are over about one was cancelled by the clinic."""

WEEKEND = (5, 6)
"""Some seats stay free then: for whoever has to make up for something."""


@dataclass(slots=True, eq=False)
class Occurrence:
    """One session. `marked_at` is when its roster is taken; `called_off_at` when the clinic cancelled it, if it did."""

    key: int
    position: int
    slot: Slot
    group: int
    day: date
    starts_at: datetime
    ends_at: datetime
    marked_at: datetime
    called_off_at: datetime | None = None
    kept_free: int = 0
    signed: bool = True
    seats: list["Seat"] = field(default_factory=list)
    waiting: list["Seat"] = field(default_factory=list)
    left: list["Seat"] = field(default_factory=list)

    def has_room(self, *, after: datetime | None) -> bool:
        """Whether a seat is left; once `after` something missed nobody chooses what was called off."""
        if after is not None and self.called_off_at is not None:
            return False
        return len(self.seats) < self.slot.template.capacity - self.kept_free


@dataclass(slots=True, eq=False)
class Seat:
    """Somebody's place in a session, in its waitlist, or given up."""

    person: Person
    episode: int
    occurrence: Occurrence
    week: date
    booked_at: datetime
    mark: Mark | None = None
    given_up_at: datetime | None = None
    reason: str = ""
    override: str = ""
    despite_work: bool = False


@dataclass(slots=True)
class Load:
    """What somebody's week holds: minutes, the slots as bits, and what each day holds, which loses nothing again."""

    minutes: int = 0
    taken: int = 0
    days: dict[date, tuple[int, int]] = field(default_factory=dict)

    def add(self, occurrence: Occurrence) -> None:
        minutes, sessions = self.days.get(occurrence.day, (0, 0))
        clinical = occurrence.slot.template.clinical_minutes
        self.days[occurrence.day] = minutes + clinical, sessions + 1
        self.minutes += clinical
        self.taken |= 1 << occurrence.position


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a week: how much is wanted, the maximum, days, and the days in force."""

    wanted: int
    maximum: int
    days: int
    in_force: frozenset[date]


@dataclass
class TrackWeek:
    """A track's week at a site: its occurrences by group and position (None where it does not take place)."""

    track: Track
    week: Week
    ahead: int
    grid: list[list[Occurrence | None]]

    def occurrences(self) -> Iterator[Occurrence]:
        for row in self.grid:
            yield from (one for one in row if one is not None)

    def seat_for(self, person: Person, position: int, *, after: datetime | None) -> Occurrence | None:
        """The session of the slot that has a seat left: in the person's own group, or another one."""
        for step in range(len(self.grid)):
            found = self.grid[(person.group + step) % len(self.grid)][position]
            if found is not None and found.has_room(after=after):
                return found
        return None


def track_weeks(
    track: Track,
    *,
    zone: ZoneInfo,
    groups: int,
    people_a_group: int,
    first: date,
    last: date,
    now: datetime,
    keys: Iterable[int],
    rng: Random,
) -> list[TrackWeek]:
    """The track's weeks that hold the dates; sessions take place from `first` to `last`, both included."""
    numbered = iter(keys)
    weeks = []
    week = week_containing(first, zone=zone, first_weekday=track.first_weekday)
    current = week_containing(now.astimezone(zone).date(), zone=zone, first_weekday=track.first_weekday).starts_on
    while week.starts_on <= last:
        ahead = (week.starts_on - current).days // 7
        days = [week.starts_on + timedelta(days=track.offset(slot.weekday)) for slot in track.slots]
        times = [slot.on(day, zone) for slot, day in zip(track.slots, days, strict=True)]
        grid: list[list[Occurrence | None]] = []
        for group in range(groups):
            row: list[Occurrence | None] = []
            for position, slot in enumerate(track.slots):
                if not first <= days[position] <= last or people_a_group < slot.template.from_people:
                    row.append(None)
                    continue
                start, end = times[position].start, times[position].end
                one = Occurrence(
                    key=next(numbered),
                    position=position,
                    slot=slot,
                    group=group,
                    day=days[position],
                    starts_at=start,
                    ends_at=end,
                    marked_at=end + timedelta(minutes=rng.randint(4, 22)),
                )
                if ahead < 0 and slot.template.kind == "group" and one.key % CALLED_OFF == 0:
                    one.called_off_at = start - timedelta(hours=rng.randint(2, 30))
                if start > now and slot.template.capacity > 1:
                    one.kept_free = 4 if slot.weekday in WEEKEND else rng.choice((0, 0, 0, 2, 2))
                row.append(one)
            grid.append(row)
        weeks.append(TrackWeek(track, week, ahead, grid))
        week = week_containing(week.starts_on + timedelta(days=7), zone=zone, first_weekday=track.first_weekday)
    return weeks


def fill(
    person: Person,
    grid: TrackWeek,
    load: Load,
    limits: Limits,
    *,
    free: frozenset[int],
    after: datetime | None = None,
) -> list[Occurrence]:
    """What they add to reach the minutes wanted: groups while much is missing, then what is shorter, then groups."""
    added: list[Occurrence] = []
    for positions, until in ((person.large, 90), (person.small, 0), (person.large, 0)):
        for position in positions:
            if limits.wanted - load.minutes <= until:
                break
            if position in free and not load.taken & person.track.overlaps[position]:
                one = grid.seat_for(person, position, after=after)
                if one is not None and (after is None or one.starts_at > after) and allowed(one, load, limits):
                    load.add(one)
                    added.append(one)
    return added


def allowed(one: Occurrence, load: Load, limits: Limits) -> bool:
    """Whether the week may take the session: on a day in force, within the day's limits, the days and the maximum."""
    clinical = one.slot.template.clinical_minutes
    minutes, sessions = load.days.get(one.day, (0, 0))
    if one.day not in limits.in_force or load.minutes + clinical > limits.maximum:
        return False
    if sessions == 0 and len(load.days) >= limits.days:
        return False
    return minutes + clinical <= MINUTES_A_DAY and sessions < SESSIONS_A_DAY


def days_in_force(episode: Episode, week: Week) -> frozenset[date]:
    """The days of the week on which something is expected."""
    return frozenset(day for day in week.days if episode.in_force_on(day))
