"""How an admission stands against what is asked beside the target, over all its weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from attendance.domain.requirements import AttendedSession, Judgement, Measure, Window, judge
from attendance.models import Requirement
from people.domain.time import DateRange, local_date
from people.models import Admission, Program
from scheduling.domain.track_yield import WeeklyRule
from scheduling.models import Booking


@dataclass(frozen=True)
class JudgedRequirement:
    """A rule, and how the admission stands against it at the end of a day."""

    requirement: Requirement
    judgement: Judgement


def judged_requirements(admission: Admission, *, now: datetime) -> list[JudgedRequirement]:
    """What is asked of the admission, by name, each judged on its own as of today; three queries.

    `admission` has its site and program read.
    """
    asked = list(Requirement.objects.asked_of([admission.pk], [admission.program_id]).order_by("name", "pk"))
    if not asked:
        return []
    attended = _attended(admission)
    leaves = [DateRange(row.starts_on, row.ends_on) for row in admission.leaves.all()]
    return [
        JudgedRequirement(
            row,
            judge(
                row.rule,
                attended=attended,
                first_weekday=admission.program.week_begins,
                admitted_on=admission.admitted_on,
                discharged_on=admission.discharged_on,
                leaves=leaves,
                as_of=local_date(now, admission.zone),
            ),
        )
        for row in asked
    ]


def weekly_rules(program: Program, admission: Admission | None = None, *, on: date) -> list[WeeklyRule]:
    """What is asked of every week on that date, in the program and of the admission, as a track can be held against it;
    one query. A share of what was planned is no figure of a track.
    """
    asked = Requirement.objects.asked_of([admission.pk] if admission else [], [program.pk])
    rows = asked.filter(window=Window.WEEK).exclude(measure=Measure.PERCENT).order_by("name", "pk")
    return [
        WeeklyRule(
            name=row.name,
            measure=row.measure,
            minimum=row.minimum,
            maximum=row.maximum,
            day_minimum_minutes=row.day_minimum_minutes,
            kinds=tuple(row.kinds),
            foci=tuple(row.foci),
        )
        for row in rows
        if row.rule.in_force(on)
    ]


def _attended(admission: Admission) -> Sequence[AttendedSession]:
    rows = (
        Booking.objects.live()
        .filter(admission=admission, marked_at__isnull=False)
        .order_by("starts_at", "pk")
        .values_list("starts_at", "session__kind", "session__focus", "counted_minutes")
    )
    return [
        AttendedSession(local_date(starts_at, admission.zone), kind, focus, minutes)
        for starts_at, kind, focus, minutes in rows
    ]
