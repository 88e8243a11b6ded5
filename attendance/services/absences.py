"""People who stayed away: a first unexcused absence, repeated ones, and 7, 14 or 30 days of silence. Writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef

from attendance.domain.absences import COUNTED, misses_in_a_row
from attendance.enums import AttendanceStatus, FlagKind
from attendance.models import AttendanceRecord
from people.domain.time import local_date
from people.models import Admission, Leave

STILL_TOLD = timedelta(days=14)
"""An absence that long ago gives no cause any more."""

RAISED_WITHIN = timedelta(days=7)
"""An absence raises a flag in the days after it; recorded later, it has become history."""

SILENT_DAYS = (7, 14, 30)
"""Days without being seen that are worth a flag, each worse than the one before (design)."""

NEWCOMER_DAYS = 30
AT_ONCE = 500


@dataclass(frozen=True)
class Stayed:
    """What one person's absences or silence give cause for, once for each (admission, week, kind)."""

    kind: str
    admission_id: int
    patient_id: int
    week: date
    facts: dict[str, Any]
    raises: bool = True


@dataclass(frozen=True)
class _Miss:
    """A mark in an admission's record."""

    status: str
    at: datetime
    week: date


@dataclass
class _History:
    """One admission's marks, in order of time."""

    patient_id: int
    in_all: int
    in_a_row: int
    marks: list[_Miss] = field(default_factory=list)


def absence_causes(patient_ids: Collection[int] | None, *, now: datetime) -> Iterator[Stayed]:
    """First and repeated unexcused absences of the last two weeks, by the program's numbers.

    Excused absences and those turned away are passed over: they neither count nor end a row. A first absence stands
    until the person is back, a row until they are, and so many in all until two weeks after the latest.
    """
    for admission_id, history in _histories(patient_ids, now).items():
        cause = _judged(admission_id, history, now)
        if cause is not None:
            yield cause


def silence_causes(patient_ids: Collection[int] | None, *, now: datetime) -> Iterator[Stayed]:
    """Those in care who have not been seen for 7 days or more; one flag for each silence.

    A day of leave is none of them: nobody was expected. The flag belongs to the week in which the silence reached its
    seventh day, and grows worse at 14 and at 30.
    """
    silent = _not_seen_lately(patient_ids, now)
    last_seen = _last_seen([admission.pk for admission in silent])
    away = _on_leave(silent)
    for admission in silent:
        today = local_date(now, admission.zone)
        seen_at = last_seen.get(admission.pk)
        seen_on = local_date(seen_at, admission.zone) if seen_at else admission.admitted_on
        since = [seen_on + timedelta(days=number) for number in range(1, (today - seen_on).days + 1)]
        silent_days = [day for day in since if not _covers(away[admission.pk], day)]
        days = len(silent_days)
        if days < SILENT_DAYS[0] or not admission.covers(today) or _covers(away[admission.pk], today):
            continue
        facts = {"days": days, "threshold": max(step for step in SILENT_DAYS if step <= days), "seen": bool(seen_at)}
        if days < len(since):
            facts["leave_days"] = len(since) - days
        yield Stayed(
            kind=FlagKind.INACTIVE,
            admission_id=admission.pk,
            patient_id=admission.patient_id,
            week=admission.week_containing(silent_days[SILENT_DAYS[0] - 1]).starts_on,
            facts=facts,
        )


def _histories(patient_ids: Collection[int] | None, now: datetime) -> dict[int, _History]:
    """The records of the admissions with an unexcused absence of late."""
    missed = AttendanceRecord.objects.filter(status=AttendanceStatus.NO_SHOW, starts_at__gte=now - STILL_TOLD)
    if patient_ids is not None:
        missed = missed.filter(patient_id__in=patient_ids)
    ids = sorted(set(missed.order_by().values_list("booking__admission_id", flat=True)))
    histories: dict[int, _History] = {}
    for some in _chunks(ids):
        rows = (
            AttendanceRecord.objects.filter(booking__admission_id__in=some)
            .order_by("starts_at", "pk")
            .values_list(
                "booking__admission_id",
                "patient_id",
                "booking__admission__program__absences_in_all",
                "booking__admission__program__absences_in_a_row",
                "status",
                "starts_at",
                "booking__week",
            )
        )
        for admission_id, patient_id, in_all, in_a_row, status, at, week in rows:
            history = histories.setdefault(admission_id, _History(patient_id, in_all, in_a_row))
            history.marks.append(_Miss(status, at, week))
    return histories


def _judged(admission_id: int, history: _History, now: datetime) -> Stayed | None:
    counted = [one for one in history.marks if one.status in COUNTED]
    misses = [one for one in counted if one.status == AttendanceStatus.NO_SHOW]
    if not misses:
        return None
    row = misses_in_a_row([one.status for one in counted])
    repeated = row >= history.in_a_row or len(misses) >= history.in_all
    latest = misses[-1]
    if not repeated and (len(misses) > 1 or not row):
        return None
    return Stayed(
        kind=FlagKind.REPEATED_ABSENCE if repeated else FlagKind.FIRST_ABSENCE,
        admission_id=admission_id,
        patient_id=history.patient_id,
        week=latest.week,
        facts={"absences": len(misses), "in_a_row": row, "latest_at": latest.at.isoformat()},
        raises=latest.at > now - RAISED_WITHIN,
    )


def _not_seen_lately(patient_ids: Collection[int] | None, now: datetime) -> list[Admission]:
    seen = AttendanceRecord.objects.filter(
        booking__admission=OuterRef("pk"),
        status=AttendanceStatus.PRESENT,
        starts_at__gt=now - timedelta(days=SILENT_DAYS[0] - 1),
    )
    longest_ago = (now - timedelta(days=SILENT_DAYS[0] - 1)).date()
    admissions = Admission.objects.in_force_on(now.date()).filter(~Exists(seen), admitted_on__lte=longest_ago)
    if patient_ids is not None:
        admissions = admissions.filter(patient_id__in=patient_ids)
    return list(admissions.select_related("site", "program").order_by("pk"))


def _last_seen(admission_ids: Sequence[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for some in _chunks(admission_ids):
        present = AttendanceRecord.objects.filter(
            booking__admission_id__in=some, status=AttendanceStatus.PRESENT
        ).order_by()
        found.update(present.values_list("booking__admission_id").annotate(last=Max("starts_at")))
    return found


def _on_leave(admissions: Iterable[Admission]) -> dict[int, list[Leave]]:
    away: dict[int, list[Leave]] = defaultdict(list)
    for some in _chunks([admission.pk for admission in admissions]):
        for leave in Leave.objects.filter(admission_id__in=some):
            away[leave.admission_id].append(leave)
    return away


def _covers(leaves: Iterable[Leave], on: date) -> bool:
    return any(leave.starts_on <= on <= leave.ends_on for leave in leaves)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))
