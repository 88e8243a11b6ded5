"""What became of the demo's bookings: who came, late, early, excused or not at all, and what it is worth."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from attendance.domain.credit import CreditPolicy, credit
from people.domain.time import Interval
from web.demo.sheets import as_json
from web.demo.timetable import Template

EXCUSES = ("work", "work", "illness", "illness", "childcare", "transport", "court", "hospital", "money", "unknown")
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""Attendance is reckoned once for each kind of session and mark, at a time of no meaning."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a booking was kept; minutes after the start of arriving and leaving, None for on time."""

    status: str
    arrived: int | None = None
    left: int | None = None
    excuse: str = ""


ON_TIME = Mark("present")


@dataclass(frozen=True, slots=True)
class Worth:
    """What a record says of a mark."""

    planned_minutes: int
    late_minutes: int
    early_minutes: int
    credited_minutes: int
    deductions: str


def draw_mark(rng: Random, minutes: int, *, reliability: float) -> Mark:
    """Mostly present and on time; some late or gone early, some excused, a few not there at all."""
    chance = rng.random()
    if chance < reliability:
        punctual = rng.random()
        if punctual < 0.84:
            return ON_TIME
        if punctual < 0.95:
            return Mark("present", arrived=rng.randint(2, 14))
        if punctual < 0.99:
            return Mark("present", left=minutes - rng.randint(5, 40))
        return Mark("present", arrived=rng.randint(3, 12), left=minutes - rng.randint(5, 25))
    missed = rng.random()
    if missed < 0.46:
        return Mark("excused", excuse=rng.choice(EXCUSES))
    if missed < 0.9:
        return Mark("no_show")
    return Mark("turned_away", arrived=rng.randint(17, 35))


@cache
def worth_of(mark: Mark, template: Template, policy: CreditPolicy) -> Worth:
    """The mark reckoned by the function that reckons every roster."""
    session = Interval.of_minutes(BEGINNING, template.minutes)
    breaks = []
    if template.pause:
        after, length = template.pause
        breaks.append(Interval.of_minutes(BEGINNING + timedelta(minutes=after), length))
    found = credit(
        session,
        breaks,
        status=mark.status,
        arrived_at=None if mark.arrived is None else BEGINNING + timedelta(minutes=mark.arrived),
        left_at=None if mark.left is None else BEGINNING + timedelta(minutes=mark.left),
        policy=policy,
    )
    deductions = [{"why": str(one.why), "minutes": one.minutes} for one in found.deductions]
    return Worth(
        found.planned_minutes, found.late_minutes, found.early_minutes, found.credited_minutes, as_json(deductions)
    )
