"""Which sessions the demo's people book in a week: by the same rules as booking, in memory."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from people.domain.targets import Target
from people.domain.time import Interval, local_date, parse_wall
from people.domain.weeks import Week
from scheduling.domain.work_hours import Busy, WorkPattern, busy_in
from scheduling.models import Session
from web.demo.people import Person
from web.demo.tracks import SHIFTS, Shift

MINUTES_A_DAY = 240
SESSIONS_A_DAY = 2
WEEKDAY_NUMBERS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}


def pattern_of(shift: Shift, *, anchor: date, zone: ZoneInfo) -> WorkPattern:
    """The shift as work hours that begin in the week of `anchor` (a Monday)."""
    starts_on = anchor + timedelta(weeks=shift.offset, days=min(WEEKDAY_NUMBERS[day] for day in shift.days.split(",")))
    ends_on = starts_on + timedelta(days=1 if shift.ends < shift.starts else 0)
    rule = f"FREQ=WEEKLY;INTERVAL={shift.interval};BYDAY={shift.days}" if shift.interval > 1 else f"FREQ=WEEKLY;BYDAY={shift.days}"
    return WorkPattern(
        starts_at_local=parse_wall(f"{starts_on}T{shift.starts}"),
        ends_at_local=parse_wall(f"{ends_on}T{shift.ends}"),
        zone=zone,
        rrule=rule,
        starts_on=starts_on,
        travel_before_minutes=shift.travel,
        travel_after_minutes=shift.travel,
    )


@dataclass
class SiteWeek:
    """One site's week while it is being booked: seats left, and what each shift leaves free."""

    week: Week
    zone: ZoneInfo
    sessions: list[Session]
    anchor: date
    seats: dict[int, int] = field(default_factory=dict)
    free: dict[str, set[int]] = field(default_factory=dict)
    days: dict[int, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for session in self.sessions:
            self.seats[session.pk] = session.capacity - session.seats_taken
            self.days[session.pk] = local_date(session.starts_at, self.zone)
        for name, shifts in SHIFTS.items():
            patterns = [pattern_of(shift, anchor=self.anchor, zone=self.zone) for shift in shifts]
            busy = busy_in(patterns, window=self.week.interval)
            self.free[name] = {session.pk for session in self.sessions if not _clashes(session, busy)}

    def choose(
        self, person: Person, target: Target, *, rng: Random, cap: dict[int, int], habit: str, after: datetime | None = None
    ) -> list[Session]:
        """The sessions that the person books this week; their seats are taken. `cap` keeps some seats of a session free."""
        wanted = _wanted(habit, target, rng)
        chosen: list[Session] = []
        total, by_day = 0, dict[date, tuple[int, int]]()
        free = self.free["none" if habit == "two jobs" else person.shift]
        for session in sorted(self.sessions, key=lambda one: _liking(one, person, habit)):
            if total >= wanted or (habit == "two jobs" and len(chosen) == 1):
                break
            minutes = session.clinical_minutes
            day = self.days[session.pk]
            if session.pk not in free or not self._may(person, day) or (after and session.starts_at <= after):
                continue
            if self.seats[session.pk] - cap.get(session.pk, 0) < 1 or total + minutes > target.max_minutes and habit != "over":
                continue
            spent, count = by_day.get(day, (0, 0))
            crowded = spent + minutes > MINUTES_A_DAY or count >= SESSIONS_A_DAY
            new_day = day not in by_day and len(by_day) >= (target.days_per_week or 5)
            if habit != "over" and (crowded or new_day):
                continue
            if any(one.interval.overlaps(session.interval) for one in chosen):
                continue
            chosen.append(session)
            self.seats[session.pk] -= 1
            total += minutes
            by_day[day] = (spent + minutes, count + 1)
        return chosen

    def _may(self, person: Person, day: date) -> bool:
        within = person.admitted_on <= day and (person.discharged_on is None or day <= person.discharged_on)
        return within and not any(leave.contains(day) for leave in person.leaves)


def _wanted(habit: str, target: Target, rng: Random) -> int:
    """How many minutes somebody of that habit books."""
    if target.exempt or habit == "unbooked":
        return 0
    if habit == "over":
        return target.max_minutes + 60
    if habit == "demo":
        return max(0, target.min_minutes - 200)
    factor = {"steady": rng.uniform(1.02, 1.3), "tight": 1.0, "short": rng.uniform(0.4, 0.8), "two jobs": 0.1}[habit]
    return int(target.min_minutes * factor)


def _liking(session: Session, person: Person, habit: str) -> float:
    """The same person likes the same series week after week; most like groups in the evening."""
    taste = Random(f"{person.number}:{session.series_id}:{session.starts_at.weekday()}").random()
    bonus = {"group": 0.0, "individual": 0.35, "family": 0.6}[session.kind]
    return taste + (0.0 if habit == "over" else bonus)


def _clashes(session: Session, busy: list[Busy]) -> bool:
    whole = Interval(session.starts_at, session.ends_at)
    return any((one.work if session.mode == "telehealth" else one.whole).overlaps(whole) for one in busy)
