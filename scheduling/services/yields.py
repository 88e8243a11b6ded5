"""What series yield together, week by week, read off their rules: occurrences need not be on yet. Writes nothing."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from people.domain.targets import MOST_DAYS_PER_WEEK
from people.domain.time import local_date
from people.domain.weeks import week_start
from people.models import Admission, Patient, Program
from people.services.plans import phases_of
from scheduling.domain.track_yield import Meeting, TrackYield, Wanted, WeeklyRule, track_yield
from scheduling.models import SessionSeries, StandingBooking
from scheduling.services.series_rules import expand

WEEKS = 8
"""Long enough for series of every second week, and for those of a day of the month."""

A_WEEK = timedelta(weeks=1)


def yield_of(
    series: Iterable[SessionSeries],
    *,
    program: Program,
    from_on: date,
    wanted: Wanted | None = None,
    rules: Sequence[WeeklyRule] = (),
) -> TrackYield:
    """The first eight whole weeks of the program from the day on. Without `wanted`, the program's own target.

    Weeks before all of the series have begun, and those after one has ended, are not looked at where others are.
    """
    listed = list(series)
    begun = max([from_on, *(date.fromisoformat(one.starts_at_local[:10]) for one in listed if not one.earlier)])
    first = week_start(begun + timedelta(days=6), program.week_begins)
    weeks = [first + number * A_WEEK for number in range(WEEKS)]
    ends = min((one.ends_on for one in listed if one.ends_on is not None), default=None)
    whole = [week for week in weeks if ends is None or week + timedelta(days=6) <= ends] or weeks[:1]
    target = wanted or Wanted(program.min_minutes, program.max_minutes, MOST_DAYS_PER_WEEK)
    return track_yield(
        [meeting for one in listed for meeting in meetings_of(one, first, weeks[-1] + A_WEEK)],
        weeks=whole,
        wanted=target,
        rules=rules,
    )


def wanted_on(admission: Admission, on: date) -> Wanted:
    """The target of the phase in force that day, else the program's."""
    phase = next((phase for phase in phases_of(admission) if phase.contains(on)), None)
    if phase is None:
        program = admission.program
        return Wanted(program.min_minutes, program.max_minutes, MOST_DAYS_PER_WEEK)
    return Wanted(phase.min_minutes, phase.max_minutes, phase.days_per_week)


def with_standing(patient: Patient, chosen: Sequence[SessionSeries], *, on: date) -> list[SessionSeries]:
    """The series that were chosen, and those in which the patient has a standing booking that day."""
    held = StandingBooking.objects.filter(patient=patient).in_force_between(on, on)
    rows = SessionSeries.objects.filter(pk__in=held.values("series_id")).select_related("site", "program")
    ids = {one.pk for one in chosen}
    return [*chosen, *(row for row in rows.prefetch_related("pauses") if row.pk not in ids)]


def meetings_of(series: SessionSeries, first: date, last: date) -> list[Meeting]:
    """The series' occurrences between the dates, read off its rule; its site and pauses read."""
    pauses = sum(pause["minutes"] for pause in series.breaks)
    return [
        Meeting(
            on=local_date(one.starts_at, series.site.zone),
            clinical_minutes=one.interval.minutes - pauses,
            kind=series.kind,
            focus=series.focus,
        )
        for one in expand(series, first=first, last=last)
    ]
