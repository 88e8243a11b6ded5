"""The hours ledger as a file: of one person, or of a sample of people with a sheet for each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.domain.reports import Cell, Report, ReportAsked, ReportTable, Row, Told
from attendance.enums import AttendanceMode, AttendanceStatus, WeekState
from attendance.models import AttendanceRecord, TreatmentWeek
from attendance.queries.ledger import LedgerWeek, ledger
from attendance.queries.reports.foot import (
    Foot,
    figures_foot,
    once,
    partial_weeks_foot,
    policies_foot,
    target_foot,
    unsigned_foot,
)
from attendance.queries.reports.people import people_asked
from attendance.queries.reports.touches import touches_table
from attendance.queries.roster import LATE_ENTRY
from people.models import Patient, User
from scheduling.enums import BookingStatus, Kind
from scheduling.models import Booking, Session

TAKEN = ("break", "late", "early", "rounding", "cutoff", "absent")


def ledger_report(user: User, asked: ReportAsked, now: datetime, told: Told) -> Report:
    """One person's weeks, oldest first: each session, then the week's sum; and who touched them. The caller has made
    sure of the person.
    """
    tables = (_ledger_table(_("Hours"), asked.patient_ids[0], asked, told), touches_table(asked))
    return Report(asked, tables, lambda: _foot(user, asked, now=now))


def packet_report(user: User, asked: ReportAsked, now: datetime, told: Told) -> Report:
    """A list of the people, then a sheet for each in its order, named by number: no name stands on a tab."""
    return Report(asked, _sheets(user, asked, told), lambda: _foot(user, asked, now=now))


def _sheets(user: User, asked: ReportAsked, told: Told) -> Iterator[ReportTable]:
    ids = people_asked(user, asked)
    names = dict(Patient.objects.filter(pk__in=ids).values_list("pk", "name"))
    listed: Iterator[Row] = ((number, names[pk]) for number, pk in enumerate(ids, start=1))
    yield ReportTable(_("Contents"), (_("Sheet"), _("Person")), listed)
    for number, pk in enumerate(ids, start=1):
        yield _ledger_table(str(number), pk, asked, told)


def _ledger_table(name: str, patient_id: int, asked: ReportAsked, told: Told) -> ReportTable:
    columns = (
        _("Line"),
        _("Week"),
        _("Date"),
        _("Start"),
        _("End"),
        _("Kind"),
        _("Focus"),
        _("Counselor"),
        _("Mode"),
        _("Status"),
        _("Excuse"),
        _("Planned"),
        _("Break"),
        _("Late"),
        _("Early"),
        _("Rounding"),
        _("Past the limit"),
        _("Not there"),
        _("Attended"),
        _("Amended"),
        _("Amended by"),
        _("Entered by"),
        _("Entered at"),
        _("Late entry"),
        _("Minimum"),
        _("Offered"),
        pgettext("hours", "Scheduled"),
        _("Billable days"),
        _("Requirements"),
        _("Closed on"),
        _("Revision"),
        _("Makes up for"),
    )
    return ReportTable(name, columns, _rows(patient_id, asked, told))


def _rows(patient_id: int, asked: ReportAsked, told: Told) -> Iterator[Row]:
    told((patient_id,))
    session, unmarked, total = _("Session"), _("Not marked"), _("Week in all")
    entries: Iterable[LedgerWeek] = ledger(patient_id, first=asked.first, last=asked.last)
    for entry in entries:
        for record in entry.records:
            yield (session, entry.week.week, *_of_record(record))
        for booking in entry.unmarked:
            yield (unmarked, entry.week.week, *_of_booking(booking))
        yield (total, entry.week.week, *_of_week(entry.week))


def _of_record(record: AttendanceRecord) -> tuple[Cell, ...]:
    session, zone = record.session, record.session.site.zone
    starts, ends = record.starts_at.astimezone(zone), record.ends_at.astimezone(zone)
    taken = {str(one["why"]): int(one["minutes"]) for one in record.deductions}
    amendments = record.amendments.all()
    before = [str(one.before.get("credited_minutes")) for one in amendments]
    here = record.status == AttendanceStatus.PRESENT
    made_up = record.booking.makes_up_for
    return (
        *occasion(session, starts, ends),
        str(AttendanceMode(record.mode).label) if here else "",
        str(AttendanceStatus(record.status).label),
        record.excuse_reason,
        record.planned_minutes,
        *(taken.get(why, 0) for why in TAKEN),
        record.credited_minutes,
        " → ".join([*before, str(record.credited_minutes)]) if before else "",
        "; ".join(f"{one.by.name}, {one.at.astimezone(zone):%Y-%m-%d %H:%M}: {one.reason}" for one in amendments),
        record.recorded_by.name if record.recorded_by else "",
        record.recorded_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        _("yes") if record.recorded_at - record.ends_at > LATE_ENTRY else "",
        None,
        None,
        session.clinical_minutes if record.booking.live else None,
        *(None,) * 4,
        made_up.starts_at.astimezone(zone).date() if made_up else None,
    )


def occasion(session: Session, starts: datetime, ends: datetime) -> tuple[Cell, ...]:
    """When by the site's clock, what kind and focus, and who leads."""
    return (
        starts.date(),
        starts.strftime("%H:%M"),
        ends.strftime("%H:%M"),
        str(Kind(session.kind).label),
        session.focus,
        ", ".join(counselor.name for counselor in session.counselors.all()),
    )


