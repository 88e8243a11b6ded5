"""Whether what is held standing still fits what a phase of a plan asks for, and what could be given up."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from people.domain.weeks import Weekday, week_start
from scheduling.domain.track_yield import Meeting, TrackWarning, TrackYield, Wanted, track_yield

MOST_WEEKS = 8
A_WEEK = timedelta(weeks=1)
UNFIT = (TrackWarning.BELOW_MINIMUM, TrackWarning.OVER_MAXIMUM, TrackWarning.OVER_DAYS)
"""What makes standing bookings unfit for a phase; little slack is no news of the plan's."""


def whole_weeks(first: date, last: date | None, *, first_weekday: Weekday) -> list[date]:
    """Return the first dates of the weeks that lie wholly between the dates, eight at most; `last` None: no end."""
    begins = week_start(first + timedelta(days=6), first_weekday)
    weeks = [begins + number * A_WEEK for number in range(MOST_WEEKS)]
    return [week for week in weeks if last is None or week + timedelta(days=6) <= last]


def fit_of(held: Mapping[int, Sequence[Meeting]], *, weeks: Sequence[date], wanted: Wanted) -> TrackYield:
    """Return what all that is held comes to in these weeks, its warnings only those in `UNFIT`."""
    found = track_yield([one for meetings in held.values() for one in meetings], weeks=weeks, wanted=wanted)
    warnings = tuple(one for one in found.warnings if one in UNFIT)
    return TrackYield(
        found.least_minutes, found.most_minutes, found.least_days, found.most_days, wanted, warnings=warnings
    )


def can_be_given_up(held: Mapping[int, Sequence[Meeting]], *, weeks: Sequence[date], wanted: Wanted) -> list[int]:
    """Return the keys of what is held, each of which given up by itself leaves a rest that fits.

    Empty where the whole is not too much, and where no single one is enough.
    """
    if not set(fit_of(held, weeks=weeks, wanted=wanted).warnings) & {
        TrackWarning.OVER_MAXIMUM,
        TrackWarning.OVER_DAYS,
    }:
        return []
    rests = ((key, {other: held[other] for other in held if other != key}) for key in held)
    return [key for key, rest in rests if not fit_of(rest, weeks=weeks, wanted=wanted).warnings]
