"""The times at which somebody was here, and nothing else of them: what a neutral letter says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from attendance.enums import AttendanceStatus
from attendance.models import AttendanceRecord
from people.models import Site

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AttendedTime:
    """From when to when somebody was here, on the clocks of the place."""

    starts: datetime
    ends: datetime
    site: Site


def attended_times(patient_id: int, *, first: date, last: date) -> list[AttendedTime]:
    """Each session of the dates at which the person was present, from coming to leaving; oldest first, one query."""
    rows = (
        AttendanceRecord.objects.filter(
            patient_id=patient_id,
            status=AttendanceStatus.PRESENT,
            starts_at__gte=datetime.combine(first - A_DAY, time.min, UTC),
            starts_at__lt=datetime.combine(last + 2 * A_DAY, time.min, UTC),
        )
        .select_related("session__site")
        .order_by("starts_at", "pk")
    )
    found = []
    for row in rows:
        zone = row.session.site.zone
        starts = max(row.arrived_at or row.starts_at, row.starts_at).astimezone(zone)
        ends = min(row.left_at or row.ends_at, row.ends_at).astimezone(zone)
        if first <= row.starts_at.astimezone(zone).date() <= last and starts < ends:
            found.append(AttendedTime(starts, ends, row.session.site))
    return found
