"""Putting down what a closed week was found to be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from attendance.domain.status import BOARD_ORDER, projected_minutes, shortfall_minutes, week_status
from attendance.models import AttendanceRecord, TreatmentWeek, WeekRevision
from attendance.queries.weeks import unsigned_sessions
from attendance.services.figures import Figures, Places, figures_of
from attendance.services.kept_requirements import asked_when_closed
from attendance.services.offers import Offers
from people.models import User


def final_figures(weeks: Sequence[TreatmentWeek], *, now: datetime, as_closed: bool = False) -> dict[int, Figures]:
    """The figures of weeks whose `closed_at` is set, by id: nothing is booked or bookable any more.

    `as_closed`: against the requirements that were asked when they closed, not those of now.
    """
    kept = asked_when_closed(weeks) if as_closed else None
    return figures_of(weeks, places=Places(), offers=Offers(now=now), now=now, kept=kept)


def on_frozen_target(week: TreatmentWeek, found: Figures) -> Figures:
    """The figures as found now, judged by the target and the offer that the week was closed with."""
    projected = projected_minutes(credited_minutes=found.credited_minutes, booked_minutes=0, is_open=False)
    status = week_status(
        min_minutes=week.min_minutes,
        max_minutes=week.max_minutes,
        credited_minutes=found.credited_minutes,
        booked_minutes=0,
        bookable_minutes=0,
        is_open=False,
        exempt=week.exempt,
    )
    return replace(
        found,
        min_minutes=week.min_minutes,
        max_minutes=week.max_minutes,
        exempt=week.exempt,
        transition=week.transition,
        offered_minutes=week.offered_minutes,
        shortfall_minutes=shortfall_minutes(min_minutes=week.min_minutes, projected_minutes=projected),
        status=str(status),
        status_rank=BOARD_ORDER.index(status),
    )


def put_down(
    weeks: Sequence[TreatmentWeek],
    found: Mapping[int, Figures],
    *,
    cause: str,
    actor: User | None,
    now: datetime,
    reason: str = "",
) -> list[WeekRevision]:
    """A revision of each week, numbered as its row says, with the records counted; two queries and one statement."""
    records = records_of(weeks)
    unsigned = unsigned_sessions(weeks, now=now)
    return WeekRevision.objects.bulk_create(
        [
            WeekRevision(
                week=week,
                number=week.revision,
                at=now,
                by=actor,
                cause=cause,
                reason=reason,
                figures=asdict(found[week.pk]),
                records=records[week.pk],
                unsigned=unsigned[week.pk],
            )
            for week in weeks
        ],
        batch_size=500,
    )


def records_of(weeks: Iterable[TreatmentWeek]) -> dict[int, list[dict[str, Any]]]:
    """What was marked in each week, by the week's id, in the order of the sessions; one query."""
    listed = list(weeks)
    rows = (
        AttendanceRecord.objects.filter(
            booking__admission_id__in={week.admission_id for week in listed},
            booking__week__in={week.week for week in listed},
            booking__live=True,
        )
        .order_by("starts_at", "pk")
        .values_list(
            "booking__admission_id",
            "booking__week",
            "pk",
            "booking_id",
            "session_id",
            "starts_at",
            "status",
            "planned_minutes",
            "deductions",
            "credited_minutes",
            "booking__makes_up_for",
            "booking__makes_up_for__starts_at",
        )
    )
    by_week: dict[tuple[int, date], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        admission_id, week, pk, booking_id, session_id, starts_at, status = row[:7]
        planned, taken, credited, missed_id, missed_at = row[7:]
        record: dict[str, Any] = {
            "attendance": pk,
            "booking": booking_id,
            "session": session_id,
            "starts_at": starts_at.isoformat(),
            "status": status,
            "planned_minutes": planned,
            "deductions": taken,
            "credited_minutes": credited,
        }
        if missed_at is not None:
            record["makes_up_for"] = {"booking": missed_id, "starts_at": missed_at.isoformat()}
        by_week[admission_id, week].append(record)
    return {week.pk: by_week.get((week.admission_id, week.week), []) for week in listed}
