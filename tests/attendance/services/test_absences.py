"""Flags about people who stay away: the first time, again, and in silence."""

from datetime import date, timedelta
from typing import Any

import pytest

from attendance.models import AttendanceRecord, Flag
from attendance.services.flags import evaluate
from attendance.services.outreach import assign
from people.models import Admission, Patient, User
from people.services.plans import add_leave
from scheduling.models import Booking
from tests.cast import NOW, WEEK, Cast, at

BEFORE = at("2026-10-05 12:00")


def marked(cast: Cast, patient: Patient, day: str, status: str) -> Booking:
    """An evening with a mark on it."""
    session = cast.session(f"{day} 18:00", counselor=False, room=False, now=BEFORE)
    booking = cast.booked(patient, session, now=BEFORE)
    AttendanceRecord.objects.create(
        booking=booking,
        session=session,
        patient=patient,
        status=status,
        mode="in_person",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        planned_minutes=180,
        credited_minutes=180 if status == "present" else 0,
        policy={},
        recorded_at=NOW,
    )
    return booking


def stayed_away(patient: Patient) -> list[tuple[str, str, date, Any]]:
    kinds = ["first_absence", "repeated_absence", "inactive"]
    return [
        (flag.kind, flag.state, flag.week, {key: value for key, value in flag.facts.items() if key != "latest_at"})
        for flag in Flag.objects.filter(patient=patient, kind__in=kinds).order_by("pk")
    ]


def test_a_first_absence_is_told_until_they_are_back(cast: Cast) -> None:
    marked(cast, cast.ana, "2026-11-16", "present")
    marked(cast, cast.ana, "2026-11-17", "no_show")
    evaluate(now=NOW)
    told = {"absences": 1, "in_a_row": 1}
    assert stayed_away(cast.ana) == [("first_absence", "open", WEEK, told)]
    marked(cast, cast.ana, "2026-11-18", "present")
    evaluate(now=NOW + timedelta(days=1))
    assert stayed_away(cast.ana) == [("first_absence", "resolved", WEEK, told)]
    assert Flag.objects.get(kind="first_absence").resolution == (
        "They have been here since, or it was excused, or another absence followed."
    )


def test_an_excused_absence_and_one_turned_away_are_none(cast: Cast) -> None:
    marked(cast, cast.ana, "2026-11-15", "present")
    marked(cast, cast.ana, "2026-11-16", "excused")
    marked(cast, cast.ana, "2026-11-17", "turned_away")
    evaluate(now=NOW)
    assert stayed_away(cast.ana) == []


def test_two_in_a_row_and_three_in_all_by_the_programs_numbers(cast: Cast) -> None:
    wen = cast.patient("Wen Zhao")
    marked(cast, cast.ana, "2026-11-14", "present")
    marked(cast, cast.ana, "2026-11-15", "no_show")
    marked(cast, cast.ana, "2026-11-16", "excused")
    marked(cast, cast.ana, "2026-11-17", "no_show")
    for day in ("2026-11-02", "2026-11-04"):
        marked(cast, wen, day, "no_show")
        marked(cast, wen, day.replace("-0", "-1"), "present")
    marked(cast, wen, "2026-11-17", "no_show")
    evaluate(now=NOW)
    assert stayed_away(cast.ana) == [("repeated_absence", "open", WEEK, {"absences": 2, "in_a_row": 2})]
    assert stayed_away(wen) == [("repeated_absence", "open", WEEK, {"absences": 3, "in_a_row": 1})]
    type(cast.program).objects.update(absences_in_a_row=3, absences_in_all=9)
    evaluate(now=NOW)
    assert [state for _, state, _, _ in [*stayed_away(cast.ana), *stayed_away(wen)]] == ["resolved", "resolved"]


def test_an_absence_recorded_long_after_is_history(cast: Cast) -> None:
    marked(cast, cast.ana, "2026-11-09", "no_show")
    marked(cast, cast.ana, "2026-11-01", "present")
    evaluate(now=NOW)
    assert [row for row in stayed_away(cast.ana) if row[0] != "inactive"] == []


