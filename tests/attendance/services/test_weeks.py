"""Treatment weeks: which rows there are, and figures equal to a slow, obvious count."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.domain.status import BOARD_ORDER, WeekStatus
from attendance.models import TreatmentWeek
from attendance.services.roster import RosterRow, save_rows
from attendance.services.weeks import ensure_weeks, recount, recount_patient, recount_stale
from people.errors import Refusal
from people.models import Admission, Patient, Program, Site
from people.services.admissions import discharge
from people.services.plans import add_leave
from scheduling.models import Booking, Session
from scheduling.queries import sessions_with_fit
from scheduling.services.booking import cancel
from scheduling.services.work_hours import WorkHoursFields, add_work_hours
from tests.cast import DENVER, NOW, WEEK, Cast, at

A_WEEK = timedelta(days=7)
BEFORE = at("2026-11-14 12:00")


def weeks_of(patient: Patient) -> list[date]:
    return list(TreatmentWeek.objects.filter(patient=patient).order_by("week").values_list("week", flat=True))


def week_of(patient: Patient, week: date = WEEK) -> TreatmentWeek:
    return TreatmentWeek.objects.get(patient=patient, week=week)


# --- rows ---


def test_each_admission_has_its_last_this_and_next_week_once(cast: Cast) -> None:
    ana, newcomer = cast.ana, cast.patient("New", admitted=False)
    cast.admission(newcomer, admitted_on=date(2026, 11, 23))
    assert ensure_weeks(now=NOW) == 4
    assert weeks_of(ana) == [WEEK - A_WEEK, WEEK, WEEK + A_WEEK]
    assert weeks_of(newcomer) == [WEEK + A_WEEK]
    assert (ensure_weeks(now=NOW), TreatmentWeek.objects.count()) == (0, 4)
    row = week_of(ana)
    assert (row.starts_at, row.ends_at) == (at("2026-11-16 00:00"), at("2026-11-23 00:00"))
    assert (row.site, row.program, row.stale_at, row.computed_at) == (cast.site, cast.program, NOW, None)


def test_weeks_begin_on_the_programs_day_in_the_home_sites_zone(cast: Cast) -> None:
    cast.other_program.first_weekday = "sunday"
    cast.other_program.save()
    patient = cast.patient(admitted=False)
    Admission.objects.create(
        patient=patient, program=cast.other_program, site=cast.other_site, admitted_on=date(2026, 10, 1)
    )
    ensure_weeks(now=datetime(2026, 11, 22, 5, 30, tzinfo=UTC))  # Sunday in New York, Saturday in Denver
    assert weeks_of(patient) == [date(2026, 11, 15), date(2026, 11, 22), date(2026, 11, 29)]
    assert week_of(patient, date(2026, 11, 22)).starts_at == datetime(2026, 11, 22, 5, tzinfo=UTC)


def test_who_was_discharged_before_the_week_has_none(cast: Cast) -> None:
    patient = cast.patient()
    discharge(cast.admission_of(patient), discharged_on=date(2026, 11, 15), actor=None, now=NOW)
    ensure_weeks(now=NOW)
    assert weeks_of(patient) == [WEEK - A_WEEK]


def test_past_weeks_can_be_asked_for(cast: Cast) -> None:
    patient = cast.patient()
    ensure_weeks(now=NOW, weeks_back=20, weeks_ahead=0)
    assert weeks_of(patient) == [date(2026, 10, 5) + number * A_WEEK for number in range(7)]


# --- figures, worked by hand ---


def test_the_figures_of_a_week_in_the_middle(cast: Cast) -> None:
    ana = cast.ana
    pause = (at("2026-11-16 19:20"), at("2026-11-16 19:35"))
    attended = cast.session("2026-11-16 18:00", breaks=(pause,), now=BEFORE)
    missed = cast.session("2026-11-17 18:00", minutes=120, now=BEFORE)
    ahead = cast.session("2026-11-19 18:00")
    cast.session("2026-11-21 09:00")  # free on Saturday
    cast.session("2026-11-20 15:00")  # during work
    cast.session("2026-11-20 18:00", capacity=1)
    cast.booked(cast.patient(), Session.objects.get(starts_at=at("2026-11-20 18:00")))  # full
    for session in (attended, missed, ahead):
        cast.booked(ana, session, now=BEFORE)
    save_rows(attended, [RosterRow(attended.bookings.get().pk, "present")], actor=cast.dana, now=at("2026-11-16 21:00"))
    save_rows(missed, [RosterRow(missed.bookings.get().pk, "no_show")], actor=cast.dana, now=at("2026-11-17 21:00"))
    recount_patient(ana.pk, now=NOW)
    assert figures(week_of(ana)) == {
        "min_minutes": 540,
        "max_minutes": 1140,
        "exempt": False,
        "transition": False,
        "credited_minutes": 165,
        "booked_minutes": 180,
        "bookable_minutes": 180,
        "offered_minutes": 165 + 120 + 180 + 180 + 180,
        "scheduled_minutes": 165 + 120 + 180,
        "days": 1,
        "billable_days": 0,
        "shortfall_minutes": 195,
        "status": "below",
        "status_rank": 0,
    }
    assert (week_of(ana).computed_at, week_of(ana).stale_at) == (NOW, None)


def test_bookable_keeps_to_the_plans_days_and_a_missed_day_is_free_for_a_make_up(cast: Cast) -> None:
    patient = cast.patient()
    phase = cast.phase_of(patient)
    phase.days_per_week = 2
    phase.save()
    monday = cast.booked(patient, cast.session("2026-11-16 18:00", now=BEFORE), now=BEFORE)
    cast.booked(patient, cast.session("2026-11-17 18:00", now=BEFORE), now=BEFORE)
    cast.session("2026-11-20 18:00")
    recount_patient(patient.pk, now=NOW)
    assert week_of(patient).bookable_minutes == 0
    save_rows(monday.session, [RosterRow(monday.pk, "excused")], actor=cast.dana, now=NOW)
    recount_patient(patient.pk, now=NOW)
    assert week_of(patient).bookable_minutes == 180


@pytest.mark.parametrize(("late", "billable"), [(0, 1), (1, 0)])
def test_a_day_is_billable_from_three_hours_credited(cast: Cast, late: int, billable: int) -> None:
    patient = cast.patient()
    for start, minutes in (("2026-11-16 10:00", 60), ("2026-11-16 18:00", 120)):
        booking = cast.booked(patient, cast.session(start, minutes=minutes, now=BEFORE), now=BEFORE)
        arrived = booking.starts_at + timedelta(minutes=late)
        save_rows(booking.session, [RosterRow(booking.pk, "present", arrived_at=arrived)], actor=cast.dana, now=NOW)
    recount_patient(patient.pk, now=NOW)
    row = week_of(patient)
    assert (row.credited_minutes, row.days, row.billable_days) == (180 - 2 * late, 1, billable)


def test_one_waits_for_one_session_and_may_book_its_twin(cast: Cast) -> None:
    patient, other = cast.patient(), cast.patient()
    waited = cast.session("2026-11-19 18:00", capacity=1, counselor=False, room=False)
    taken = cast.booked(other, waited)
    cast.booked(patient, waited, waitlist=True)
    Session.objects.filter(pk=waited.pk).update(seats_taken=0)  # a seat that promotion has not given out yet
    recount_patient(patient.pk, now=NOW)
    assert week_of(patient).bookable_minutes == 0
    cast.session("2026-11-19 18:00", counselor=False, room=False)
    recount_patient(patient.pk, now=NOW)
    assert (week_of(patient).bookable_minutes, taken.patient) == (180, other)


def test_parallel_sessions_are_offered_once(cast: Cast) -> None:
    patient = cast.patient()
    for title in ("East", "West"):
        cast.session("2026-11-19 18:00", title=title, counselor=False, room=False)
    cast.session("2026-11-19 20:30", minutes=240, counselor=False, room=False)
    cast.session("2026-11-21 09:00", minutes=60)
    recount_patient(patient.pk, now=NOW)
    assert week_of(patient).offered_minutes == 240 + 60


def test_leave_makes_a_week_exempt_and_offers_nothing(cast: Cast) -> None:
    patient = cast.patient()
    cast.session("2026-11-19 18:00")
    add_leave(cast.admission_of(patient), starts_on=WEEK, ends_on=WEEK + timedelta(days=6), actor=None, now=NOW)
    recount_patient(patient.pk, now=NOW)
    row = week_of(patient)
    assert (row.status, row.exempt, row.min_minutes, row.offered_minutes, row.bookable_minutes) == (
        "exempt",
        True,
        0,
        0,
        0,
    )


def test_a_closed_week_is_left_as_it_is(cast: Cast) -> None:
    patient = cast.patient()
    recount_patient(patient.pk, now=NOW)
    TreatmentWeek.objects.filter(patient=patient, week=WEEK).update(closed_at=NOW, min_minutes=1)
    recount_patient(patient.pk, now=NOW + timedelta(hours=1))
    assert (week_of(patient).min_minutes, week_of(patient).computed_at) == (1, NOW)


def test_one_patients_weeks_ahead_are_made_when_asked_for(cast: Cast) -> None:
    patient = cast.patient()
    cast.booked(patient, cast.session("2026-12-16 18:00"))
    recount_patient(patient.pk, now=NOW, first=date(2026, 12, 15), last=date(2026, 12, 24))
    assert weeks_of(patient) == [date(2026, 12, 14), date(2026, 12, 21)]
    assert week_of(patient, date(2026, 12, 14)).booked_minutes == 180
    recount_patient(patient.pk, now=NOW, first=date(2020, 1, 1), last=date(2099, 1, 1))
    assert weeks_of(patient)[0] == date(2026, 10, 5)
    assert weeks_of(patient)[-1] <= NOW.date() + timedelta(weeks=26)


# --- figures against a slow, obvious count ---

FIGURES = (
    "min_minutes",
    "max_minutes",
    "exempt",
    "transition",
    "credited_minutes",
    "booked_minutes",
    "bookable_minutes",
    "offered_minutes",
    "scheduled_minutes",
    "days",
    "billable_days",
    "shortfall_minutes",
    "status",
    "status_rank",
)


def figures(row: TreatmentWeek) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIGURES}


def slow_figures(row: TreatmentWeek, *, now: datetime) -> dict[str, Any]:
    """One week counted by the words of the rules, query after query, every set of sessions tried."""
    admission = row.admission
    days = [row.week + timedelta(days=number) for number in range(7)]
    phases = list(admission.phases.all())
    leaves = list(admission.leaves.all())
    in_force = [
        next(
            (phase for phase in phases if phase.starts_on <= day and (not phase.ends_on or day <= phase.ends_on)), None
        )
        for day in days
        if admission.covers(day) and not any(leave.starts_on <= day <= leave.ends_on for leave in leaves)
    ]
    minimum = round(sum(phase.min_minutes / 7 for phase in in_force if phase))
    maximum = max((phase.max_minutes for phase in in_force if phase), default=admission.program.max_minutes)
    bookings = [one for one in Booking.objects.filter(admission=admission, live=True) if local(one.starts_at) in days]
    credited = sum(one.counted_minutes for one in bookings if one.marked_at)
    booked = sum(one.counted_minutes for one in bookings if not one.marked_at)
    attended: dict[date, int] = {}
    for one in bookings:
        if one.marked_at and one.counted_minutes:
            attended[local(one.starts_at)] = attended.get(local(one.starts_at), 0) + one.counted_minutes
    sessions = [one for one in Session.objects.filter(program=admission.program) if local(one.starts_at) in days]
    fitting = [
        fit.session
        for fit in sessions_with_fit(sessions, admission.patient_id, now=now)
        if not fit.why_not and now < row.ends_at
    ]
    bookable = max(
        sum(one.clinical_minutes for one in some)
        for some in subsets(fitting)
        if can_be_added(some, bookings, admission, room=maximum - credited - booked, days=5)
    )
    open_to_them = [
        one
        for one in sessions
        if one.state != "cancelled"
        and (one.seats_left or any(own.session_id == one.pk for own in bookings))
        and admission.covers(local(one.starts_at))
        and not any(leave.starts_on <= local(one.starts_at) <= leave.ends_on for leave in leaves)
    ]
    offered = max(sum(one.clinical_minutes for one in some) for some in subsets(open_to_them) if apart(some))
    status = (
        "over"
        if credited + booked > maximum
        else "exempt"
        if not in_force
        else "met"
        if credited >= minimum
        else "on_track"
        if credited + booked >= minimum
        else "at_risk"
        if credited + booked + bookable >= minimum
        else "below"
    )
    return {
        "min_minutes": minimum,
        "max_minutes": maximum,
        "exempt": not in_force,
        "transition": any(phase and phase.transition for phase in in_force),
        "credited_minutes": credited,
        "booked_minutes": booked,
        "bookable_minutes": bookable,
        "offered_minutes": offered,
        "scheduled_minutes": sum(one.session.clinical_minutes for one in bookings),
        "days": len(attended),
        "billable_days": sum(minutes >= 180 for minutes in attended.values()),
        "shortfall_minutes": max(0, minimum - credited - booked),
        "status": status,
        "status_rank": BOARD_ORDER.index(WeekStatus(status)),
    }


def local(instant: datetime) -> date:
    return instant.astimezone(DENVER).date()


def subsets(sessions: list[Session]) -> Iterable[tuple[Session, ...]]:
    return (some for size in range(len(sessions) + 1) for some in combinations(sessions, size))


def apart(some: Iterable[Session]) -> bool:
    return not any(one.interval.overlaps(other.interval) for one, other in combinations(some, 2))


def can_be_added(
    some: tuple[Session, ...], bookings: list[Booking], admission: Admission, *, room: int, days: int
) -> bool:
    if not apart(some) or sum(one.clinical_minutes for one in some) > max(room, 0):
        return False
    held = [one for one in bookings if one.counted_minutes]
    gaining = {local(one.starts_at) for one in some}
    for day in gaining:
        minutes = [one.clinical_minutes for one in some if local(one.starts_at) == day]
        minutes += [one.counted_minutes for one in held if local(one.starts_at) == day]
        if sum(minutes) > admission.program.minutes_a_day or len(minutes) > admission.program.sessions_a_day:
            return False
    used = {local(one.starts_at) for one in held}
    return not gaining - used or len(gaining | used) <= days


def random_sessions(cast: Cast, chance: Random) -> list[Session]:
    """Sessions all over two weeks: short and long, small and large, in person, by video, or either."""
    return [
        cast.session(
            f"{WEEK + timedelta(days=day)} {start}",
            minutes=chance.choice([45, 60, 90, 120, 180]),
            capacity=chance.choice([1, 2, 12]),
            mode=chance.choice(["in_person", "telehealth", "either"]),
            counselor=False,
            room=False,
            now=BEFORE,
        )
        for day in range(14)
        for start in chance.sample(["09:00", "10:30", "14:00", "18:00", "19:30"], chance.choice([0, 1, 1]))
    ]


def random_patient(cast: Cast, chance: Random) -> Admission:
    """Somebody admitted a while ago or just now, perhaps with shifts, perhaps on leave, perhaps discharged soon."""
    patient = cast.patient(admitted=False)
    admission = cast.admission(patient, admitted_on=chance.choice([date(2026, 10, 5), date(2026, 11, 19)]))
    if chance.random() < 0.5:
        days = ",".join(sorted(chance.sample(["MO", "TU", "WE", "TH", "FR"], 3)))
        shifts = WorkHoursFields(
            "2026-10-05T13:00",
            "2026-10-05T18:00",
            "America/Denver",
            rrule=f"FREQ=WEEKLY;BYDAY={days}",
            travel_before_minutes=30,
            travel_after_minutes=45,
        )
        add_work_hours(patient, shifts, actor=None, now=BEFORE)
    if chance.random() < 0.3:
        first = WEEK + timedelta(days=chance.randrange(10))
        add_leave(admission, starts_on=first, ends_on=first + timedelta(days=2), actor=None, now=BEFORE)
    return admission


def book_and_mark(cast: Cast, chance: Random, patient: Patient, sessions: list[Session]) -> None:
    """Book what fits of a few sessions; mark most that are over, cancel some that are ahead."""
    for session in chance.sample(sessions, min(6, len(sessions))):
        try:
            booking = cast.booked(patient, session, now=BEFORE)
        except Refusal:
            continue
        if session.ends_at < NOW:
            status = chance.choice(["present", "present", "no_show", None])
            save_rows(session, [RosterRow(booking.pk, status)], actor=cast.dana, now=NOW)
        elif chance.random() < 0.2:
            cancel(booking, actor=cast.cory, now=NOW, reason="x")


def a_random_fortnight(cast: Cast, chance: Random) -> None:
    sessions = random_sessions(cast, chance)
    for _ in range(8):
        admission = random_patient(cast, chance)
        book_and_mark(cast, chance, admission.patient, sessions)
        if chance.random() < 0.2:
            discharge(admission, discharged_on=WEEK + timedelta(days=8), actor=None, now=NOW)


@pytest.mark.parametrize("seed", range(6))
def test_a_recount_of_many_equals_the_slow_count_of_each(cast: Cast, seed: int) -> None:
    a_random_fortnight(cast, Random(seed))
    ensure_weeks(now=NOW)
    assert recount_stale(now=NOW) == TreatmentWeek.objects.count()
    rows = TreatmentWeek.objects.select_related("admission__program", "admission__site")
    assert {row.pk: figures(row) for row in rows} == {row.pk: slow_figures(row, now=NOW) for row in rows}


# --- in bulk ---


@pytest.mark.parametrize("size", [1, 30])
def test_a_recount_takes_the_same_queries_for_one_and_for_thirty(cast: Cast, size: int) -> None:
    session = cast.session("2026-11-19 18:00", capacity=40, room=False)
    for number in range(size):
        cast.booked(cast.ana if number == 0 else cast.patient(), session)
    ensure_weeks(now=NOW)
    ids = list(TreatmentWeek.objects.filter(week=WEEK).values_list("pk", flat=True))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert recount(ids, now=NOW) == size
    assert len(statements(queries)) == 19


def statements(queries: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in queries.captured_queries if "SAVEPOINT" not in one["sql"]]


@pytest.mark.parametrize("size", [1, 30])
def test_ensuring_what_is_there_takes_four_queries(cast: Cast, size: int) -> None:
    for _ in range(size):
        cast.patient()
    ensure_weeks(now=NOW)
    with CaptureQueriesContext(connection) as queries:
        assert ensure_weeks(now=NOW) == 0
    assert len(statements(queries)) == 4


def test_programs_and_sites_apart_do_not_mix(cast: Cast) -> None:
    elsewhere = cast.patient(admitted=False)
    Admission.objects.create(
        patient=elsewhere, program=cast.other_program, site=cast.other_site, admitted_on=date(2026, 10, 1)
    )
    here = cast.patient()
    cast.session("2026-11-19 18:00", now=NOW)
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    assert (week_of(here).bookable_minutes, week_of(elsewhere).bookable_minutes) == (180, 0)
    assert (Program.objects.count(), Site.objects.count()) == (2, 2)
