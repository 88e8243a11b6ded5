"""Weekly hours by patient: a row for each person and week."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.domain.reports import Report, ReportAsked, ReportTable, Row, Told
from attendance.enums import WeekState
from attendance.queries.reports.foot import (
    figures_foot,
    once,
    partial_weeks_foot,
    policies_foot,
    target_foot,
    unsigned_foot,
)
from attendance.queries.reports.people import chunks_of, people_asked, weeks_asked
from people.domain.time import local_date
from people.models import User

COLUMNS = (
    "patient__name",
    "program__name",
    "site__name",
    "admission__primary_counselor__name",
    "week",
    "offered_minutes",
    "scheduled_minutes",
    "credited_minutes",
    "booked_minutes",
    "min_minutes",
    "max_minutes",
    "shortfall_minutes",
    "billable_days",
    "status",
    "closed_at",
    "site__time_zone",
    "revision",
)


def hours_report(user: User, asked: ReportAsked, now: datetime, told: Told) -> Report:
    """By name, then week; one query for the people, then one for each chunk of them."""
    columns = (
        _("Person"),
        _("Program"),
        _("Site"),
        _("Counselor"),
        _("Week"),
        _("Offered"),
        pgettext("hours", "Scheduled"),
        _("Attended"),
        _("Booked"),
        _("Minimum"),
        _("Maximum"),
        _("Short by"),
        _("Billable days"),
        _("Status"),
        _("Closed on"),
        _("Revision"),
    )
    table = ReportTable(_("Weekly hours"), columns, _rows(user, asked, told))
    return Report(
        asked,
        (table,),
        lambda: once(
            figures_foot(),
            target_foot(),
            unsigned_foot(user, asked, now=now),
            partial_weeks_foot(user, asked),
            policies_foot(user, asked, now=now),
        ),
    )


def _rows(user: User, asked: ReportAsked, told: Told) -> Iterator[Row]:
    labels = {state.value: str(state.label) for state in WeekState}
    weeks = weeks_asked(user, asked)
    for chunk in chunks_of(people_asked(user, asked)):
        told(chunk)
        read = weeks.filter(patient_id__in=chunk).order_by("patient__name", "patient_id", "week", "pk")
        for *figures, status, closed_at, zone, revision in read.values_list(*COLUMNS):
            closed_on = local_date(closed_at, ZoneInfo(zone)) if closed_at else None
            yield (*figures, labels[status], closed_on, revision)
