"""Measuring two things in turns, so that whatever else the machine does meets both."""

import gc
import resource
import time
from collections.abc import Callable


def seconds_of(work: Callable[[], object]) -> float:
    """How long one call takes, the garbage of earlier ones collected before."""
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turns(
    work: Callable[[], object], floor: Callable[[], object], *, rounds: int
) -> tuple[list[float], list[float]]:
    """The seconds of `work` and of `floor`, called in turns; once each before anything is measured."""
    work()
    floor()
    pairs = [(seconds_of(work), seconds_of(floor)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def peak_mb() -> int:
    """The most memory that this process or a child of it ever held, in megabytes (Linux counts in kilobytes)."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most // 1024
