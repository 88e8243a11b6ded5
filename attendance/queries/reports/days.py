"""The familiar grid: patients down, dates across, in each cell the minutes credited or a mark."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.domain.credit import AttendanceStatus
from attendance.domain.reports import Cell, Report, ReportAsked, ReportTable, Row, Told
from attendance.queries.reports.foot import Foot, once, policies_foot, unsigned_foot
from attendance.queries.reports.people import chunks_of, people_asked, weeks_asked
from people.models import Patient, User
from scheduling.models import Booking

A_DAY = timedelta(days=1)
MARKS = ((AttendanceStatus.NO_SHOW, "N"), (AttendanceStatus.TURNED_AWAY, "T"), (AttendanceStatus.EXCUSED, "E"))
"""What a day without attendance shows, the weightiest first."""

UNMARKED = "·"


def days_report(user: User, asked: ReportAsked, now: datetime, told: Told) -> Report:
    """By name; two queries for each chunk of people."""
    columns = (_("Person"), *(day.isoformat() for day in asked.days), _("Sum"))
    table = ReportTable(_("Hours by day"), columns, _rows(user, asked, told))
    return Report(
        asked,
        (table,),
        lambda: once(_marks_foot(), unsigned_foot(user, asked, now=now), policies_foot(user, asked, now=now)),
    )


def _rows(user: User, asked: ReportAsked, told: Told) -> Iterator[Row]:
    for chunk in chunks_of(people_asked(user, asked)):
        told(chunk)
        names = dict(Patient.objects.filter(pk__in=chunk).values_list("pk", "name"))
        cells = _cells(user, asked, chunk)
        for patient_id in chunk:
            days = [cells.get((patient_id, day)) for day in asked.days]
            yield (names[patient_id], *days, sum(cell for cell in days if isinstance(cell, int)))


def _cells(user: User, asked: ReportAsked, chunk: Sequence[int]) -> dict[tuple[int, date], Cell]:
    admissions = weeks_asked(user, asked).filter(patient_id__in=chunk).values("admission_id")
    rows = (
        Booking.objects.live()
        .filter(
            admission_id__in=admissions,
            starts_at__gte=datetime.combine(asked.first - A_DAY, time.min, UTC),
            starts_at__lt=datetime.combine(asked.last + 2 * A_DAY, time.min, UTC),
        )
        .order_by()
        .values_list(
            "patient_id", "starts_at", "session__site__time_zone", "attendance__status", "attendance__credited_minutes"
        )
    )
    held: dict[tuple[int, date], list[tuple[str | None, int]]] = defaultdict(list)
    for patient_id, starts_at, zone, status, credited in rows:
        on = starts_at.astimezone(ZoneInfo(zone)).date()
        if asked.first <= on <= asked.last:
            held[patient_id, on].append((status, credited or 0))
    return {key: cell_of(marks) for key, marks in held.items()}


def cell_of(marks: Sequence[tuple[str | None, int]]) -> Cell:
    """The day's credited minutes where somebody was there at all, else its weightiest mark; a dot while unmarked."""
    credited = [minutes for status, minutes in marks if status == AttendanceStatus.PRESENT]
    if credited:
        return sum(credited)
    statuses = {status for status, _minutes in marks}
    return next((mark for status, mark in MARKS if status in statuses), UNMARKED)


def _marks_foot() -> Foot:
    return [
        (_("Number"), _("The minutes credited on that day.")),
        ("N", _("Did not come.")),
        ("T", _("Came and was turned away.")),
        ("E", _("Excused.")),
        (UNMARKED, _("Booked, not marked yet.")),
    ]
