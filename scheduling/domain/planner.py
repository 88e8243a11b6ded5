"""The best week for one patient, given a price on every seat: exact, as a shortest path over the days.

A program's many parallel sessions cost nothing: those that are the same choice for the patient are one class, and a
day's sets of classes with the same minutes and kinds are one pattern.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import gcd
from typing import NamedTuple

from scheduling.domain.bookable import NOTHING, WeekLimits
from scheduling.domain.fit import Mode, SessionOption
from scheduling.domain.reach import Around, Held, Stay, around, is_free


@dataclass(frozen=True, slots=True)
class Costs:
    """What a week lacks, and what it asks of the patient, in whole points: integers, so that ties stay ties.

    `missing_minimum` is due once where the minutes are not reached, `missing_minute` for each that is missing,
    `lacking_kind` for each kind that the plan asks for, `missing_day` for each day under `min_days`, and `trip` for
    each day with something in person, unless the patient comes in that day anyway.
    """

    missing_minimum: int = 20_000
    missing_minute: int = 20
    lacking_kind: int = 300
    missing_day: int = 150
    trip: int = 20


@dataclass(frozen=True)
class WeekAsk:
    """What is still asked of the week: minutes, kinds and days, within its limits.

    `trip_days` are those on which the patient comes in already.
    """

    need_minutes: int
    limits: WeekLimits
    wanted_kinds: frozenset[str] = frozenset()
    min_days: int = 0
    trip_days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class WeekPlan:
    """The sessions to add, in order of time, and what the week then costs."""

    added: tuple[SessionOption, ...]
    cost: int

    @property
    def minutes(self) -> int:
        """What is added."""
        return sum(option.clinical_minutes for option in self.added)


class _Class(NamedTuple):
    """Sessions that are the same choice, and the cheapest of them; `rank` is its place among all ids."""

    stay: Stay
    minutes: int
    kinds: int
    in_person: bool
    price: int
    rank: int


@dataclass(frozen=True)
class _Day:
    """A day's choices in order of time, and what lies around it."""

    on: date
    classes: Sequence[_Class]
    around: Around


class _Pattern(NamedTuple):
    """What a day can take together, where it begins how early, and what it leaves to later days. `ranks` ascend."""

    cost: int
    ranks: tuple[int, ...]
    steps: int
    kinds: int
    firsts: Held
    leaves: Held


class _State(NamedTuple):
    """What the days to come depend on: days used, minutes added, kinds present, from when on one can be where."""

    days: int
    steps: int
    kinds: int
    held: Held


# Cost so far, and each day's ranks: of equal costs the least comes first.
_Path = tuple[int, tuple[tuple[int, ...], ...]]


