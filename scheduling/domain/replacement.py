"""Another evening for a session that cannot be held: when most of its people could come."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from people.domain.time import Interval


@dataclass(frozen=True)
class Replacement:
    """A time, and who of those asked about is free then."""

    interval: Interval
    free: frozenset[Hashable]


def best_replacement(
    times: Iterable[Interval], *, blocked: Sequence[Interval], people: Mapping[Hashable, Sequence[Interval]]
) -> Replacement | None:
    """The time at which most people are free, the earliest of equal ones; None where nobody could come at any.

    `blocked` are times at which the room, whoever leads, or the site cannot be had; `people` maps each person to when
    they cannot come.
    """
    best: Replacement | None = None
    for time in sorted(times):
        if any(time.overlaps(other) for other in blocked):
            continue
        free = frozenset(who for who, busy in people.items() if not any(time.overlaps(other) for other in busy))
        if free and (best is None or len(free) > len(best.free)):
            best = Replacement(time, free)
    return best