def _of_booking(booking: Booking) -> tuple[Cell, ...]:
    """What is booked and not marked: it explains the week's scheduled minutes, and nothing of it is credited."""
    session, zone = booking.session, booking.session.site.zone
    starts, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    made_up = booking.makes_up_for
    return (
        *occasion(session, starts, ends),
        "",
        str(BookingStatus(booking.status).label),
        *(None,) * 16,
        session.clinical_minutes,
        *(None,) * 4,
        made_up.starts_at.astimezone(zone).date() if made_up else None,
    )


def _of_week(week: TreatmentWeek) -> tuple[Cell, ...]:
    return (
        *(None,) * 7,
        str(WeekState(week.status).label),
        *(None,) * 8,
        week.credited_minutes,
        *(None,) * 5,
        week.min_minutes,
        week.offered_minutes,
        week.scheduled_minutes,
        week.billable_days,
        "; ".join(map(requirement_words, week.requirements)),
        week.closed_at.astimezone(week.site.zone).date() if week.closed_at else None,
        week.revision,
        None,
    )


def requirement_words(one: Mapping[str, Any]) -> str:
    """A rule as the week keeps it: its name, its month if it is one, its value beside its bounds, and the verdict."""
    bounds = f"{'' if one['minimum'] is None else one['minimum']}–{'' if one['maximum'] is None else one['maximum']}"
    month = one.get("month_starts_on")
    name = f"{one['name']} {month[:7]}" if month else one["name"]
    if one["value"] is None:
        return _("%(name)s: no value yet (%(bounds)s)") % {"name": name, "bounds": bounds}
    said = {"name": name, "value": one["value"], "measure": one["measure"], "bounds": bounds}
    if one["met"]:
        return _("%(name)s: %(value)s %(measure)s (%(bounds)s), met") % said
    return _("%(name)s: %(value)s %(measure)s (%(bounds)s), not met") % said


def _foot(user: User, asked: ReportAsked, *, now: datetime) -> Foot:
    own = [
        (_("Planned"), _("The session's minutes. Less break, late, early, rounding, limit and absence: attended.")),
        (_("Amended"), _("The minutes that a signed record said before, and says since.")),
        (_("Not marked"), _("Booked, and without a mark: it counts as scheduled and as nothing else.")),
        (_("Requirements"), _("Each rule by its name, with its value beside its bounds; none is merged with another.")),
        (_("Makes up for"), _("The day that was missed, given up late or called off; it changes no minutes.")),
        (_("Late entry"), _("Recorded more than 24 hours after the session's end.")),
    ]
    policies = once(partial_weeks_foot(user, asked), policies_foot(user, asked, now=now))
    return once(own, figures_foot(), target_foot()[:1], unsigned_foot(user, asked, now=now), policies)
