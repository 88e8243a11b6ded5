"""What one round of a race is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.clients import Call, Reply


@dataclass(frozen=True)
class Round:
    """The calls of one round, and what is wrong with the replies to them (beside what the oracle finds)."""

    calls: Sequence[Call]
    complaints: Callable[[Sequence[Reply]], list[str]]
