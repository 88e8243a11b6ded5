"""When the demo's people work, and which sessions of their track that leaves free."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from people.domain.time import Interval
from people.domain.weeks import week_containing
from scheduling.domain.fit import PatientCalendar, SessionOption
from scheduling.domain.work_hours import WorkPattern, busy_in
from web.demo.timetable import CODES, TRACKS

A_DAY = timedelta(days=1)
WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Shift:
    """A recurring busy time from one hour to another, past midnight where that is the earlier one."""

    label: str
    days: tuple[int, ...]
    starts: str
    ends: str
    travel_minutes: int = 30
    interval: int = 1
    weeks_later: int = 0

    def pattern(self, anchor: date, zone: ZoneInfo) -> WorkPattern:
        """The shift as a pattern that begins in the week of `anchor`, a Monday."""
        first = anchor + timedelta(weeks=self.weeks_later, days=self.days[0])
        starts, ends = time.fromisoformat(self.starts), time.fromisoformat(self.ends)
        every = f";INTERVAL={self.interval}" if self.interval > 1 else ""
        return WorkPattern(
            starts_at_local=datetime.combine(first, starts),
            ends_at_local=datetime.combine(first if starts < ends else first + A_DAY, ends),
            zone=zone,
            rrule=f"FREQ=WEEKLY{every};BYDAY={','.join(CODES[day] for day in self.days)}",
            starts_on=first,
            travel_before_minutes=self.travel_minutes,
            travel_after_minutes=self.travel_minutes,
        )


def _turns(first: tuple[str, str], second: tuple[str, str], *, swapped: bool) -> tuple[Shift, ...]:
    """Two shifts in turns, a week each."""
    early, late = (1, 0) if swapped else (0, 1)
    return (
        Shift("Early shift", WEEKDAYS, *first, interval=2, weeks_later=early),
        Shift("Late shift", WEEKDAYS, *second, interval=2, weeks_later=late),
    )


JOBS: dict[str, tuple[Shift, ...]] = {
    "none": (),
    "office": (Shift("Work", WEEKDAYS, "08:00", "16:30"),),
    "office early": (Shift("Work", WEEKDAYS, "07:30", "16:00", 20),),
    "office late": (Shift("Work", WEEKDAYS, "08:30", "17:00", 25),),
    "school": (Shift("School", WEEKDAYS, "07:00", "15:00", 15),),
    "early": (Shift("Early shift", WEEKDAYS, "05:30", "14:00", 20),),
    "warehouse": (Shift("Work", (0, 1, 2, 3), "06:00", "16:30", 20),),
    "rotating": _turns(("06:00", "14:00"), ("14:00", "22:00"), swapped=False),
    "rotating back": _turns(("06:00", "14:00"), ("14:00", "22:00"), swapped=True),
    "retail": (
        Shift("Shop", (5, 6), "10:00", "18:00", 20),
        Shift("Shop", (0, 1), "08:00", "15:00", 20),
    ),
    "kitchen": (Shift("Kitchen", (2, 3, 4, 5, 6), "15:30", "23:00", 30),),
    "nights": (Shift("Night shift", (6, 0, 1, 2), "22:00", "06:00", 30),),
    "mornings": (Shift("Work", (0, 2, 4), "06:00", "12:00", 15),),
    "two jobs": (
        Shift("Work", WEEKDAYS, "09:00", "15:00"),
        Shift("Second job", WEEKDAYS, "16:00", "23:30"),
        Shift("Second job", (5, 6), "07:00", "21:00"),
    ),
}
"""What people do, by name; "two jobs" leaves only early hours by video."""

MIXTURES: dict[str, tuple[tuple[str, int], ...]] = {
    "evening": (
        ("office", 26),
        ("office early", 16),
        ("office late", 12),
        ("school", 10),
        ("early", 10),
        ("warehouse", 8),
        ("retail", 4),
        ("rotating", 2),
        ("mornings", 4),
        ("none", 8),
    ),
    "flexible": (
        ("kitchen", 24),
        ("rotating", 12),
        ("rotating back", 12),
        ("nights", 12),
        ("retail", 12),
        ("mornings", 8),
        ("none", 20),
    ),
}
"""How common each job is in a track."""


@cache
def free_slots(track: str, job: str, week_starts_on: date, zone: ZoneInfo, anchor: date) -> frozenset[int]:
    """The positions of the track's slots that the job leaves free in a week, worked out once for all who have it."""
    chosen = next(one for one in TRACKS if one.code == track)
    week = week_containing(week_starts_on, zone=zone, first_weekday=chosen.first_weekday)
    window = Interval(week.starts_at - A_DAY, week.ends_at + A_DAY)
    busy = busy_in([shift.pattern(anchor, zone) for shift in JOBS[job]], window=window)
    calendar = PatientCalendar(enrollments=(), busy=tuple(busy))
    free = []
    for position, slot in enumerate(chosen.slots):
        day = week_starts_on + timedelta(days=chosen.offset(slot.weekday))
        interval = slot.on(day, zone)
        option = SessionOption(
            id=position,
            interval=interval,
            clinical_minutes=slot.template.clinical_minutes,
            mode=slot.template.mode,
            kind=slot.template.kind,
            seats_left=1,
            site_id=0,
            local_day=day,
            state="scheduled",
            booking_closes_at=interval.start,
        )
        if not calendar.overlaps_work(option):
            free.append(position)
    return frozenset(free)
