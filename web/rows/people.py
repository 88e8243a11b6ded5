"""One person's record in rows: weeks with their evidence, what is booked, and what could be."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import AttendanceStatus
from attendance.models import AttendanceRecord, TreatmentWeek
from attendance.queries.ledger import LedgerWeek
from people.models import Admission, Patient
from scheduling.models import Booking, Session
from web import format as figures
from web.components.hours_bar import HoursBar
from web.rows.board import bar_of, result_of, sum_of
from web.rows.deductions import deduction_words
from web.rows.four_figures import four_figures
from web.rows.make_ups import day_made_up, make_up_notes
from web.rows.requirements import StandingLine, standing_line
from web.rows.sessions import counselors_of, day_of, icon_of, kind_of, place_of, times_of

A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class EvidenceRow:
    """One attendance: what was planned, each deduction, and what counts."""

    day: str
    times: str
    session: str
    planned: int
    deductions: Sequence[tuple[int, str]]
    counted: int
    status: str
    is_absent: bool
    counselors: str
    mode: str


@dataclass(frozen=True)
class WeekView:
    """A week with its bar, its figures and its evidence."""

    key: int
    range: str
    note: str
    status: str
    bar: HoursBar
    sum: str
    result: str
    figures: Sequence[tuple[str, str]]
    rows: Sequence[EvidenceRow]
    requirements: Sequence[StandingLine] = ()


@dataclass(frozen=True)
class BookingView:
    """What is booked ahead."""

    times: str
    icon: str
    described: str
    note: str
    cancel_url: str
    hint: str
    move_url: str = ""
    accept_url: str = ""


def standing(admission: Admission | None, *, today: dt.date) -> str:
    """ "Day 66 · Evening track · since 5 Oct · Dana K."."""
    if admission is None:
        return _("Never admitted")
    counselor = admission.primary_counselor
    parts = [admission.program.name, admission.site.name]
    if counselor is not None:
        parts.append(counselor.short_name)
    if admission.discharged_on is not None and admission.discharged_on < today:
        parts.insert(0, _("Until %(day)s") % {"day": figures.short_day(admission.discharged_on)})
    elif admission.admitted_on > today:
        parts.insert(0, _("From %(day)s") % {"day": figures.short_day(admission.admitted_on)})
    else:
        parts.insert(0, _("Day %(day)d") % {"day": (today - admission.admitted_on).days + 1})
    return " · ".join(parts)


def record_answer(weeks: Sequence[TreatmentWeek], *, today: dt.date) -> str:
    """The first line: how this week stands, else how many of the weeks before reached their goal."""
    current = next((week for week in weeks if week.week <= today <= week.week + 6 * A_DAY), None)
    if current is not None and not current.exempt:
        if current.status == "over":
            over = figures.minutes(current.projected_minutes - current.max_minutes)
            return _("%(over)s too much this week") % {"over": over}
        if current.shortfall_minutes:
            return _("%(short)s short this week") % {"short": figures.minutes(current.shortfall_minutes)}
        if current.credited_minutes >= current.min_minutes:
            return _("%(done)s done this week") % {"done": figures.minutes(current.credited_minutes)}
        return _("This week is booked: %(sum)s") % {"sum": figures.minutes(current.projected_minutes)}
    past = [week for week in weeks if week.week + 6 * A_DAY < today and not week.exempt]
    if not past:
        return _("No goal this week")
    reached = sum(week.credited_minutes >= week.min_minutes for week in past)
    words = ngettext(
        "%(reached)d of %(count)d week reached its goal", "%(reached)d of %(count)d weeks reached their goal", len(past)
    )
    return words % {"reached": reached, "count": len(past)}


def week_view(entry: LedgerWeek, *, zone: ZoneInfo, today: dt.date) -> WeekView:
    """A week of the ledger."""
    week = entry.week
    return WeekView(
        key=week.pk,
        range=figures.day_range(week.week, week.week + 6 * A_DAY),
        note=week_note(week, zone, today),
        status=week.status,
        bar=bar_of(week),
        sum=sum_of(week),
        result=result_of(week),
        figures=[(one.value, one.word) for one in four_figures(week)],
        rows=[_evidence(record) for record in entry.records],
        requirements=[standing_line(one) for one in week.requirements],
    )


def week_note(week: TreatmentWeek, zone: ZoneInfo, today: dt.date) -> str:
    """When it was closed, or where it lies."""
    if week.closed_at is not None:
        closed = _("Closed %(day)s") % {"day": figures.short_day(week.closed_at.astimezone(zone))}
        return (
            closed
            if week.revision == 1
            else _("%(closed)s, revision %(number)d")
            % {
                "closed": closed,
                "number": week.revision,
            }
        )
    if week.week > today:
        return _("Ahead")
    return _("This week") if today <= week.week + 6 * A_DAY else _("Not closed yet")


def _evidence(record: AttendanceRecord) -> EvidenceRow:
    session = record.session
    words = deduction_words()
    focus = f" · {session.focus.replace('-', ' ').replace('_', ' ')}" if session.focus else ""
    return EvidenceRow(
        day=figures.short_day(day_of(session)),
        times=times_of(session),
        session=" · ".join([f"{kind_of(session)}{focus}", *make_up_notes(record.booking, session.site.zone)]),
        planned=record.planned_minutes,
        deductions=[(int(one["minutes"]), words.get(one["why"], str(one["why"]))) for one in record.deductions],
        counted=record.credited_minutes,
        status=str(AttendanceStatus(record.status).label),
        is_absent=record.status in (AttendanceStatus.NO_SHOW, AttendanceStatus.TURNED_AWAY),
        counselors=counselors_of(session),
        mode=str(record.get_mode_display()),
    )


def booking_view(booking: Booking, *, today: dt.date, may_cancel: bool) -> BookingView:
    """A booking ahead, with its session, room and counselors read."""
    session = booking.session
    day = figures.relative_day(day_of(session), today=today)
    times = times_of(session)
    made_up = booking.makes_up_for
    note = day_made_up(made_up.starts_at if made_up else None, session.site.zone)
    if booking.status == "waitlisted":
        note = _("On the waiting list")
    parts = [kind_of(session), str(place_of(session)), counselors_of(session)]
    if booking.held_until is not None:
        note = _("Offered until %(time)s") % {"time": _moment(booking.held_until, session, today=today)}
    args = [booking.patient_id, booking.pk]
    return BookingView(
        times=f"{day}, {times}",
        icon=icon_of(session),
        described=" · ".join(part for part in parts if part),
        note=note,
        cancel_url=reverse("patient-cancel", args=args) if may_cancel else "",
        hint=f"{day}, {times}",
        move_url=reverse("patient-move", args=args) if may_cancel and booking.status == "booked" else "",
        accept_url=reverse("patient-accept", args=args) if may_cancel and booking.status == "offered" else "",
    )


def _moment(instant: dt.datetime, session: Session, *, today: dt.date) -> str:
    """ "10:02 am", with the day where it is another."""
    zone = session.site.zone
    at, on = figures.clock(instant, zone=zone), instant.astimezone(zone).date()
    return at if on == today else f"{figures.short_day(on)}, {at}"


def contact_of(patient: Patient) -> dict[str, Any]:
    """How to reach somebody."""
    return {"phone": patient.phone, "email": patient.email}
