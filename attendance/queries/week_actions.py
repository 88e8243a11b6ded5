"""What was done about a person's weeks: what was raised, who called, what was booked and what was changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.models import Flag, Outreach, TreatmentWeek
from attendance.queries.outreach import what_was_done
from people.models import TrailEntry, User
from scheduling.enums import BookingStatus
from scheduling.models import Booking

PLAN_CHANGES = (
    "phase_added",
    "phase_changed",
    "phase_removed",
    "template_applied",
    "suggestion_accepted",
    "suggestion_dismissed",
    "leave_added",
    "leave_changed",
    "leave_removed",
    "discharged",
    "joined_series",
    "left_series",
    "work_hours_added",
    "work_hours_changed",
    "work_hours_removed",
    "work_hours_replaced",
    "work_day_changed",
)
"""The changes of the trail that bear on what somebody can attend, or on what is asked of them."""


@dataclass(frozen=True)
class PlanChange:
    """A change of the plan, or of what it has to fit round; `by` is empty where nobody is known."""

    at: datetime
    action: str
    by: str


@dataclass
class WeekActions:
    """Everything done about one week, each list oldest first.

    `booked`: what was booked for the week after it had begun, and still holds. `changed`: what was changed while it
    ran, once for each action, person and minute.
    """

    raised: list[Flag] = field(default_factory=list)
    steps: list[Outreach] = field(default_factory=list)
    booked: list[Booking] = field(default_factory=list)
    changed: list[PlanChange] = field(default_factory=list)


def actions_by_week(patient_id: int, weeks: Sequence[TreatmentWeek]) -> dict[int, WeekActions]:
    """What was done about each of one person's weeks, by the week's id; six queries, however many weeks."""
    found = {week.pk: WeekActions() for week in weeks}
    if not weeks:
        return found
    begun, over = min(week.starts_at for week in weeks), max(week.ends_at for week in weeks)
    steps = what_was_done(weeks)
    raised = _by_date(Flag.objects.filter(patient_id=patient_id, week__in={week.week for week in weeks}))
    booked = list(
        Booking.objects.filter(patient_id=patient_id, week__in={week.week for week in weeks}, created_at__gte=begun)
        .exclude(status__in=(BookingStatus.CANCELLED, BookingStatus.WAITLISTED))
        .select_related("session__site", "created_by")
        .order_by("created_at", "pk")
    )
    changed = _plan_changes(patient_id, begun, over)
    for week in weeks:
        of_week = found[week.pk]
        of_week.raised = [flag for flag in raised[week.week] if flag.admission_id == week.admission_id]
        of_week.steps = steps[week.pk]
        of_week.booked = [
            one
            for one in booked
            if one.admission_id == week.admission_id and one.week == week.week and one.created_at >= week.starts_at
        ]
        of_week.changed = [one for one in changed if week.starts_at <= one.at < week.ends_at]
    return found


def _by_date(flags: Iterable[Flag]) -> Mapping[date, list[Flag]]:
    found: dict[date, list[Flag]] = defaultdict(list)
    for flag in sorted(flags, key=lambda one: (one.raised_at, one.pk)):
        found[flag.week].append(flag)
    return found


def _plan_changes(patient_id: int, begun: datetime, over: datetime) -> list[PlanChange]:
    rows = TrailEntry.objects.filter(
        patient_id=patient_id, at__gte=begun, at__lt=over, action__in=PLAN_CHANGES
    ).order_by("at", "pk")
    entries = list(rows)
    names = dict(User.objects.filter(pk__in={row.actor_id for row in entries}).values_list("pk", "name"))
    changes = [PlanChange(row.at, row.action, names.get(row.actor_id or 0, "")) for row in entries]
    once = {(one.action, one.by, one.at.replace(second=0, microsecond=0)): one for one in reversed(changes)}
    return sorted(once.values(), key=lambda one: one.at)
