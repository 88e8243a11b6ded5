"""Every report against a slow and obvious reading of the same rows, on the demo clinic; and what each costs."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.domain.reports import Cell, Report, ReportAsked, Row
from attendance.models import AttendanceRecord, TreatmentWeek
from attendance.queries.reports import report
from attendance.queries.reports.days import cell_of
from attendance.queries.touch_words import TOUCHES
from people.domain.policies import AttendancePolicy, PolicyChange
from people.models import Patient, TrailEntry, User
from scheduling.models import Booking, Session
from tests.cast import NOW, Cast, at
from tests.web.demo.clinic import make, moment

pytestmark = pytest.mark.django_db

A_WEEK = timedelta(days=7)
FIRST, LAST = date(2026, 11, 4), date(2026, 11, 17)
DEMO_NOW = moment("2026-11-18 12:20")


def read(
    user: User, kind: str, *, now: Any = DEMO_NOW, ids: tuple[int, ...] = (), first: date = FIRST
) -> list[list[Row]]:
    """All rows of all tables."""
    return [list(table.rows) for table in opened(user, kind, now=now, ids=ids, first=first)[0].tables]


def opened(
    user: User, kind: str, *, now: Any = DEMO_NOW, ids: tuple[int, ...] = (), first: date = FIRST
) -> tuple[Report, list[int]]:
    """The report, and whom it says it is about."""
    told: list[int] = []
    asked = ReportAsked(kind, first, LAST, patient_ids=ids)
    return report(user, asked, now=now, told=told.extend), told


def test_every_report_says_what_a_slow_reading_says() -> None:
    make(DEMO_NOW, patients=24, weeks=4)
    director = User.objects.get(email="director@demo.example")
    assert read(director, "hours") == [_slow_hours()]
    assert read(director, "grid") == [_slow_days()]
    assert read(director, "summary") == [_slow_summary()]
    for patient in Patient.objects.order_by("pk")[:6]:
        rows, touched = read(director, "ledger", ids=(patient.pk,))
        assert rows == _slow_ledger(patient)
        assert {(row[1], row[2], row[3]) for row in touched} == _slow_touches(patient)
        (history,) = read(director, "history", ids=(patient.pk,))
        assert [(row[0], row[1], row[13]) for row in history] == _slow_history(patient)
    sample = tuple(Patient.objects.order_by("-name", "-pk").values_list("pk", flat=True)[:3])
    contents, *sheets = read(director, "packet", ids=sample)
    people = list(Patient.objects.filter(pk__in=sample).order_by("name", "pk"))
    assert contents == [(number, person.name) for number, person in enumerate(people, start=1)]
    assert sheets == [_slow_ledger(person) for person in people]


# --- the slow readings: one person, one row, one sum after the other ---


def _weeks() -> list[TreatmentWeek]:
    rows = TreatmentWeek.objects.select_related("patient", "program", "site", "admission__primary_counselor")
    found = [row for row in rows if row.week <= LAST and row.week + timedelta(days=6) >= FIRST]
    return sorted(found, key=lambda row: (row.patient.name, row.patient_id, row.week, row.pk))


def _slow_hours() -> list[Row]:
    return [
        (
            week.patient.name,
            week.program.name,
            week.site.name,
            week.admission.primary_counselor.name if week.admission.primary_counselor else None,
            week.week,
            week.offered_minutes,
            week.scheduled_minutes,
            week.credited_minutes,
            week.booked_minutes,
            week.min_minutes,
            week.max_minutes,
            max(0, week.min_minutes - week.credited_minutes - week.booked_minutes),
            week.billable_days,
            str(week.get_status_display()),
            week.closed_at.astimezone(week.site.zone).date() if week.closed_at else None,
            week.revision,
        )
        for week in _weeks()
    ]


def _slow_days() -> list[Row]:
    rows: list[Row] = []
    people = {week.patient_id: week.patient for week in _weeks()}
    for person in people.values():
        cells: list[Cell] = []
        for offset in range((LAST - FIRST).days + 1):
            cells.append(_slow_cell(person, FIRST + timedelta(days=offset)))
        rows.append((person.name, *cells, sum(cell for cell in cells if isinstance(cell, int))))
    return rows


def _slow_cell(person: Patient, day: date) -> Cell:
    held = [
        booking
        for booking in Booking.objects.filter(patient=person, live=True).select_related("session__site")
        if booking.starts_at.astimezone(booking.session.site.zone).date() == day
    ]
    records = [AttendanceRecord.objects.filter(booking=booking).first() for booking in held]
    came = [record for record in records if record and record.status == "present"]
    if came:
        return sum(record.credited_minutes for record in came)
    for status, mark in (("no_show", "N"), ("turned_away", "T"), ("excused", "E")):
        if any(record and record.status == status for record in records):
            return mark
    return "·" if held else None


def _slow_summary() -> list[Row]:
    rows: list[Row] = []
    for week, program in sorted({(one.week, one.program) for one in _weeks()}, key=lambda key: (key[0], key[1].name)):
        people = [one for one in _weeks() if (one.week, one.program_id) == (week, program.pk)]
        asked = [one for one in people if not one.exempt]
        reached = [one for one in asked if one.credited_minutes >= one.min_minutes]
        records = [
            record
            for record in AttendanceRecord.objects.select_related("booking__admission", "session")
            if record.booking.week == week and record.booking.admission.program_id == program.pk
        ]
        came = [record for record in records if record.status == "present"]
        sessions = [
            one
            for one in Session.objects.exclude(state="cancelled").filter(program=program).select_related("site")
            if week <= one.starts_at.astimezone(one.site.zone).date() < week + A_WEEK and one.starts_at < DEMO_NOW
        ]
        kinds = [
            sum(record.credited_minutes for record in records if record.session.kind == kind)
            for kind in ("individual", "group", "family")
        ]
        seats, taken = sum(one.capacity for one in sessions), sum(one.seats_taken for one in sessions)
        rows.append(
            (
                week,
                program.name,
                len(people),
                len(asked),
                len(reached),
                _percent(len(reached), len(asked)),
                *kinds,
                len(records),
                _percent(sum(record.status == "no_show" for record in records), len(records)),
                _percent(sum(record.late_minutes > 0 for record in came), len(came)),
                seats,
                taken,
                _percent(taken, seats),
            )
        )
    return rows


def _percent(part: int, whole: int) -> int | None:
    return int(100 * part / whole + 0.5) if whole else None


def _slow_ledger(person: Patient) -> list[Row]:
    rows: list[Row] = []
    for week in [one for one in _weeks() if one.patient_id == person.pk]:
        records = AttendanceRecord.objects.filter(patient=person).order_by("starts_at").select_related("booking")
        for record in records:
            if (record.booking.week, record.booking.admission_id) == (week.week, week.admission_id):
                rows.append(_slow_session(week, record))
        bookings = Booking.objects.filter(patient=person, live=True, marked_at=None, week=week.week)
        rows += [_slow_unmarked(week, one) for one in bookings.order_by("starts_at")]
        closed = week.closed_at.astimezone(week.site.zone).date() if week.closed_at else None
        figures = (week.min_minutes, week.offered_minutes, week.scheduled_minutes, week.billable_days)
        nothing: Sequence[Cell] = [None] * 8
        rows.append(
            (
                "Week in all",
                week.week,
                *nothing[:7],
                str(week.get_status_display()),
                *nothing,
                week.credited_minutes,
                *nothing[:5],
                *figures,
                "; ".join(map(_slow_requirement, week.requirements)),
                closed,
                week.revision,
                None,
            )
        )
    return rows


def _slow_requirement(one: dict[str, Any]) -> str:
    least, most = ("" if one[name] is None else str(one[name]) for name in ("minimum", "maximum"))
    month = f" {one['month_starts_on'][:7]}" if one["month_starts_on"] else ""
    if one["value"] is None:
        return f"{one['name']}: no value yet ({least}–{most})"
    return f"{one['name']}{month}: {one['value']} {one['measure']} ({least}–{most}), {'' if one['met'] else 'not '}met"


def _slow_session(week: TreatmentWeek, record: AttendanceRecord) -> Row:
    session, zone = record.session, record.session.site.zone
    taken = [sum(one["minutes"] for one in record.deductions if one["why"] == why) for why in _WHYS]
    assert record.planned_minutes - sum(taken) == record.credited_minutes
    amended = ""
    for one in record.amendments.order_by("pk"):
        amended += f"{one.before['credited_minutes']} → "
    return (
        "Session",
        week.week,
        record.starts_at.astimezone(zone).date(),
        f"{record.starts_at.astimezone(zone):%H:%M}",
        f"{record.ends_at.astimezone(zone):%H:%M}",
        str(session.get_kind_display()),
        session.focus,
        ", ".join(one.name for one in session.counselors.all()),
        str(record.get_mode_display()) if record.status == "present" else "",
        str(record.get_status_display()),
        record.excuse_reason,
        record.planned_minutes,
        *taken,
        record.credited_minutes,
        f"{amended}{record.credited_minutes}" if amended else "",
        "; ".join(
            f"{one.by.name}, {one.at.astimezone(zone):%Y-%m-%d %H:%M}: {one.reason}"
            for one in record.amendments.order_by("pk")
        ),
        record.recorded_by.name if record.recorded_by else "",
        f"{record.recorded_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "yes" if record.recorded_at - record.ends_at > timedelta(hours=24) else "",
        None,
        None,
        session.clinical_minutes,
        *(None,) * 4,
        _slow_make_up(record.booking),
    )


def _slow_unmarked(week: TreatmentWeek, booking: Booking) -> Row:
    session, zone = booking.session, booking.session.site.zone
    return (
        "Not marked",
        week.week,
        booking.starts_at.astimezone(zone).date(),
        f"{booking.starts_at.astimezone(zone):%H:%M}",
        f"{booking.ends_at.astimezone(zone):%H:%M}",
        str(session.get_kind_display()),
        session.focus,
        ", ".join(one.name for one in session.counselors.all()),
        "",
        str(booking.get_status_display()),
        *(None,) * 16,
        session.clinical_minutes,
        *(None,) * 4,
        _slow_make_up(booking),
    )


def _slow_make_up(booking: Booking) -> date | None:
    missed = Booking.objects.filter(make_ups=booking.pk).first()
    return missed.starts_at.astimezone(missed.session.site.zone).date() if missed else None


def _slow_touches(person: Patient) -> set[tuple[str, str, str]]:
    """Who did what and why, entry by entry."""
    weeks = [one for one in _weeks() if one.patient_id == person.pk]
    bookings = Booking.objects.filter(patient=person, week__in=[one.week for one in weeks])
    found = set()
    for entry in TrailEntry.objects.all():
        subject = (entry.subject_type, entry.subject_id)
        signed = subject[0] == "session" and entry.action == "roster_signed"
        if (
            subject in {("treatmentweek", one.pk) for one in weeks}
            or subject in {("booking", one.pk) for one in bookings}
            or subject in {("attendancerecord", one.attendance.pk) for one in bookings if hasattr(one, "attendance")}
            or (signed and entry.subject_id in {one.session_id for one in bookings})
            or (subject == ("patient", person.pk) and weeks and entry.at >= weeks[0].starts_at)
        ):
            who = User.objects.get(pk=entry.actor_id).name if entry.actor_id else "The system"
            found.add((who, str(TOUCHES.get(entry.action, entry.action)), entry.reason))
    return found


_WHYS = ("break", "late", "early", "rounding", "cutoff", "absent")


def _slow_history(person: Patient) -> list[tuple[date, str, int | None]]:
    found = []
    for booking in Booking.objects.filter(patient=person).order_by("starts_at", "pk"):
        starts = booking.starts_at.astimezone(booking.session.site.zone)
        if FIRST <= starts.date() <= LAST:
            record = AttendanceRecord.objects.filter(booking=booking).first()
            found.append((starts.date(), f"{starts:%H:%M}", record.credited_minutes if record else None))
    return found


# --- the day's cell, whom it is about, what it costs ---


@pytest.mark.parametrize(
    ("marks", "cell"),
    [
        ([("present", 165)], 165),
        ([("present", 165), ("present", 60)], 225),
        ([("present", 0)], 0),
        ([("no_show", 0), ("present", 60)], 60),
        ([("excused", 0), ("no_show", 0)], "N"),
        ([("excused", 0), ("turned_away", 0)], "T"),
        ([("excused", 0), (None, 0)], "E"),
        ([(None, 0)], "·"),
    ],
)
def test_a_days_cell(marks: list[tuple[str | None, int]], cell: Cell) -> None:
    assert cell_of(marks) == cell


def people_with_a_week(cast: Cast, count: int) -> list[Patient]:
    people = [cast.patient() for _ in range(count)]
    session = cast.session("2026-11-16 18:00", capacity=40, room=False)
    for person in people:
        cast.booked(person, session, now=at("2026-11-10 12:00"))
        admission = cast.admission_of(person)
        TreatmentWeek.objects.create(
            admission=admission,
            patient=person,
            site=cast.site,
            program=cast.program,
            week=date(2026, 11, 16),
            starts_at=at("2026-11-16 00:00"),
            ends_at=at("2026-11-23 00:00"),
            min_minutes=540,
        )
    return people


def test_each_sees_whom_they_answer_for_and_the_report_says_whom_it_is_about(cast: Cast) -> None:
    people = sorted(people_with_a_week(cast, 3), key=lambda one: (one.name, one.pk))
    ids = [person.pk for person in people]
    for user, expected in ((cast.ada, ids), (cast.cory, ids), (cast.dana, ids), (cast.stranger, [])):
        found, told = opened(user, "hours", now=NOW)
        assert [row[0] for table in found.tables for row in table.rows] == [
            person.name for person in people if expected
        ]
        assert told == expected
    colleague = cast._staff("coll", "counselor", counselor=True)  # type: ignore[arg-type]
    assert read(colleague, "hours", now=NOW) == [[]]
    assert read(colleague, "grid", now=NOW) == [[]]


def test_a_week_was_closed_on_the_day_of_its_site(cast: Cast) -> None:
    people_with_a_week(cast, 1)
    TreatmentWeek.objects.update(closed_at=at("2026-11-23 19:30"))
    assert [row[-2] for (row,) in read(cast.cory, "hours", now=NOW)] == [date(2026, 11, 23)]


def test_the_foot_says_what_weeks_that_are_not_whole_asked_for(cast: Cast) -> None:
    people_with_a_week(cast, 2)
    cast.program.policy_changes = [
        PolicyChange(date(2026, 11, 12), AttendancePolicy(partial_week_policy="full")).as_json(),
        PolicyChange(date(2026, 11, 18), AttendancePolicy(partial_week_policy="exempt")).as_json(),
    ]
    cast.program.save()
    said = ("Weeks not whole, Evening track", "2026-11-16 – 2026-11-22: the whole minimum")
    for kind in ("hours", "summary", "packet"):
        assert said in opened(cast.cory, kind, now=NOW)[0].foot()
    earlier = TreatmentWeek.objects.order_by("pk")[0]
    TreatmentWeek.objects.filter(pk=earlier.pk).update(week=date(2026, 11, 9))
    assert ("Weeks not whole, Evening track", "2026-11-09 – 2026-11-15: a seventh for each day") in opened(
        cast.cory, "hours", now=NOW
    )[0].foot()


@pytest.mark.parametrize(
    ("kind", "queries"), [("hours", 2), ("grid", 3), ("summary", 3), ("history", 2), ("packet", 2 + 4)]
)
@pytest.mark.parametrize("count", [1, 30])
def test_a_report_costs_the_same(cast: Cast, kind: str, queries: int, count: int) -> None:
    """A packet's four more are each person's own."""
    people = people_with_a_week(cast, count)
    ids = (people[0].pk,) if kind in ("history", "packet") else ()
    user = cast.cory
    assert user.scope.site_ids
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read(user, kind, now=NOW, ids=ids)
    assert len(asked) == queries, [one["sql"][:90] for one in asked]