def best_week(
    options: Iterable[SessionOption],
    *,
    ask: WeekAsk,
    costs: Costs | None = None,
    prices: Mapping[Hashable, int] | None = None,
) -> WeekPlan:
    """Return the set of options whose week costs least; it may be empty.

    Every option is taken to fit the patient and to have a seat; no two of the set overlap, nor follow each other at two
    sites faster than the way. A day that gains something stays, with what it holds, within the day's limits; new days
    and those used are at most the week's, and all that is added at most its room. What exists beyond a limit only keeps
    its own day, or new days, from gaining. `prices`, 0 or more, are due for each session by its id. Among equal costs
    the least vector of each day's ids wins.

    1. Put equal choices together, and a day's sets of them that lead to the same.
    2. Day by day keep the least path to each state.
    3. Add what the state at the end still lacks, and take the least.
    """
    costs = costs or Costs()
    ranked = _ranked(options, ask.limits.room_minutes)
    step = gcd(*(option.clinical_minutes for option in ranked)) or 1
    wanted = {kind: 1 << place for place, kind in enumerate(sorted(ask.wanted_kinds))}
    end = _End(ask, costs, step)
    paths: dict[_State, _Path] = {_State(len(ask.limits.existing_by_day), 0, 0, ()): (0, ())}
    best_end = min(cost + end.cost(state) for state, (cost, _) in paths.items())
    for today in _days(ranked, wanted, prices or {}):
        patterns = _patterns_of(today, ask, costs, step)
        paths = _over_day(paths, patterns, today, ask.limits, room_steps=ask.limits.room_minutes // step, most=best_end)
        best_end = min(best_end, min(cost + end.cost(state) for state, (cost, _) in paths.items()))
    cost, ranks = min((cost + end.cost(state), ranks) for state, (cost, ranks) in paths.items())
    added = [ranked[rank] for of_day in ranks for rank in of_day]
    return WeekPlan(tuple(sorted(added, key=lambda option: option.interval.start)), cost)


class _End:
    """What a week costs for what it lacks."""

    def __init__(self, ask: WeekAsk, costs: Costs, step: int) -> None:
        self._ask, self._costs, self._step = ask, costs, step

    def cost(self, state: _State) -> int:
        """The cost of a week that ends in the state."""
        missing = max(0, self._ask.need_minutes - state.steps * self._step)
        lacking = len(self._ask.wanted_kinds) - state.kinds.bit_count()
        few = max(0, self._ask.min_days - state.days)
        return (
            (self._costs.missing_minimum if missing else 0)
            + missing * self._costs.missing_minute
            + lacking * self._costs.lacking_kind
            + few * self._costs.missing_day
        )


def _ranked(options: Iterable[SessionOption], room_minutes: int) -> list[SessionOption]:
    """The options that the week has room for, in the order of their ids."""
    usable = [option for option in options if 0 < option.clinical_minutes <= room_minutes]
    return sorted(usable, key=lambda option: option.id)  # type: ignore[arg-type, return-value]


def _days(ranked: Sequence[SessionOption], wanted: Mapping[str, int], prices: Mapping[Hashable, int]) -> list[_Day]:
    """The days in order, each with its choices: of sessions alike in times, kind, minutes, mode and site one."""
    by_day: defaultdict[date, dict[tuple[object, ...], _Class]] = defaultdict(dict)
    for rank, option in enumerate(ranked):
        one = _Class(
            stay=Stay.of(option),
            minutes=option.clinical_minutes,
            kinds=wanted.get(option.kind, 0),
            in_person=option.mode != Mode.TELEHEALTH,
            price=prices.get(option.id, 0),
            rank=rank,
        )
        alike = (option.interval, option.kind, option.clinical_minutes, option.mode, option.site_id)
        known = by_day[option.local_day].get(alike)
        if known is None or one.price < known.price:
            by_day[option.local_day][alike] = one
    listed = [(on, sorted(found.values(), key=_in_time)) for on, found in sorted(by_day.items())]
    neighbours = around([_stays(classes) for _on, classes in listed])
    return [_Day(on, classes, beside) for (on, classes), beside in zip(listed, neighbours, strict=True)]


def _stays(classes: Iterable[_Class]) -> list[Stay]:
    return [one.stay for one in classes]


def _in_time(one: _Class) -> tuple[object, ...]:
    return one.stay.start, one.stay.end, *one[1:]


def _patterns_of(today: _Day, ask: WeekAsk, costs: Costs, step: int) -> list[_Pattern]:
    """The day's patterns, the least first; of those that lead to the same only that one."""
    load = ask.limits.existing_by_day.get(today.on, NOTHING)
    trip = 0 if today.on in ask.trip_days else costs.trip
    least: dict[tuple[object, ...], _Pattern] = {}
    minutes, sessions = ask.limits.minutes_a_day - load.minutes, ask.limits.sessions_a_day - load.sessions
    for chosen in _sets(today.classes, minutes, sessions):
        stays = _stays(chosen)
        pattern = _Pattern(
            cost=sum(one.price for one in chosen) + (trip if any(one.in_person for one in chosen) else 0),
            ranks=tuple(sorted(one.rank for one in chosen)),
            steps=sum(one.minutes for one in chosen) // step,
            kinds=_union(chosen),
            firsts=today.around.firsts(stays),
            leaves=today.around.held_by(stays),
        )
        alike = (pattern.steps, pattern.kinds, pattern.leaves, pattern.firsts)
        if alike not in least or pattern[:2] < least[alike][:2]:
            least[alike] = pattern
    return sorted(least.values())


def _union(chosen: Sequence[_Class]) -> int:
    kinds = 0
    for one in chosen:
        kinds |= one.kinds
    return kinds


def _sets(
    classes: Sequence[_Class], minutes: int, sessions: int, after: int = 0, chosen: tuple[_Class, ...] = ()
) -> Iterator[tuple[_Class, ...]]:
    """The sets of one to `sessions` choices that do not overlap, leave time for the way from one site to another, and
    take at most `minutes`, in order of time."""
    if sessions < 1:
        return
    for place in range(after, len(classes)):
        one = classes[place]
        stay = one.stay
        if one.minutes > minutes or (chosen and stay.start < chosen[-1].stay.end):
            continue
        if stay.site is not None and not all(stay.follows(other.stay) for other in chosen):
            continue
        grown = (*chosen, one)
        yield grown
        if sessions > 1:
            yield from _sets(classes, minutes - one.minutes, sessions - 1, place + 1, grown)


def _over_day(
    paths: Mapping[_State, _Path],
    patterns: Sequence[_Pattern],
    today: _Day,
    limits: WeekLimits,
    *,
    room_steps: int,
    most: int,
) -> dict[_State, _Path]:
    """The least path to each state after the day; taking nothing of it is always possible.

    Costs only grow: a path that costs more than `most`, what some whole week costs, leads nowhere.
    """
    new_day = 0 if today.on in limits.existing_by_day else 1
    reached: dict[_State, _Path] = {}
    for state, (cost, ranks) in paths.items():
        held = state.held
        _keep(reached, _State(state.days, state.steps, state.kinds, today.around.still(held)), (cost, (*ranks, ())))
        days = state.days + new_day
        if new_day and days > limits.days_limit:
            continue
        for pattern in patterns:
            total, steps = cost + pattern.cost, state.steps + pattern.steps
            if total > most or steps > room_steps or not is_free(held, pattern.firsts):
                continue
            left = today.around.still(held, pattern.leaves) if held else pattern.leaves
            after = _State(days, steps, state.kinds | pattern.kinds, left)
            _keep(reached, after, (total, (*ranks, pattern.ranks)))
    return reached


def _keep(reached: dict[_State, _Path], state: _State, path: _Path) -> None:
    known = reached.get(state)
    if known is None or path < known:
        reached[state] = path
