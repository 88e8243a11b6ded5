"""What a demo site puts on in a week: two tracks, whose weeks begin on different days.

A group of up to 70 people at a site shares one timetable with rooms and counselors of its own, in which nobody and no
room is needed twice at a time. The evening track's week begins on a Monday, that of the flexible track on a Thursday:
at every hour of the year somebody's week has just begun, and somebody else's is nearly over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from zoneinfo import ZoneInfo

from attendance.domain.credit import CreditPolicy
from people.domain.time import Interval, resolve_wall
from people.domain.weeks import Weekday

GROUP_MINUTES = 180
GROUP_SEATS = 12
BREAK = (90, 15)
"""After how many minutes a group pauses, and for how long."""

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Template:
    """A recurring session: `lead` and `room` number the counselors and rooms of the group of people.

    A group of fewer than `from_people` does without it.
    """

    key: str
    kind: str
    focus: str
    title: str
    days: tuple[int, ...]
    starts: str
    minutes: int
    capacity: int
    lead: int
    room: str | None
    pause: tuple[int, int] | None = None
    from_people: int = 0

    @property
    def mode(self) -> str:
        """Without a room it takes place by video."""
        return "in_person" if self.room else "telehealth"

    @property
    def clinical_minutes(self) -> int:
        return self.minutes - (self.pause[1] if self.pause else 0)

    @property
    def starts_at(self) -> time:
        return time.fromisoformat(self.starts)

    @property
    def rrule(self) -> str:
        return f"FREQ=WEEKLY;BYDAY={','.join(CODES[day] for day in self.days)}"

    @property
    def breaks(self) -> list[dict[str, int]]:
        """As a series keeps them."""
        return [{"after_minutes": self.pause[0], "minutes": self.pause[1]}] if self.pause else []


@dataclass(frozen=True)
class Slot:
    """One weekday of a template."""

    template: Template
    weekday: int

    @property
    def key(self) -> str:
        return f"{self.template.key}:{CODES[self.weekday]}"

    def on(self, day: date, zone: ZoneInfo) -> Interval:
        """When it takes place on a day."""
        start = resolve_wall(datetime.combine(day, self.template.starts_at), zone)
        return Interval(start, start + timedelta(minutes=self.template.minutes))

    def overlaps(self, other: "Slot") -> bool:
        """Whether both take place at one time in a week."""
        if self.weekday != other.weekday:
            return False
        own, theirs = self.template, other.template
        return _minute(own) < _minute(theirs) + theirs.minutes and _minute(theirs) < _minute(own) + own.minutes


@dataclass(frozen=True)
class Track:
    """A program of the demo, run at every site."""

    code: str
    name: str
    first_weekday: Weekday
    grace_minutes: int
    templates: tuple[Template, ...]

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Every weekly session, in the order of the track's week."""
        slots = [Slot(template, day) for template in self.templates for day in template.days]
        return tuple(sorted(slots, key=lambda one: (self.offset(one.weekday), one.template.starts, one.template.key)))

    @cached_property
    def overlaps(self) -> tuple[int, ...]:
        """For each slot the bits of those that it overlaps, itself included."""
        return tuple(
            sum(1 << position for position, other in enumerate(self.slots) if slot.overlaps(other))
            for slot in self.slots
        )

    @property
    def policy(self) -> CreditPolicy:
        """How attendance is credited in the track's programs."""
        return CreditPolicy(grace_minutes=self.grace_minutes, late_cutoff_minutes=15, rounding="exact")

    def offset(self, weekday: int) -> int:
        """The day of the track's week, from 0 to 6."""
        return (weekday - self.first_weekday) % 7

    def position(self, key: str) -> int:
        """Which slot has the key, such as "process:MO"."""
        return next(position for position, slot in enumerate(self.slots) if slot.key == key)


def _minute(template: Template) -> int:
    return template.starts_at.hour * 60 + template.starts_at.minute


MO, TU, WE, TH, FR, SA, SU = range(7)


