"""How a week stands against a requirement, and whether it can still be met: "third day still possible: Saturday"."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from attendance.domain.requirements import AttendedSession, Measure, Requirement, measure
from people.domain.time import Interval
from scheduling.domain.bookable import NOTHING, DayLoad, WeekLimits
from scheduling.domain.fit import SessionOption


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that fits the patient and has a seat, with what the sessions held then are: (kind, focus)."""

    option: SessionOption
    natures: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reach:
    """The furthest that a figure can still come, and the local dates on which another day can still be had."""

    value: int
    possible_on: tuple[date, ...] = ()


def furthest(
    requirement: Requirement,
    promised: Sequence[AttendedSession],
    choices: Iterable[Choice],
    limits: WeekLimits,
) -> Reach:
    """Return how far the requirement's figure can come in a week, towards its bounds.

    `promised` is what was credited in the week, and what is booked there with its clinical minutes. To a minimum one
    books what counts; for a share that must not be passed one books what does not. Sessions and days at a time: never
    more than the limits allow, days the cheapest first.
    """
    listed = list(choices)
    wanted = [one.option for one in listed if _counts(requirement, one)]
    if requirement.measure == Measure.MINUTES:
        return Reach(measure(requirement, promised) + limits.bookable(wanted))
    if requirement.measure == Measure.DAYS:
        return _days(requirement, promised, wanted, limits)
    if requirement.measure == Measure.SERVICES:
        return Reach(measure(requirement, promised) + _services(wanted, limits))
    return Reach(_share(requirement, promised, listed, limits))


def can_meet(requirement: Requirement, value: int, reach: Reach) -> bool:
    """Whether the bounds can still be met: figures but shares only grow, so a maximum passed stays passed."""
    if requirement.measure == Measure.PERCENT:
        return requirement.met_by(value) or requirement.met_by(reach.value)
    enough = requirement.minimum is None or reach.value >= requirement.minimum
    return enough and (requirement.maximum is None or value <= requirement.maximum)


def _counts(requirement: Requirement, choice: Choice) -> bool:
    return requirement.in_force(choice.option.local_day) and any(
        (not requirement.kinds or kind in requirement.kinds) and (not requirement.foci or focus in requirement.foci)
        for kind, focus in choice.natures
    )


def _days(
    requirement: Requirement,
    promised: Sequence[AttendedSession],
    wanted: Sequence[SessionOption],
    limits: WeekLimits,
) -> Reach:
    """The days that qualify, and those that still can: each costs the least minutes that lift it to the day minimum."""
    have: defaultdict[date, int] = defaultdict(int)
    for one in promised:
        if requirement.counts(one):
            have[one.on] += one.credited_minutes
    least = requirement.day_minimum_minutes
    qualified = sum(minutes >= least for minutes in have.values())
    costs: dict[date, int] = {}
    for day, options in _by_day(wanted).items():
        if have[day] >= least:
            continue
        sums = [
            sum(option.clinical_minutes for option in some)
            for some in _sets(options, limits.existing_by_day.get(day, NOTHING), limits)
        ]
        enough = [minutes for minutes in sums if have[day] + minutes >= least and minutes <= limits.room_minutes]
        if enough:
            costs[day] = min(enough)
    new_days = limits.days_limit - len(limits.existing_by_day)
    room, gained = limits.room_minutes, 0
    for day, cost in sorted(costs.items(), key=lambda item: (item[1], item[0])):
        is_new = day not in limits.existing_by_day
        if cost > room or (is_new and new_days < 1):
            continue
        room, gained, new_days = room - cost, gained + 1, new_days - is_new
    possible = [
        day for day in costs if day in limits.existing_by_day or len(limits.existing_by_day) < limits.days_limit
    ]
    return Reach(qualified + gained, tuple(sorted(possible)))


def _services(wanted: Sequence[SessionOption], limits: WeekLimits) -> int:
    """How many more sessions can be attended: on each day as many as it takes, the shortest first for the room."""
    lengths: list[int] = []
    new_days = limits.days_limit - len(limits.existing_by_day)
    for day, options in sorted(_by_day(wanted).items()):
        is_new = day not in limits.existing_by_day
        sets = list(_sets(options, limits.existing_by_day.get(day, NOTHING), limits))
        if not sets or (is_new and new_days < 1):
            continue
        new_days -= is_new
        best = min(sets, key=lambda some: (-len(some), sum(option.clinical_minutes for option in some)))
        lengths += [option.clinical_minutes for option in best]
    room, count = limits.room_minutes, 0
    for length in sorted(lengths):
        if length > room:
            break
        room, count = room - length, count + 1
    return count


def _share(
    requirement: Requirement,
    promised: Sequence[AttendedSession],
    choices: Sequence[Choice],
    limits: WeekLimits,
) -> int:
    """The share at its best: the highest for a minimum, the lowest where there is only a maximum."""
    everything = sum(one.credited_minutes for one in promised)
    counted = sum(one.credited_minutes for one in promised if requirement.counts(one))
    upwards = requirement.minimum is not None
    useful = [one.option for one in choices if _counts(requirement, one) == upwards]
    more = limits.bookable(useful)
    total = everything + more
    return 100 * (counted + (more if upwards else 0)) // total if total else 0


def _by_day(options: Iterable[SessionOption]) -> Mapping[date, list[SessionOption]]:
    days: defaultdict[date, list[SessionOption]] = defaultdict(list)
    for option in options:
        days[option.local_day].append(option)
    return days


def _sets(options: Sequence[SessionOption], load: DayLoad, limits: WeekLimits) -> Iterable[tuple[SessionOption, ...]]:
    """Yield the sets of sessions that a day can take beside what it holds."""
    for size in range(1, limits.sessions_a_day - load.sessions + 1):
        for some in combinations(options, size):
            minutes = sum(option.clinical_minutes for option in some)
            if load.minutes + minutes <= limits.minutes_a_day and _apart([option.interval for option in some]):
                yield some


def _apart(intervals: Sequence[Interval]) -> bool:
    ordered = sorted(intervals, key=lambda one: one.start)
    return all(earlier.end <= later.start for earlier, later in pairwise(ordered))
