"""Weeks in a row that reached their target, or did not: when to step down, and when to look at a plan again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from people.domain.targets import Phase

A_WEEK = timedelta(weeks=1)


class RunKind(StrEnum):
    """What the weeks of a run have in common."""

    MET = "met"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class PastWeek:
    """A week that is over. `settled`: all of its rosters are marked; `counts`: neither exempt nor a transition."""

    starts_on: date
    min_minutes: int
    credited_minutes: int
    settled: bool = True
    counts: bool = True

    @property
    def kind(self) -> RunKind:
        """Whether it reached its target."""
        return RunKind.MET if self.credited_minutes >= self.min_minutes else RunKind.BELOW


@dataclass(frozen=True, slots=True)
class Run:
    """So many weeks in a row; those that do not count lie between without breaking it."""

    kind: RunKind
    first: date
    last: date
    weeks: int


def latest_run(weeks: Sequence[PastWeek], *, since: date) -> Run | None:
    """Return the run that the latest settled week belongs to; None where no week counts. `weeks` in any order.

    1. Only weeks that begin on `since` or later are looked at: a new target begins a new run.
    2. The latest ones that still wait for a roster are passed over; further back such a week ends the run, as does a
       week of the other kind and one that is not there.
    """
    known = {week.starts_on: week for week in weeks if week.starts_on >= since}
    if not known:
        return None
    first, last = min(known), max(known)
    found: list[PastWeek] = []
    on = last
    while on >= first and on in known:
        week = known[on]
        on -= A_WEEK
        if not week.counts:
            continue
        if not week.settled:
            if found:
                break
            continue
        if found and week.kind != found[0].kind:
            break
        found.append(week)
    return Run(found[0].kind, found[-1].starts_on, found[0].starts_on, len(found)) if found else None


def target_since(phases: Sequence[Phase], on: date) -> Phase | None:
    """Return the phase in force on the day, its first day that from which on the same minutes were asked for.

    Phases side by side with the same minimum are one; None where no phase covers the day.
    """
    current = next((phase for phase in phases if phase.contains(on)), None)
    if current is None:
        return None
    begins = current.starts_on
    for phase in sorted(phases, key=lambda one: one.starts_on, reverse=True):
        beside = phase.ends_on is not None and phase.ends_on == begins - timedelta(days=1)
        if beside and (phase.min_minutes, phase.transition) == (current.min_minutes, current.transition):
            begins = phase.starts_on
    return replace(current, starts_on=begins)
