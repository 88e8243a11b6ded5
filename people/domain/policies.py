"""How a program counts attendance, and from which day on it counts otherwise: a change never rewrites the past."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

MOST_GRACE_MINUTES = 60
MOST_CUTOFF_MINUTES = 240


@dataclass(frozen=True, slots=True)
class AttendancePolicy:
    """Rule 3's grace, late cut-off (None: none) and rounding, and rule 4's policy for partial weeks."""

    grace_minutes: int = 0
    late_cutoff_minutes: int | None = 15
    rounding: str = "exact"
    partial_week_policy: str = "prorate"


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy, and the first local date on which it holds."""

    in_force_from: date
    policy: AttendancePolicy

    def as_json(self) -> dict[str, Any]:
        """As the program's row keeps it."""
        return {"in_force_from": self.in_force_from.isoformat(), **asdict(self.policy)}


def policy_on(on: date, *, first: AttendancePolicy, changes: Sequence[PolicyChange]) -> AttendancePolicy:
    """Return the policy in force on a day: that of the latest change that has begun, or the first one."""
    begun = [change for change in changes if change.in_force_from <= on]
    return max(begun, key=lambda change: change.in_force_from).policy if begun else first


def with_change(changes: Sequence[PolicyChange], new: PolicyChange) -> list[PolicyChange]:
    """Return the changes in order, the new one instead of another of the same day."""
    others = [change for change in changes if change.in_force_from != new.in_force_from]
    return sorted([*others, new], key=lambda change: change.in_force_from)


def read_changes(kept: Sequence[Mapping[str, Any]]) -> list[PolicyChange]:
    """Return the changes that a program's row keeps."""
    return [
        PolicyChange(
            date.fromisoformat(one["in_force_from"]),
            AttendancePolicy(**{name: value for name, value in one.items() if name != "in_force_from"}),
        )
        for one in kept
    ]