@pytest.mark.parametrize(("days", "threshold"), [(6, None), (7, 7), (13, 7), (14, 14), (29, 14), (30, 30), (60, 30)])
def test_silence_is_told_at_7_14_and_30_days(cast: Cast, days: int, threshold: int | None) -> None:
    marked(cast, cast.ana, "2026-11-16", "present")
    evaluate(now=at("2026-11-16 20:00") + timedelta(days=days))
    expected = {"days": days, "threshold": threshold, "seen": True}
    assert stayed_away(cast.ana) == ([("inactive", "open", WEEK + timedelta(days=7), expected)] if threshold else [])


def test_one_flag_for_a_silence_that_opens_again_at_the_next_step(cast: Cast) -> None:
    marked(cast, cast.ana, "2026-11-16", "present")
    monday = at("2026-11-16 20:00")
    evaluate(now=monday + timedelta(days=8))
    Flag.objects.filter(kind="inactive").update(state="resolved", resolved_by=cast.cory, resolution="called")
    evaluate(now=monday + timedelta(days=13))
    assert [state for _, state, _, _ in stayed_away(cast.ana)] == ["resolved"]
    evaluate(now=monday + timedelta(days=14))
    assert [state for _, state, _, _ in stayed_away(cast.ana)] == ["open"]
    marked(cast, cast.ana, "2026-11-30", "present")
    evaluate(now=monday + timedelta(days=15))
    assert [state for _, state, _, _ in stayed_away(cast.ana)] == ["resolved"]


def test_leave_discharge_and_the_first_days_are_no_silence(cast: Cast) -> None:
    away, gone, new = cast.patient(), cast.patient(), cast.patient(admitted=False)
    cast.admission(new, admitted_on=NOW.date() - timedelta(days=6))
    today = NOW.date()
    add_leave(cast.admission_of(away), starts_on=today, ends_on=today, actor=None, now=NOW)
    Admission.objects.filter(patient=gone).update(discharged_on=today - timedelta(days=1))
    evaluate(now=NOW)
    assert [stayed_away(person) for person in (away, gone, new)] == [[], [], []]


def test_days_of_leave_are_no_days_of_silence(cast: Cast) -> None:
    """Seen on Monday the 2nd, away from the 4th to the 15th: the seventh day of silence is the 21st."""
    marked(cast, cast.ana, "2026-11-02", "present")
    entered = at("2026-11-03 12:00")
    stay, first, last = cast.admission_of(cast.ana), date(2026, 11, 4), date(2026, 11, 15)
    add_leave(stay, starts_on=first, ends_on=last, actor=None, now=entered)
    evaluate(now=NOW + timedelta(days=2))
    assert stayed_away(cast.ana) == []
    evaluate(now=NOW + timedelta(days=3))
    told = {"days": 7, "threshold": 7, "seen": True, "leave_days": 12}
    assert stayed_away(cast.ana) == [("inactive", "open", WEEK, told)]
    evaluate(now=NOW + timedelta(days=10))
    told |= {"days": 14, "threshold": 14}
    assert stayed_away(cast.ana) == [("inactive", "open", WEEK, told)]


def test_a_row_that_goes_on_is_with_nobody_where_its_holder_has_left(cast: Cast) -> None:
    marked(cast, cast.ana, "2026-11-16", "no_show")
    evaluate(now=NOW - timedelta(hours=9))
    assign(Flag.objects.get(kind="first_absence"), cast.cory, actor=cast.dirk, now=NOW - timedelta(hours=8))
    User.objects.filter(pk=cast.cory.pk).update(is_active=False)
    marked(cast, cast.ana, "2026-11-17", "no_show")
    evaluate(now=NOW)
    assert Flag.objects.get(kind="repeated_absence").assigned_to is None


def test_somebody_never_seen_counts_from_the_admission(cast: Cast) -> None:
    never = cast.patient(admitted=False)
    cast.admission(never, admitted_on=NOW.date() - timedelta(days=9))
    evaluate(now=NOW)
    assert stayed_away(never) == [("inactive", "open", WEEK, {"days": 9, "threshold": 7, "seen": False})]
