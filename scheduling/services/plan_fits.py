"""Which standing bookings no longer fit a plan, phase by phase. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from people.domain.targets import Phase
from people.models import Admission
from scheduling.domain.plan_fit import A_WEEK, can_be_given_up, fit_of, whole_weeks
from scheduling.domain.track_yield import Meeting, TrackYield, Wanted
from scheduling.models import StandingBooking
from scheduling.services.yields import meetings_of


@dataclass(frozen=True)
class PhaseFit:
    """What is held standing in a phase and comes to; `give_up` are those of which any one given up leaves a fit."""

    phase: Phase
    found: TrackYield
    held: tuple[StandingBooking, ...]
    give_up: tuple[StandingBooking, ...]

    @property
    def fits(self) -> bool:
        """Whether it is neither too much nor leaves the week short."""
        return not self.found.warnings


def plan_fits(admission: Admission, phases: Sequence[Phase], *, today: date) -> list[PhaseFit]:
    """Each phase that has a whole week ahead and somebody's evenings in it, in order; three queries at most.

    Up to eight weeks of a phase are looked at, each evening only on the days of its membership.
    """
    rows = list(
        StandingBooking.objects.filter(admission=admission)
        .in_force_between(today, None)
        .select_related("series__site", "series__program")
        .prefetch_related("series__pauses")
        .order_by("pk")
    )
    found = (_fit(admission, phase, rows, today=today) for phase in phases) if rows else ()
    return [one for one in found if one is not None]


def _fit(admission: Admission, phase: Phase, rows: Sequence[StandingBooking], *, today: date) -> PhaseFit | None:
    last = min((on for on in (phase.ends_on, admission.discharged_on) if on is not None), default=None)
    first = max(phase.starts_on, today)
    weeks = whole_weeks(first, last, first_weekday=admission.program.week_begins)
    if not weeks:
        return None
    meetings = {row.pk: _meetings(row, weeks) for row in rows}
    held = {pk: found for pk, found in meetings.items() if found}
    if not held:
        return None
    wanted = Wanted(phase.min_minutes, phase.max_minutes, phase.days_per_week)
    spare = set(can_be_given_up(held, weeks=weeks, wanted=wanted))
    return PhaseFit(
        phase,
        fit_of(held, weeks=weeks, wanted=wanted),
        tuple(row for row in rows if row.pk in held),
        tuple(row for row in rows if row.pk in spare),
    )


def _meetings(row: StandingBooking, weeks: Sequence[date]) -> list[Meeting]:
    return [one for one in meetings_of(row.series, weeks[0], weeks[-1] + A_WEEK) if row.covers(one.on)]
