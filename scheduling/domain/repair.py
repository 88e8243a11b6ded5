"""The fewest sessions that bring a week back: what is booked stays, and every added trip is dear."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scheduling.domain.fit import SessionOption
from scheduling.domain.planner import Costs, WeekAsk, best_week

DAYS_A_WEEK = 7
ADDITION = 1_000_000
ELSEWHERE = 2_000
REPAIR_COSTS = Costs(missing_minimum=10**12, missing_minute=10**8, lacking_kind=25_000, missing_day=0, trip=100_000)
"""In this order: the minutes, then the fewest additions, then trips, kinds, the home site, least surplus, the soonest.

Each weighs more than all that come after it can make of a week together.
"""


@dataclass(frozen=True)
class Repair:
    """The sessions to book, in order of time. `reaches`: with them the minimum is booked; else they are the most that
    can be had. `other_ways` counts the other single sessions that do as much as this one does alone.
    """

    added: tuple[SessionOption, ...]
    reaches: bool
    other_ways: int = 0

    @property
    def minutes(self) -> int:
        """What they add."""
        return sum(option.clinical_minutes for option in self.added)


class InTheWay(StrEnum):
    """What alone keeps a week from its minimum, the clinic's part before the patient's."""

    SEATS = "seats"
    PLAN_DAYS = "plan_days"
    WORK = "work"


@dataclass(frozen=True)
class WhyNot:
    """With this out of the way the sessions would bring the week back: `needed` are those that it stands before."""

    what: InTheWay
    needed: tuple[SessionOption, ...]
    minutes: int


def repair(options: Sequence[SessionOption], *, ask: WeekAsk, home_site_id: Hashable | None = None) -> Repair | None:
    """Return what to book; None where nothing is needed, or nothing can be added.

    Every option is taken to fit the patient and to have a seat.
    """
    if ask.need_minutes < 1:
        return None
    plan = best_week(options, ask=ask, costs=REPAIR_COSTS, prices=_prices(options, home_site_id))
    if not plan.added:
        return None
    reaches = plan.minutes >= ask.need_minutes
    others = _single_ways(options, ask) - 1 if reaches and len(plan.added) == 1 else 0
    return Repair(plan.added, reaches, max(0, others))


def why_not_repaired(
    open_to_them: Sequence[SessionOption],
    *,
    ask: WeekAsk,
    full: Sequence[SessionOption],
    at_work: Sequence[SessionOption],
) -> WhyNot | None:
    """Return the first thing that would bring the week back if it alone were out of the way; None where none would.

    `full` fit but for their seats, `at_work` but for the patient's work. Each answer is a solve of its own: the full
    ones with a seat, the plan's days without their limit, the ones at work in their free time.
    """
    lifted = {
        InTheWay.SEATS: ([*open_to_them, *full], ask),
        InTheWay.PLAN_DAYS: (list(open_to_them), replace(ask, limits=replace(ask.limits, days_limit=DAYS_A_WEEK))),
        InTheWay.WORK: ([*open_to_them, *at_work], ask),
    }
    known = {option.id for option in open_to_them}
    for what, (options, asked) in lifted.items():
        if what != InTheWay.PLAN_DAYS and len(options) == len(open_to_them):
            continue
        if asked.limits.bookable(options) < asked.need_minutes:
            continue
        prices = {option.id: ADDITION + (10 * ADDITION if option.id not in known else 0) for option in options}
        plan = best_week(options, ask=asked, costs=REPAIR_COSTS, prices=prices)
        return WhyNot(what, tuple(one for one in plan.added if one.id not in known), plan.minutes)
    return None


def _prices(options: Sequence[SessionOption], home_site_id: Hashable | None) -> dict[Hashable, int]:
    """Each addition's price: itself, another site than home, what it is longer than need be, and how late it is."""
    first = min((option.local_day for option in options), default=None)
    return {
        option.id: ADDITION
        + (ELSEWHERE if home_site_id is not None and option.site_id != home_site_id else 0)
        + option.clinical_minutes // 5 * 8
        + ((option.local_day - first).days if first else 0)
        for option in options
    }


def _single_ways(options: Sequence[SessionOption], ask: WeekAsk) -> int:
    """How many of the options reach the minimum by themselves, equal ones once."""
    return len(
        {
            (option.interval, option.kind, option.mode, option.site_id)
            for option in options
            if option.clinical_minutes >= ask.need_minutes and ask.limits.allow(option)
        }
    )
