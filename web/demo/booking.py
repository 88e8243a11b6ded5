"""The demo's people live their weeks: they book, come or stay away, give up seats, make up for what they missed."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from people.domain.targets import PartialWeekPolicy, Target, target_for
from people.domain.time import resolve_wall
from web.demo.attendance import ON_TIME, draw_mark, worth_of
from web.demo.diary import Limits, Load, Occurrence, Seat, TrackWeek, days_in_force, fill
from web.demo.story import MOST, Episode, Person
from web.demo.work import free_slots

GIVES_UP = 0.035
MAKES_UP = 0.8
FORGETS_TO_BOOK = 0.16
BOOKED_AHEAD = {1: 0.62, 2: 0.3, 3: 0.05}
"""How many have booked the weeks ahead; of the next one another fifth have begun."""

BEGUN_NEXT_WEEK = 0.2
MAY_BE_ADDED = ("", "reached", "transition")
"""Who stands for what one more session does not change."""

OVER_MAXIMUM = "Asked for more evenings while between two jobs"


@dataclass
class Diary:
    """A site's people and weeks; `loads` keeps what each person's open weeks hold."""

    zone: ZoneInfo
    now: datetime
    anchor: date
    people: list[Person]
    weeks: dict[str, list[TrackWeek]]
    loads: dict[tuple[int, date], tuple[Load, Limits]] = field(default_factory=dict)

    def live(self) -> None:
        """Go through every week, those with a script first."""
        for track_weeks in self.weeks.values():
            for grid in track_weeks:
                if grid.ahead <= max(BOOKED_AHEAD):
                    for person in self.people:
                        if person.track is grid.track:
                            self._live_week(person, grid)

    def free(self, person: Person, week: date) -> frozenset[int]:
        """The positions that the person's work leaves free."""
        return free_slots(person.track.code, person.job, week, self.zone, self.anchor)

    def in_force(self, person: Person, grid: TrackWeek) -> tuple[int, Episode, frozenset[date]] | None:
        """The episode that the week belongs to, its number, and the days in force; None where there is no such day."""
        for number, episode in enumerate(person.episodes):
            if episode.admitted_on <= grid.week.ends_on and (
                episode.discharged_on is None or episode.discharged_on >= grid.week.starts_on
            ):
                days = days_in_force(episode, grid.week)
                return (number, episode, days) if days else None
        return None

    def book(
        self, person: Person, episode: int, one: Occurrence, grid: TrackWeek, *, at: datetime | None = None
    ) -> Seat:
        """Give the person a seat; by default booked some days before, but after the admission and before now."""
        rng = person.rng
        if at is None:
            admitted = person.episodes[episode].admitted_on
            opened = resolve_wall(datetime.combine(admitted, time(8)), self.zone)
            usual = grid.week.starts_at - timedelta(minutes=rng.randint(300, 9000))
            at = min(
                max(usual, opened),
                one.starts_at - timedelta(hours=1),
                self.now - timedelta(minutes=rng.randint(9, 600)),
            )
        seat = Seat(person, episode, one, grid.week.starts_on, at)
        one.seats.append(seat)
        return seat

    def _live_week(self, person: Person, grid: TrackWeek) -> None:
        found = self.in_force(person, grid)
        if found is None:
            return
        number, episode, days = found
        target = _target(episode, grid)
        limits = Limits(_wanted(person, target), target.max_minutes, target.days_per_week or 5, days)
        load = Load()
        if person.script is not None and grid.ahead == 0:
            planned = self._as_written(person, grid, load)
        else:
            planned = self._as_usual(person, grid, load, limits)
        if grid.ahead >= 0:
            self.loads[person.number, grid.week.starts_on] = load, limits
        self._keep(person, number, grid, planned, load, limits)

    def _as_written(self, person: Person, grid: TrackWeek, load: Load) -> list[Occurrence]:
        planned = [one for position in person.script or () if (one := grid.grid[person.group][position]) is not None]
        for one in planned:
            load.add(one)
        return planned

    def _as_usual(self, person: Person, grid: TrackWeek, load: Load, limits: Limits) -> list[Occurrence]:
        """What they book of the week by now: of weeks ahead nothing, a part, or all."""
        rng, ahead = person.rng, grid.ahead
        chance = rng.random()
        if ahead > 0 and chance > BOOKED_AHEAD[ahead] + (BEGUN_NEXT_WEEK if ahead == 1 else 0):
            return []
        trial = Load()
        planned = fill(person, grid, trial, limits, free=self.free(person, grid.week.starts_on))
        planned.sort(key=lambda one: one.starts_at)
        if ahead > 0 and chance > BOOKED_AHEAD[ahead]:
            planned = planned[: max(1, len(planned) // 2)]
        elif ahead == 0 and planned and planned[-1].starts_at > self.now and chance < FORGETS_TO_BOOK:
            planned.pop()
        for one in planned:
            load.add(one)
        return planned

    def _keep(
        self, person: Person, number: int, grid: TrackWeek, planned: list[Occurrence], load: Load, limits: Limits
    ) -> None:
        """Each booking in its turn: kept, missed or given up; who missed something may make up for it that week."""
        rng, written = person.rng, person.script is not None and grid.ahead == 0
        queue = [self.book(person, number, one, grid) for one in planned]
        for seat in queue:
            lost_at = self._outcome(seat, written=written)
            if lost_at is None:
                continue
            load.minutes -= _lost_minutes(seat)
            again_at = lost_at + timedelta(minutes=rng.randint(20, 1200))
            if not written and again_at <= self.now and rng.random() < MAKES_UP:
                more = fill(person, grid, load, limits, free=self.free(person, grid.week.starts_on), after=again_at)
                queue.extend(self.book(person, number, extra, grid, at=again_at) for extra in more)
        if written and load.minutes > limits.maximum and queue:
            queue[-1].override = OVER_MAXIMUM

    def _outcome(self, seat: Seat, *, written: bool) -> datetime | None:
        """What becomes of a booking by now; when minutes of it were lost, if any were."""
        one, rng = seat.occurrence, seat.person.rng
        if one.called_off_at is not None:
            return _give_up(seat, one.called_off_at, "session cancelled")
        if not written and rng.random() < GIVES_UP and (changed_at := self._change_of_mind(seat, rng)) is not None:
            return changed_at
        if one.marked_at > self.now:
            return None
        minutes = one.slot.template.minutes
        seat.mark = ON_TIME if written else draw_mark(rng, minutes, reliability=seat.person.reliability)
        return None if seat.mark == ON_TIME else one.ends_at

    def _change_of_mind(self, seat: Seat, rng: Random) -> datetime | None:
        """Cancelled some hours or days before the start; None where that is still to come."""
        at = seat.occurrence.starts_at - timedelta(minutes=rng.randint(60, 4000))
        at = max(at, seat.booked_at + timedelta(minutes=20))
        if at > self.now or at >= seat.occurrence.starts_at:
            return None
        return _give_up(seat, at, rng.choice(("work", "illness", "childcare", "transport", "")))

    def may_join(self, person: Person, one: Occurrence, grid: TrackWeek, *, despite_work: bool = False) -> int | None:
        """The number of the episode in which the person could still take the session; None where they could not."""
        found = self.in_force(person, grid)
        held = self.loads.get((person.number, grid.week.starts_on))
        if found is None or held is None or person.track is not grid.track or person.role not in MAY_BE_ADDED:
            return None
        load, limits = held
        apart = not load.taken & person.track.overlaps[one.position]
        within = load.minutes + one.slot.template.clinical_minutes <= limits.maximum and one.day in limits.in_force
        free = despite_work or one.position in self.free(person, grid.week.starts_on)
        return found[0] if apart and within and free else None


def _lost_minutes(seat: Seat) -> int:
    """What a booking does not bring: all of it where the seat was given up, else what the record will not credit."""
    template = seat.occurrence.slot.template
    credited = worth_of(seat.mark, template, seat.person.track.policy).credited_minutes if seat.mark else 0
    return template.clinical_minutes - credited


def _give_up(seat: Seat, at: datetime, reason: str) -> datetime:
    at = max(at, seat.booked_at + timedelta(minutes=1))
    seat.given_up_at, seat.reason = at, reason
    seat.occurrence.seats.remove(seat)
    seat.occurrence.left.append(seat)
    return at


def _wanted(person: Person, target: Target) -> int:
    """Some book no more than they must, others an evening more."""
    if target.exempt:
        return 0
    return min(target.min_minutes + (15, 60, 90, 0)[person.number % 4], target.max_minutes)


def _target(episode: Episode, grid: TrackWeek) -> Target:
    return target_for(
        grid.week.starts_on,
        admitted_on=episode.admitted_on,
        discharged_on=episode.discharged_on,
        phases=episode.phases,
        leaves=episode.leaves,
        program_max_minutes=MOST,
        partial_week_policy=PartialWeekPolicy.PRORATE,
    )
