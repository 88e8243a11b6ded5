"""The demo's people in care: when they came, what their plan asks for, when they work, and how steadily they come.

Those of the first site who stand for something on the board come first. What they book this week is written down, so
that every status is there at whatever hour the demo is made; all others are left to their habits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from people.domain.targets import Phase
from people.domain.time import DateRange
from people.domain.weeks import week_start
from web.demo.names import person_name
from web.demo.timetable import EVENING, FLEXIBLE, Track
from web.demo.work import MIXTURES

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
MOST = 1140
SUNDAY = 6
TRANSITION_REASON = "Step-down before discharge"


@dataclass
class Episode:
    """An admission with its plan."""

    admitted_on: date
    discharged_on: date | None
    phases: tuple[Phase, ...]
    leaves: tuple[DateRange, ...] = ()

    def in_force_on(self, on: date) -> bool:
        """Whether something is expected that day."""
        if on < self.admitted_on or (self.discharged_on is not None and on > self.discharged_on):
            return False
        return not any(leave.contains(on) for leave in self.leaves) and any(one.contains(on) for one in self.phases)


@dataclass(eq=False)
class Person:
    """One patient. `script` holds the positions of what they book this week, where that is written down."""

    number: int
    name: str
    spanish: bool
    track: Track
    job: str
    group: int
    reliability: float
    episodes: list[Episode]
    rng: Random
    role: str = ""
    script: tuple[int, ...] | None = None
    large: tuple[int, ...] = field(init=False)
    small: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """What they like, week after week: groups in an order of their own, and shorter sessions to fill up with."""
        taste = [self.rng.random() + (slot.weekday == SUNDAY) * 0.5 for slot in self.track.slots]
        positions = sorted(range(len(taste)), key=taste.__getitem__)
        lengths = [slot.template.clinical_minutes for slot in self.track.slots]
        self.large = tuple(one for one in positions if lengths[one] > 120)
        self.small = tuple(sorted((one for one in positions if lengths[one] <= 120), key=lambda one: lengths[one] > 60))


@dataclass(frozen=True)
class Role:
    """Somebody who stands for something: what they book this week reads like "process:MO"."""

    role: str
    name: str
    track: Track
    job: str
    books: tuple[str, ...] | None
    minimum: int = 540
    maximum: int = MOST


ROLES = (
    Role("reached", "Wen Zhao", EVENING, "school", ("process:MO", "one-17:MO", "skills:TU", "process:WE")),
    Role("on track", "Sam Doyle", EVENING, "office", ("process:TH", "skills:FR", "saturday:SA", "one-sat:SA")),
    Role("below", "Rosa Jiménez", EVENING, "two jobs", ("early:TH",)),
    Role(
        "over",
        "Lena Hoffmann",
        EVENING,
        "none",
        ("process:MO", "skills:TU", "process:WE", "process:TH", "skills:FR"),
        maximum=720,
    ),
    Role("away", "Priya Nair", EVENING, "office", None),
    Role("transition", "Tyrell Grant", EVENING, "warehouse", None, minimum=360),
    Role("reached", "Marcus Bell", FLEXIBLE, "none", ("morning:TH", "morning:FR", "saturday:SA", "sunday:SU")),
    Role("on track", "Noor Haddad", FLEXIBLE, "none", ("saturday:SA", "morning:MO", "morning:TU", "wednesday:WE")),
)


@dataclass(frozen=True)
class Chance:
    """What people are drawn from: the seed and the day, the weeks of history, and how many groups share the site."""

    seed: int
    today: date
    weeks: int
    groups: int

    def of(self, number: int) -> Random:
        """The same number is the same person, however large the demo is."""
        return Random(f"{self.seed}:{self.today}:{number}")


def people_of_first_site(size: int, chance: Chance) -> Iterator[Person]:
    """The demo patient, those who stand for something, and as many others as are wanted."""
    cast = [_demo_patient(chance), *(_of_role(role, at + 1, chance) for at, role in enumerate(ROLES))]
    yield from cast[:size]
    yield from people_of(range(len(cast), size), chance)


def people_of(numbers: range, chance: Chance) -> Iterator[Person]:
    """People as they come."""
    for number in numbers:
        rng = chance.of(number)
        track = EVENING if rng.random() < 0.75 else FLEXIBLE
        jobs, weights = zip(*MIXTURES[track.code], strict=True)
        spanish = rng.random() < 0.14
        yield Person(
            number=number,
            name=person_name(rng, spanish=spanish),
            spanish=spanish and rng.random() < 0.8,
            track=track,
            job=rng.choices(jobs, weights)[0],
            group=number % chance.groups,
            reliability=1 - rng.betavariate(1.3, 16),
            episodes=_episodes(STAYS[number % len(STAYS)], rng=rng, track=track, chance=chance),
            rng=rng,
        )


STAYS = (
    ("staying",) * 5
    + ("new",)
    + ("staying",) * 3
    + ("gone", "returned")
    + ("staying",) * 4
    + ("gone", "away", "new", "gone", "staying")
)
"""How people stand to the clinic, in turns, so that even a small one has somebody of each."""


def _episodes(stay: str, *, rng: Random, track: Track, chance: Chance) -> list[Episode]:
    today = chance.today
    phases_from = _step_down(rng)
    if stay == "gone":
        ended = today - timedelta(days=rng.randint(2, max(3, 7 * chance.weeks - 7)))
        return [_left(rng, ended)]
    if stay == "returned":
        back = today - timedelta(days=rng.randint(8, 34))
        return [_left(rng, back - timedelta(days=rng.randint(14, 40))), Episode(back, None, _phases(back, phases_from))]
    length = sum(one.weeks for one in phases_from) * 7
    age = rng.randint(0, 6) if stay == "new" else rng.randint(8, length - 1)
    admitted = today - timedelta(days=age)
    leaves: tuple[DateRange, ...] = ()
    if stay == "away":
        monday = week_start(today, track.first_weekday)
        leaves = (DateRange(monday - timedelta(days=rng.randint(0, 5)), monday + timedelta(days=rng.randint(6, 15))),)
        admitted = min(admitted, leaves[0].starts_on - A_WEEK)
    elif age > 30 and rng.random() < 0.1:
        starts = admitted + timedelta(days=rng.randint(10, age - 12))
        leaves = (DateRange(starts, starts + timedelta(days=rng.randint(1, 6))),)
    return [Episode(admitted, None, _phases(admitted, phases_from), leaves)]


@dataclass(frozen=True)
class _Step:
    weeks: int
    minimum: int
    days: int


def _step_down(rng: Random) -> tuple[_Step, ...]:
    """From 15 or 12 hours, or at once from 9, down to a transition of two evenings."""
    begin = rng.choices((900, 720, 540), (12, 33, 55))[0]
    steps = []
    if begin == 900:
        steps.append(_Step(rng.randint(2, 3), 900, 5))
    if begin >= 720:
        steps.append(_Step(rng.randint(2, 4), 720, 5))
    steps.append(_Step(rng.randint(6, 9) if begin == 540 else rng.randint(4, 6), 540, rng.choice((4, 4, 5))))
    return (*steps, _Step(2, 360, 2))


def _phases(admitted_on: date, steps: tuple[_Step, ...]) -> tuple[Phase, ...]:
    phases, starts = [], admitted_on
    for step in steps:
        after = starts + step.weeks * A_WEEK
        low = step.minimum < 540
        phases.append(
            Phase(starts, after - A_DAY, step.minimum, MOST, step.days, low, TRANSITION_REASON if low else "")
        )
        starts = after
    return tuple(phases)


def _left(rng: Random, ended: date) -> Episode:
    """Somebody who went through all of it, or stayed away early: the first weeks are where people are lost."""
    steps = _step_down(rng)
    length = sum(one.weeks for one in steps) * 7
    stayed = rng.randint(9, 34) if rng.random() < 0.35 else length
    admitted = ended - timedelta(days=stayed - 1)
    return Episode(admitted, ended, _phases(admitted, steps))


def _of_role(role: Role, number: int, chance: Chance) -> Person:
    rng, today = chance.of(number), chance.today
    monday = week_start(today, role.track.first_weekday)
    admitted = today - timedelta(days=rng.randint(24, 60))
    if role.role == "reached":
        admitted = min(admitted, today - timedelta(days=54))
    leaves: tuple[DateRange, ...] = ()
    phases: tuple[Phase, ...] = (Phase(admitted, None, role.minimum, role.maximum, 5),)
    if role.role == "transition":
        begin = monday - timedelta(days=2)
        phases = (
            Phase(admitted, begin - A_DAY, 540, MOST, 4),
            Phase(begin, begin + timedelta(days=13), role.minimum, MOST, 2, True, TRANSITION_REASON),
        )
    elif role.role == "away":
        leaves = (DateRange(monday - timedelta(days=2), monday + timedelta(days=9)),)
    return Person(
        number=number,
        name=role.name,
        spanish=False,
        track=role.track,
        job=role.job,
        group=0,
        reliability=1.0 if role.role == "reached" else 0.96,
        episodes=[Episode(admitted, None, phases, leaves)],
        rng=rng,
        role=role.role,
        script=tuple(role.track.position(key) for key in role.books) if role.books is not None else None,
    )


def _demo_patient(chance: Chance) -> Person:
    """Has a day job, and still some hours to book: of the two tracks the one whose week leaves time for it."""
    today = chance.today
    track, books = (
        (FLEXIBLE, ("saturday:SA", "sunday:SU"))
        if today.weekday() >= 5
        else (EVENING, ("process:MO", "one-tue:TU", "process:WE"))
    )
    admitted = today - timedelta(days=45)
    step = admitted + timedelta(days=21)
    return Person(
        number=0,
        name="Ana Reyes",
        spanish=False,
        track=track,
        job="office",
        group=0,
        reliability=0.95,
        episodes=[
            Episode(admitted, None, (Phase(admitted, step - A_DAY, 720, MOST, 5), Phase(step, None, 540, MOST, 4)))
        ],
        rng=chance.of(0),
        role="demo",
        script=tuple(track.position(key) for key in books),
    )
