"""What a week offered: the most that one person could have attended of the sessions open to them."""

from bisect import bisect_right
from collections.abc import Iterable

from people.domain.time import Interval


def most_attendable_minutes(sessions: Iterable[tuple[Interval, int]]) -> int:
    """Return the largest sum of minutes of sessions that do not overlap; those that only touch do not.

    Parallel sessions count once: nobody attends two at the same time. Whatever the person's work, limits and plan.
    """
    ordered = sorted(sessions, key=lambda one: one[0].end)
    ends = [interval.end for interval, _ in ordered]
    best = [0]
    for position, (interval, minutes) in enumerate(ordered):
        before = bisect_right(ends, interval.start, 0, position)
        best.append(max(best[position], best[before] + minutes))
    return best[-1]
