"""The board: whose weeks are on it, in which order, in how many queries."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.domain.status import BOARD_ORDER, WeekStatus
from attendance.models import TreatmentWeek
from attendance.queries import TrendPoint, board, patient_weeks, trends, unsigned_sessions, week_summary
from attendance.services.roster import mark_all_present, sign_roster
from attendance.services.weeks import ensure_weeks, recount_patient, recount_stale
from people.enums import Role
from people.errors import InvalidInput
from people.models import Admission, Counselor, Membership, Patient, User
from tests.cast import NOW, WEEK, Cast, at

A_WEEK = timedelta(days=7)


def with_status(cast: Cast, name: str, status: str, shortfall: int = 0, **figures: Any) -> Patient:
    patient = cast.patient(name)
    ensure_weeks(now=NOW)
    TreatmentWeek.objects.filter(patient=patient, week=WEEK).update(
        status=status, status_rank=BOARD_ORDER.index(WeekStatus(status)), shortfall_minutes=shortfall, **figures
    )
    return patient


def names(user: User, **options: Any) -> list[str]:
    return [week.patient.name for week in board(user, week=NOW.date(), **options).weeks]


def test_worst_first_then_the_larger_shortfall_then_who_came_first(cast: Cast) -> None:
    for name, status, shortfall in [
        ("E", "exempt", 0),
        ("M", "met", 0),
        ("T", "on_track", 0),
        ("O", "over", 0),
        ("R small", "at_risk", 15),
        ("R big", "at_risk", 300),
        ("B", "below", 30),
        ("B too", "below", 30),
    ]:
        with_status(cast, name, status, shortfall)
    assert names(cast.cory) == ["B", "B too", "R big", "R small", "O", "T", "M", "E"]


def test_filters_search_and_orderings(cast: Cast) -> None:
    with_status(cast, "Ana Reyes", "below", 90, credited_minutes=100)
    with_status(cast, "Ben Carter", "at_risk", 45, credited_minutes=300, booked_minutes=10)
    with_status(cast, "Cleo Hart", "at_risk", 60, credited_minutes=200, booked_minutes=200)
    assert names(cast.cory, status="at_risk") == ["Cleo Hart", "Ben Carter"]
    assert names(cast.cory, search=" cArt ") == ["Ben Carter"]
    assert names(cast.cory, ordering="-patient_name") == ["Cleo Hart", "Ben Carter", "Ana Reyes"]
    assert names(cast.cory, ordering="credited_minutes") == ["Ana Reyes", "Cleo Hart", "Ben Carter"]
    assert names(cast.cory, ordering="-projected_minutes") == ["Cleo Hart", "Ben Carter", "Ana Reyes"]
    assert names(cast.cory, program_id=cast.program.pk, site_id=cast.site.pk) == [
        "Ana Reyes",
        "Cleo Hart",
        "Ben Carter",
    ]
    assert names(cast.cory, program_id=cast.other_program.pk) == []
    assert names(cast.cory, counselor_id=cast.dana_counselor.pk, search="ana") == ["Ana Reyes"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("garcia jose", ["JOSÉ García"]),
        ("núñez", ["Ruth NUNEZ"]),
        ("***", []),
        ("(?i)ana", []),
        ("a.a", []),
        ("\\", []),
        ("'\"<%_", []),
        ("", ["Ana Reyes", "JOSÉ García", "Ruth NUNEZ"]),
    ],
)
def test_a_person_is_found_with_or_without_accents(cast: Cast, typed: str, found: list[str]) -> None:
    for name in ("Ana Reyes", "JOSÉ García", "Ruth NUNEZ"):
        with_status(cast, name, "below", 90)
    assert sorted(names(cast.cory, search=typed)) == found
    assert sorted(Patient.objects.named(typed).values_list("name", flat=True)) == found


@pytest.mark.parametrize("options", [{"status": "fine"}, {"ordering": "patient__user__password"}])
def test_what_a_board_cannot_show_is_named(cast: Cast, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        board(cast.cory, week=WEEK, **options)
    assert list(caught.value.errors) == list(options)


def test_counts_are_of_every_status_whichever_is_shown(cast: Cast) -> None:
    with_status(cast, "Ana", "below")
    with_status(cast, "Ben", "met")
    with_status(cast, "Benita", "met")
    assert board(cast.cory, week=WEEK, status="below").counts() == {
        "over": 0,
        "exempt": 0,
        "met": 2,
        "on_track": 0,
        "at_risk": 0,
        "below": 1,
    }
    assert board(cast.cory, week=WEEK, search="Benita").counts()["met"] == 1


def test_any_day_names_each_programs_week(cast: Cast) -> None:
    cast.other_program.first_weekday = "sunday"
    cast.other_program.save()
    cast.patient("Monday")
    sunday = cast.patient("Sunday", admitted=False)
    Admission.objects.create(
        patient=sunday, program=cast.other_program, site=cast.other_site, admitted_on=date(2026, 10, 1)
    )
    Membership.objects.create(user=cast.cory, role=Role.COORDINATOR, site=cast.other_site)
    ensure_weeks(now=NOW)

    def shown(on: date) -> list[tuple[str, date]]:
        rows = board(cast.cory, week=on, ordering="patient_name").weeks
        return [(row.patient.name, row.week) for row in rows]

    assert shown(date(2026, 11, 21)) == [("Monday", date(2026, 11, 16)), ("Sunday", date(2026, 11, 15))]
    assert shown(date(2026, 11, 22)) == [("Monday", date(2026, 11, 16)), ("Sunday", date(2026, 11, 22))]
    assert shown(date(2026, 11, 23)) == [("Monday", date(2026, 11, 23)), ("Sunday", date(2026, 11, 22))]


def test_one_sees_whom_one_answers_for(cast: Cast) -> None:
    cast.patient("Mine", account=True)
    other = Counselor.objects.create(name="Other Counselor")
    theirs = cast.patient("Theirs")
    Admission.objects.filter(patient=theirs).update(primary_counselor=other)
    ensure_weeks(now=NOW)
    both = ["Mine", "Theirs"]
    assert names(cast.cory) == names(cast.dirk) == names(cast.ada) == both
    assert names(cast.dana) == ["Mine"]
    assert names(cast.stranger) == names(User.objects.get(email="mine@example.org")) == []
    Membership.objects.create(user=cast.dana, role=Role.COORDINATOR, site=cast.site)
    assert names(User.objects.get(pk=cast.dana.pk)) == both


def test_the_last_eight_weeks_of_those_shown(cast: Cast) -> None:
    patient = cast.patient(admitted=False)
    cast.admission(patient, admitted_on=date(2026, 11, 2))
    ensure_weeks(now=NOW, weeks_back=3)
    TreatmentWeek.objects.filter(week=WEEK - A_WEEK).update(
        status="met", min_minutes=540, credited_minutes=600, booked_minutes=30
    )
    TreatmentWeek.objects.filter(week=WEEK - 2 * A_WEEK).update(status="below", min_minutes=540)
    (row,) = board(cast.cory, week=WEEK).weeks
    assert trends([row]) == {
        row.pk: [
            *[None] * 5,
            TrendPoint(WEEK - 2 * A_WEEK, "below", 540, 0, 0),
            TrendPoint(WEEK - A_WEEK, "met", 540, 600, 630),
            TrendPoint(WEEK, "below", 0, 0, 0),
        ]
    }


@pytest.mark.parametrize("size", [1, 30])
def test_a_page_of_the_board_takes_five_queries(cast: Cast, size: int) -> None:
    session = cast.session("2026-11-16 18:00", capacity=40, room=False, now=at("2026-11-14 12:00"))
    for _ in range(size):
        cast.booked(cast.patient(), session, now=at("2026-11-14 12:00"))
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    user = cast.cory
    assert user.scope.site_ids
    with CaptureQueriesContext(connection) as queries:
        found = board(user, week=WEEK)
        rows = list(found.weeks[:50])
        shown = [(row.patient.name, row.admission.primary_counselor, row.program.name) for row in rows]
        assert (len(shown), found.counts()["below"]) == (size, size)
        assert len(trends(rows)) == len(unsigned_sessions(rows, now=NOW)) == size
    assert len(queries) == 5


def test_a_summary_counts_weeks_by_status(cast: Cast) -> None:
    with_status(cast, "Ana", "met")
    with_status(cast, "Ben", "at_risk")
    none = {"over": 0, "exempt": 0, "met": 0, "on_track": 0, "at_risk": 0, "below": 0}
    # Any day of a week stands for the whole of it.
    assert week_summary(cast.cory, first=date(2026, 11, 22), last=date(2026, 11, 23)) == {
        WEEK: {**none, "met": 1, "at_risk": 1},
        WEEK + A_WEEK: {**none, "below": 2},
    }
    assert week_summary(cast.stranger, first=WEEK, last=WEEK) == {}


def test_a_patients_weeks_newest_first_widened_to_whole_weeks(cast: Cast) -> None:
    patient = cast.patient()
    cast.patient()
    ensure_weeks(now=NOW)

    def shown(**dates: date) -> list[date]:
        return [row.week for row in patient_weeks(patient.pk, **dates)]

    assert shown() == [WEEK + A_WEEK, WEEK, WEEK - A_WEEK]
    assert shown(first=date(2026, 11, 22), last=date(2026, 11, 22)) == [WEEK]
    assert shown(first=date(2026, 11, 22), last=date(2026, 11, 23)) == [WEEK + A_WEEK, WEEK]


def test_rosters_that_a_week_waits_for(cast: Cast) -> None:
    before = at("2026-11-14 12:00")
    patient, absent = cast.patient(), cast.patient()
    unsigned, signed = cast.session("2026-11-16 18:00", now=before), cast.session("2026-11-17 18:00", now=before)
    ahead = cast.session("2026-11-18 18:00")
    for session in (unsigned, signed, ahead):
        cast.booked(patient, session, now=before)
    mark_all_present(signed, actor=cast.dana, now=NOW)
    sign_roster(signed, actor=cast.dana, now=NOW)
    for person in (patient, absent):
        recount_patient(person.pk, now=NOW)
    rows = {row.patient_id: row for row in TreatmentWeek.objects.filter(week=WEEK)}
    assert unsigned_sessions(rows.values(), now=NOW) == {
        rows[patient.pk].pk: [unsigned.pk],
        rows[absent.pk].pk: [],
    }
