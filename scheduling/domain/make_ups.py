"""What may be made up for, and when: a make-up stands for one absence, and counts where it is attended."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Sitting:
    """An absence, or a booking that might make up for it: when, on which local day, and in which week."""

    id: Hashable
    starts_at: datetime
    on: date
    week: date


def near_enough(make_up: Sitting, absence: Sitting, *, days: int) -> bool:
    """Whether one may stand for the other: in the same week always, else so many days apart at most."""
    return make_up.week == absence.week or abs((make_up.on - absence.on).days) <= days


def pair(made: Iterable[Sitting], absences: Sequence[Sitting]) -> dict[Hashable, Hashable]:
    """What each booking that brings a week back makes up for: the first absence of its own week that nobody has taken.

    Bookings and absences are taken in the order of time; what is left over pairs with nothing.
    """
    left = sorted(absences, key=_in_time)
    pairs: dict[Hashable, Hashable] = {}
    for one in sorted(made, key=_in_time):
        found = next((absence for absence in left if absence.week == one.week), None)
        if found is not None:
            left.remove(found)
            pairs[one.id] = found.id
    return pairs


def _in_time(one: Sitting) -> tuple[datetime, str]:
    return one.starts_at, str(one.id)
