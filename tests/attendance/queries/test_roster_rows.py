"""What a roster shows of each patient."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.queries import RosterLine, roster_of, roster_rows
from attendance.services.roster import RosterRow, save_rows
from people.models import Membership, User
from tests.cast import Cast, at

BEFORE = at("2026-11-10 12:00")


def test_rows_by_name_with_their_marks_the_waitlist_left_out(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", capacity=2, now=BEFORE)
    earlier = cast.session("2026-11-11 18:00", now=BEFORE)
    ben, ana = cast.patient("Ben"), cast.patient("Ana", admitted=False)
    cast.admission(ana, admitted_on=date(2026, 11, 9))
    unmarked, marked = (cast.booked(patient, session, now=BEFORE) for patient in (ben, ana))
    cast.booked(cast.patient("Cleo"), session, now=BEFORE, waitlist=True)
    seen = cast.booked(ana, earlier, now=BEFORE)
    missed = cast.booked(ben, earlier, now=BEFORE)
    rows = [RosterRow(seen.pk, "present"), RosterRow(missed.pk, "no_show")]
    save_rows(earlier, rows, actor=cast.dana, now=at("2026-11-11 21:00"))
    late = RosterRow(marked.pk, "present", arrived_at=at("2026-11-18 18:05"))
    save_rows(session, [late], actor=cast.dana, now=at("2026-11-19 21:01"))
    record = marked.attendance
    assert roster_rows(session, now=at("2026-11-20 09:00")) == [
        RosterLine(
            booking_id=marked.pk,
            patient_id=ana.pk,
            patient_name="Ana",
            attendance_id=record.pk,
            status="present",
            mode="in_person",
            arrived_at=at("2026-11-18 18:05"),
            left_at=None,
            excuse_reason=None,
            planned_minutes=180,
            late_minutes=5,
            early_minutes=0,
            credited_minutes=175,
            deductions=({"why": "late", "minutes": 5},),
            day_number=10,
            days_since_seen=7,
            late_entry=True,
            recorded_at=at("2026-11-19 21:01"),
            recorded_by_id=cast.dana.pk,
            recorded_by_name="Dana",
        ),
        RosterLine(
            booking_id=unmarked.pk,
            patient_id=ben.pk,
            patient_name="Ben",
            attendance_id=None,
            status=None,
            mode=None,
            arrived_at=None,
            left_at=None,
            excuse_reason=None,
            planned_minutes=None,
            late_minutes=None,
            early_minutes=None,
            credited_minutes=None,
            deductions=(),
            day_number=None,
            days_since_seen=None,
            late_entry=False,
        ),
    ]


def test_a_roster_nobody_has_begun_is_blank(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    roster = roster_of(session)
    assert (roster._state.adding, roster.session, roster.version, roster.signed_at) == (True, session, 0, None)


@pytest.mark.parametrize("size", [1, 30])
def test_a_roster_takes_three_queries(cast: Cast, size: int) -> None:
    session = cast.session("2026-11-18 18:00", capacity=40, room=False)
    for _ in range(size):
        cast.booked(cast.patient(), session)
    with CaptureQueriesContext(connection) as queries:
        assert len(roster_rows(session, now=BEFORE)) == size
    assert len(queries) == 3


def test_who_takes_and_signs_a_roster_and_who_sees_the_board(cast: Cast) -> None:
    led = cast.session("2026-11-18 18:00")
    not_led = cast.session("2026-11-19 18:00", counselor=False)
    cast.patient("Pat", account=True)
    patient = User.objects.get(email="pat@example.org")
    people = [cast.dana, cast.cory, cast.dirk, cast.ada, cast.stranger, patient]
    assert [user.has_perm("attendance.take_roster", led) for user in people] == [True, True, True, False, False, False]
    assert [user.has_perm("attendance.sign_roster", not_led) for user in people] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
    assert [user.has_perm("attendance.see_board") for user in people] == [True, True, True, True, True, False]
    Membership.objects.filter(user=cast.cory).delete()
    assert not User.objects.get(pk=cast.cory.pk).has_perm("attendance.take_roster", led)


def test_until_a_session_has_begun_how_long_somebody_was_not_seen_is_counted_to_today(cast: Cast) -> None:
    ahead = cast.session("2026-12-16 18:00", now=BEFORE)
    held = cast.session("2026-11-11 18:00", now=BEFORE)
    cast.booked(cast.ana, ahead, now=BEFORE)
    seen = cast.booked(cast.ana, held, now=BEFORE)
    save_rows(held, [RosterRow(seen.pk, "present")], actor=cast.dana, now=at("2026-11-11 21:00"))
    for now, days in (("2026-11-12 08:00", 1), ("2026-12-16 17:00", 35), ("2026-12-20 09:00", 35)):
        (line,) = roster_rows(ahead, now=at(now))
        assert line.days_since_seen == days
