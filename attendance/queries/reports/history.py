"""One patient's attendance history: every booking of the dates and what became of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _

from attendance.domain.reports import Report, ReportAsked, ReportTable, Row, Told
from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.models import AttendanceRecord
from attendance.queries.reports.foot import Foot, once, policies_foot
from attendance.queries.reports.ledgers import occasion
from people.domain.time import local_date
from people.models import User
from scheduling.enums import BookingStatus
from scheduling.models import Booking

A_DAY = timedelta(days=1)


def history_report(user: User, asked: ReportAsked, now: datetime, told: Told) -> Report:
    """Oldest first; two queries. The caller has made sure that the one person is seen."""
    columns = (
        _("Date"),
        _("Start"),
        _("End"),
        _("Kind"),
        _("Focus"),
        _("Counselor"),
        _("Booking"),
        _("Cancelled on"),
        _("Late cancellation"),
        _("Status"),
        _("Mode"),
        _("Arrived"),
        _("Left"),
        _("Attended"),
        _("Excuse"),
    )
    table = ReportTable(_("Attendance"), columns, _rows(asked, told))
    return Report(asked, (table,), lambda: once(_foot(), policies_foot(user, asked, now=now)))


def came_and_marked(asked: ReportAsked) -> tuple[int, int]:
    """How often the one person was there, of how many bookings of the dates that somebody marked; one query."""
    found = [
        booking.attendance.status for booking in _of_dates(asked) if booking.live and hasattr(booking, "attendance")
    ]
    return found.count(AttendanceStatus.PRESENT), len(found)


def _of_dates(asked: ReportAsked) -> Iterator[Booking]:
    """The bookings whose day, by the clocks of their site, is one of the dates."""
    rows = Booking.objects.filter(
        patient_id__in=asked.patient_ids,
        starts_at__gte=datetime.combine(asked.first - A_DAY, time.min, UTC),
        starts_at__lt=datetime.combine(asked.last + 2 * A_DAY, time.min, UTC),
    ).select_related("session__site", "attendance")
    for booking in rows.prefetch_related("session__counselors").order_by("starts_at", "pk"):
        if asked.first <= local_date(booking.starts_at, booking.session.site.zone) <= asked.last:
            yield booking


def _rows(asked: ReportAsked, told: Told) -> Iterator[Row]:
    told(asked.patient_ids)
    yes = _("yes")
    for booking in _of_dates(asked):
        session, zone = booking.session, booking.session.site.zone
        starts, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
        record: AttendanceRecord | None = getattr(booking, "attendance", None)
        yield (
            *occasion(session, starts, ends),
            str(BookingStatus(booking.status).label),
            booking.cancelled_at.astimezone(zone).date() if booking.cancelled_at else None,
            (str(AttendanceStatus.EXCUSED.label) if booking.late_excused_at else yes) if booking.late else "",
            str(AttendanceStatus(record.status).label) if record else "",
            str(AttendanceMode(record.mode).label) if record and record.status == AttendanceStatus.PRESENT else "",
            record.arrived_at.astimezone(zone).strftime("%H:%M") if record and record.arrived_at else "",
            record.left_at.astimezone(zone).strftime("%H:%M") if record and record.left_at else "",
            record.credited_minutes if record else None,
            record.excuse_reason if record else booking.late_excuse_reason,
        )


def _foot() -> Foot:
    return [
        (_("Attended"), _("The minutes credited; empty while nothing is marked.")),
        (_("Late cancellation"), _("Cancelled past the program's cutoff.")),
        (_("Excuse"), _("Of an absence, or of a late cancellation that staff excused.")),
        (_("Arrived"), _("Empty where somebody came at the session's start; left likewise at its end.")),
    ]