def _group(
    key: str, focus: str, title: str, days: Sequence[int], starts: str, *, lead: int, room: str, from_people: int = 0
) -> Template:
    return Template(
        key, "group", focus, title, tuple(days), starts, GROUP_MINUTES, GROUP_SEATS, lead, room, BREAK, from_people
    )


def _early(key: str, days: Sequence[int], *, lead: int) -> Template:
    return Template(key, "group", "check-in", "Early group", tuple(days), "07:00", 90, GROUP_SEATS, lead, None)


def _one_to_one(
    key: str, days: Sequence[int], starts: str, *, lead: int, room: str | None = "C", from_people: int = 0
) -> Template:
    return Template(key, "individual", "", "One-to-one", tuple(days), starts, 60, 1, lead, room, None, from_people)


def _family(key: str, day: int, *, lead: int) -> Template:
    return Template(key, "family", "family", "Family afternoon", (day,), "14:00", 120, 8, lead, "A", None)


EVENING = Track(
    "evening",
    "Evening track",
    Weekday.MONDAY,
    0,
    (
        _group("process", "process", "Process", (MO, WE, TH), "18:00", lead=0, room="A"),
        _group("skills", "skills", "Skills", (TU, FR), "18:00", lead=1, room="A"),
        _group("prevention", "education", "Prevention", (MO, TH), "18:00", lead=2, room="B", from_people=45),
        _group("saturday", "process", "Process", (SA,), "09:00", lead=1, room="A"),
        _group("sunday", "dual", "Balance", (SU,), "17:00", lead=0, room="A"),
        _family("family", SU, lead=3),
        _early("early", (TU, TH, FR), lead=3),
        _one_to_one("one-17", (MO, WE, TH), "17:00", lead=3),
        _one_to_one("one-18", (MO, WE), "18:15", lead=3, from_people=45),
        _one_to_one("one-19", (MO, WE), "19:30", lead=3, from_people=60),
        _one_to_one("one-tue", (TU,), "17:30", lead=0),
        _one_to_one("one-tue-late", (TU,), "18:45", lead=0),
        _one_to_one("one-fri", (FR,), "17:30", lead=2, room=None),
        _one_to_one("one-fri-late", (FR,), "18:45", lead=0, from_people=45),
        _one_to_one("one-sat", (SA,), "12:15", lead=1),
        _one_to_one("one-sat-late", (SA,), "13:30", lead=2, from_people=40),
    ),
)

FLEXIBLE = Track(
    "flexible",
    "Flexible track",
    Weekday.THURSDAY,
    5,
    (
        _group("morning", "skills", "Skills", (MO, TU, TH, FR), "09:30", lead=2, room="A"),
        _group("tuesday", "education", "Prevention", (TU,), "18:00", lead=2, room="B", from_people=20),
        _group("wednesday", "process", "Process", (WE,), "18:00", lead=1, room="B"),
        _group("saturday", "education", "Prevention", (SA,), "09:00", lead=2, room="B"),
        _group("sunday", "process", "Process", (SU,), "10:00", lead=1, room="B"),
        _family("family", SA, lead=3),
        _early("early", (MO, WE), lead=1),
        _one_to_one("one-mon", (MO,), "13:15", lead=3),
        _one_to_one("one-wed", (WE,), "14:00", lead=3),
        _one_to_one("one-thu", (TH,), "13:15", lead=1, from_people=50),
        _one_to_one("one-fri", (FR,), "13:15", lead=0),
        _one_to_one("one-sat", (SA,), "16:30", lead=3, from_people=60),
        _one_to_one("one-sun", (SU,), "13:30", lead=0),
    ),
)

TRACKS = (EVENING, FLEXIBLE)
LEADS = 1 + max(template.lead for template in chain(EVENING.templates, FLEXIBLE.templates))
ROOMS = {"A": 16, "B": 14, "C": 4}
"""The rooms of a group of people, and how many each one seats."""

FOCI = {
    "process": "Process group",
    "skills": "Coping skills",
    "education": "Relapse-prevention education",
    "dual": "Dual diagnosis",
    "family": "Family education",
    "check-in": "Check-in",
}
