"""The demo's people in care: when they came, what their plan asks, when they work, and how steadily they come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from people.domain.targets import Phase
from people.domain.time import DateRange
from web.demo.tracks import MIXTURE

A_WEEK = timedelta(days=7)


@dataclass
class Person:
    """One patient of the demo; `habit` is how they book: steady, tight, short, unbooked, over, two jobs, demo."""

    number: int
    shift: str
    habit: str
    admitted_on: date
    discharged_on: date | None
    phases: list[Phase]
    leaves: list[DateRange] = field(default_factory=list)
    earlier: tuple[date, date] | None = None
    reliability: float = 0.9


def people_of(site: int, size: int, *, rng: Random, today: date, history: date, first_number: int) -> Iterator[Person]:
    """The people of one site: first those who stand for something on the board, then the many."""
    cast = ["demo"] if site == 0 else []
    cast += ["over", "two jobs", "two jobs", "unbooked", "leave", "transition", "transition", "new", "new", "readmitted", "short"]
    for position in range(size):
        role = cast[position] if position < len(cast) else ""
        yield _person(first_number + position, role, rng=rng, today=today, history=history)


def _person(number: int, role: str, *, rng: Random, today: date, history: date) -> Person:
    shift = rng.choices([name for name, _ in MIXTURE], weights=[weight for _, weight in MIXTURE])[0]
    habit = rng.choices(["steady", "tight", "short", "unbooked"], weights=[50, 34, 13, 3])[0]
    span = max(14, (today - history).days)
    admitted = max(history, today - timedelta(days=rng.randrange(10, span + 1)))
    person = Person(number, shift, habit, admitted, None, [], reliability=rng.uniform(0.8, 0.97))
    if not role and (today - admitted).days > 50 and rng.random() < 0.25:
        person.discharged_on = admitted + timedelta(days=rng.randrange(42, (today - admitted).days))
    _play(person, role, rng=rng, today=today, history=history)
    person.phases = _step_down(person.admitted_on, role) if role == "transition" or rng.random() < 0.4 else _nine_hours(person.admitted_on)
    last = person.phases[-1].ends_on
    if last is not None and last < today:
        person.discharged_on = min(last, person.discharged_on or last)
    if role == "over":
        person.phases = [Phase(person.admitted_on, None, 900, 1140)]
    return person


def _play(person: Person, role: str, *, rng: Random, today: date, history: date) -> None:
    monday = today - timedelta(days=today.weekday())
    if role == "demo":
        person.shift, person.habit, person.reliability = "day", "demo", 1.0
        person.admitted_on = max(history, today - timedelta(days=44))
    elif role == "over":
        person.shift, person.habit = "none", "over"
    elif role == "two jobs":
        person.shift, person.habit = "two jobs", "two jobs"
    elif role == "unbooked":
        person.habit = "unbooked"
    elif role == "leave":
        person.leaves = [DateRange(today - timedelta(days=7), today + timedelta(days=9))]
    elif role == "transition":
        person.shift, person.habit = rng.choice(["day", "none"]), "tight"
        person.admitted_on = monday - 7 * A_WEEK
    elif role == "new":
        person.admitted_on = today - timedelta(days=rng.randrange(0, 9))
    elif role == "readmitted":
        person.admitted_on = max(history + 5 * A_WEEK, today - 3 * A_WEEK)
        person.earlier = (history, person.admitted_on - timedelta(days=10))
    elif role == "short":
        person.habit = "short"
    elif rng.random() < 0.05:
        starts = person.admitted_on + timedelta(days=rng.randrange(7, 40))
        person.leaves = [DateRange(starts, starts + timedelta(days=rng.randrange(2, 6)))]


def _nine_hours(admitted_on: date) -> list[Phase]:
    return [Phase(admitted_on, None, 540, 1140)]


def _step_down(admitted_on: date, role: str) -> list[Phase]:
    """15 h for three weeks, 12 h for two, 9 h, and at the end two transition weeks of two evenings."""
    weeks = (2, 2, 2) if role == "transition" else (3, 2, 4)
    marks = [admitted_on]
    for count in weeks:
        marks.append(marks[-1] + count * A_WEEK)
    day = timedelta(days=1)
    return [
        Phase(marks[0], marks[1] - day, 900, 1140, 5),
        Phase(marks[1], marks[2] - day, 720, 1140, 4),
        Phase(marks[2], marks[3] - day, 540, 1140, 4),
        Phase(marks[3], marks[3] + 2 * A_WEEK - day, 360, 1140, 3, transition=True, transition_reason="Step-down before discharge"),
    ]
