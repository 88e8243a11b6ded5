"""Saying that weeks must be recounted, and taking up what was said."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce

from attendance.models import RecountMark, TreatmentWeek
from scheduling.enums import SessionState
from scheduling.models import Session

MARKS_AT_ONCE = 2_000
WEEKS_AT_ONCE = 500
A_WEEK = timedelta(days=7)
OLDEST_FIGURES = timedelta(hours=24)
"""Figures of a week that is not over are counted again after this, whatever was said."""

Span = tuple[datetime, datetime]


def mark_patients(spans: Iterable[tuple[int, Span | None]], *, now: datetime) -> None:
    """The weeks of these patients that meet their spans must be recounted; without a span, all that are open."""
    RecountMark.objects.bulk_create(
        RecountMark(patient_id=patient_id, from_at=span and span[0], to_at=span and span[1], made_at=now)
        for patient_id, span in spans
    )


def mark_programs(spans: Iterable[tuple[int, Span]], *, now: datetime) -> None:
    """The weeks of everybody in these programs that meet the spans must be recounted."""
    RecountMark.objects.bulk_create(
        RecountMark(program_id=program_id, from_at=span[0], to_at=span[1], made_at=now) for program_id, span in spans
    )


def take_up_marks(*, now: datetime) -> int:
    """Set `stale_at` on the open weeks that marks name, and delete the marks; the number of weeks.

    Weeks are locked in the order of their ids, as by every other writer of weeks.
    """
    with transaction.atomic():
        marks = list(RecountMark.objects.select_for_update(skip_locked=True).order_by("pk")[:MARKS_AT_ONCE])
        if not marks:
            return 0
        named = _weeks_of_patients(marks) | _weeks_of_programs(marks)
        marked = set_stale(sorted(named), now=now)
        RecountMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return marked


def mark_what_time_changed(*, now: datetime) -> int:
    """Set `stale_at` where a session whose booking has closed since was still counted as bookable; the number of weeks.

    Time passing sends no signal. Figures a day old are counted again too, so that nothing stays wrong for longer.
    """
    closed: dict[datetime, list[int]] = {}
    for program_id, cutoff_minutes, starts_at in _last_closed(now):
        closed.setdefault(starts_at - timedelta(minutes=cutoff_minutes), []).append(program_id)
    behind = Q(computed_at__lt=now - OLDEST_FIGURES)
    for closed_at, program_ids in closed.items():
        behind |= Q(program_id__in=program_ids, bookable_minutes__gt=0, computed_at__lt=closed_at)
    weeks = TreatmentWeek.objects.open().filter(behind, stale_at=None, ends_at__gt=now)
    ids = list(weeks.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        return set_stale(ids, now=now)


def set_stale(week_ids: list[int], *, now: datetime) -> int:
    """Say that these weeks, in the order of their ids, are behind; since when is kept. Call it in a transaction."""
    chunks = [week_ids[at : at + WEEKS_AT_ONCE] for at in range(0, len(week_ids), WEEKS_AT_ONCE)]
    marked = 0
    for chunk in chunks:
        weeks = TreatmentWeek.objects.open().filter(pk__in=chunk)
        list(weeks.select_for_update().order_by("pk").values_list("pk", flat=True))
        marked += weeks.update(stale_at=Coalesce(F("stale_at"), now), change_count=F("change_count") + 1)
    return marked


def _weeks_of_patients(marks: list[RecountMark]) -> set[int]:
    spans: dict[int, list[RecountMark]] = {}
    for mark in marks:
        if mark.patient_id is not None:
            spans.setdefault(mark.patient_id, []).append(mark)
    patient_ids = sorted(spans)
    named: set[int] = set()
    for at in range(0, len(patient_ids), WEEKS_AT_ONCE):
        weeks = TreatmentWeek.objects.open().filter(patient_id__in=patient_ids[at : at + WEEKS_AT_ONCE])
        for pk, patient_id, starts_at, ends_at in weeks.values_list("pk", "patient_id", "starts_at", "ends_at"):
            if any(_meets(mark, starts_at, ends_at) for mark in spans[patient_id]):
                named.add(pk)
    return named


def _weeks_of_programs(marks: list[RecountMark]) -> set[int]:
    spans = {(mark.program_id, mark.from_at, mark.to_at) for mark in marks if mark.program_id is not None}
    named: set[int] = set()
    for program_id, from_at, to_at in spans:
        weeks = TreatmentWeek.objects.open().filter(program_id=program_id)
        if from_at is not None and to_at is not None:
            weeks = weeks.filter(starts_at__lt=to_at, ends_at__gt=from_at)
        named.update(weeks.values_list("pk", flat=True))
    return named


def _meets(mark: RecountMark, starts_at: datetime, ends_at: datetime) -> bool:
    return mark.from_at is None or mark.to_at is None or (starts_at < mark.to_at and mark.from_at < ends_at)


def _last_closed(now: datetime) -> Iterable[tuple[int, int, datetime]]:
    """Each program's latest session for which booking has closed: program, cut-off minutes, start."""
    cutoffs = set(
        Session.objects.filter(starts_at__gt=now - A_WEEK).values_list("program__booking_cutoff_minutes", flat=True)
    )
    for cutoff_minutes in sorted(cutoffs):
        latest = (
            Session.objects.filter(
                state=SessionState.SCHEDULED,
                program__booking_cutoff_minutes=cutoff_minutes,
                starts_at__gt=now - A_WEEK,
                starts_at__lte=now + timedelta(minutes=cutoff_minutes),
            )
            .order_by()
            .values_list("program_id")
            .annotate(latest=Max("starts_at"))
        )
        for program_id, starts_at in latest:
            yield program_id, cutoff_minutes, starts_at
