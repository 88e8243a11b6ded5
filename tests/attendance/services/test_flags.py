"""Flags follow the weeks and rosters: raised once, refreshed, resolved by themselves, opened again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import Flag, Outreach, TreatmentWeek
from attendance.queries import flags_for_display, flags_for_week
from attendance.services.flags import Evaluated, evaluate, evaluate_patients
from attendance.services.roster import RosterRow, mark_all_present, save_rows, sign_roster
from attendance.services.weeks import ensure_weeks, recount_stale
from people.models import Patient, User
from scheduling.services.booking import cancel
from tests.cast import NOW, WEEK, Cast, at

NOTHING = Evaluated(0, 0, 0)
SUNDAY = at("2026-11-22 12:00")


@pytest.fixture(autouse=True)
def _silence_has_tests_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.services.absences.SILENT_DAYS", (10_000,))


def week_like(cast: Cast, patient: Patient, week: date = WEEK, **figures: Any) -> TreatmentWeek:
    """The patient's week with these figures, as a recount would have left it."""
    ensure_weeks(now=NOW, weeks_back=3)
    figures = {"min_minutes": 540, "max_minutes": 1140, "stale_at": None, "computed_at": NOW, **figures}
    TreatmentWeek.objects.filter(patient=patient, week=week).update(**figures)
    return TreatmentWeek.objects.get(patient=patient, week=week)


def flags() -> list[tuple[str, str]]:
    return list(Flag.objects.order_by("pk").values_list("kind", "state"))


AT_RISK: dict[str, Any] = {"status": "at_risk", "credited_minutes": 330, "booked_minutes": 165, "shortfall_minutes": 45}
BELOW: dict[str, Any] = {"status": "below", "credited_minutes": 60, "shortfall_minutes": 480}
OVER: dict[str, Any] = {"status": "over", "credited_minutes": 1140, "booked_minutes": 60}
MET: dict[str, Any] = {"status": "met", "credited_minutes": 540}
EMPTY: dict[str, Any] = {"status": "below", "shortfall_minutes": 540}


@pytest.mark.parametrize(
    ("figures", "week", "now", "kinds"),
    [
        (AT_RISK, WEEK, NOW, ["at_risk"]),
        (BELOW, WEEK, NOW, ["below_minimum"]),
        (OVER, WEEK, NOW, ["over_maximum"]),
        (MET, WEEK, NOW, []),
        (EMPTY, WEEK, NOW, ["below_minimum", "unbooked"]),
        ({"status": "exempt", "exempt": True, "min_minutes": 0}, WEEK, NOW, []),
        ({**EMPTY, "computed_at": None}, WEEK, NOW, []),
        ({**EMPTY, "closed_at": NOW}, WEEK, NOW, []),
        # The next week: before it begins everybody is at risk; what cannot be reached is said three days before.
        (AT_RISK, WEEK + timedelta(days=7), SUNDAY, []),
        (BELOW, WEEK + timedelta(days=7), SUNDAY, ["below_minimum"]),
        (EMPTY, WEEK + timedelta(days=7), at("2026-11-19 23:59"), []),
        (EMPTY, WEEK + timedelta(days=7), at("2026-11-20 00:00"), ["below_minimum", "unbooked"]),
        (OVER, WEEK + timedelta(days=7), NOW, ["over_maximum"]),
        # Last week may still be missing hours; the one before is no news any more.
        (BELOW, WEEK - timedelta(days=7), NOW, ["below_minimum"]),
        (BELOW, WEEK - timedelta(days=14), NOW, []),
        # Nobody came to what was booked: while the week lasts something else can be.
        ({**EMPTY, "scheduled_minutes": 495}, WEEK, NOW, ["below_minimum", "unbooked"]),
        ({**EMPTY, "scheduled_minutes": 495}, WEEK - timedelta(days=7), NOW, ["below_minimum"]),
        (EMPTY, WEEK - timedelta(days=7), NOW, ["below_minimum", "unbooked"]),
    ],
)
def test_a_week_gives_cause_by_its_figures(
    cast: Cast, figures: dict[str, Any], week: date, now: datetime, kinds: list[str]
) -> None:
    week_like(cast, cast.patient(), week, **figures)
    evaluate(now=now)
    assert sorted(flags()) == [(kind, "open") for kind in kinds]


def test_a_flag_names_whose_week_it_is_and_its_figures(cast: Cast) -> None:
    week = week_like(cast, cast.patient(), **AT_RISK)
    assert evaluate(now=NOW) == Evaluated(1, 0, 0)
    flag = Flag.objects.get()
    assert (flag.admission, flag.patient, flag.session, flag.week) == (week.admission, week.patient, None, WEEK)
    assert (flag.raised_at, flag.resolved_at, flag.resolution) == (NOW, None, "")
    assert flag.facts == {
        "min_minutes": 540,
        "max_minutes": 1140,
        "credited_minutes": 330,
        "booked_minutes": 165,
        "bookable_minutes": 0,
        "shortfall_minutes": 45,
    }


def test_evaluating_again_changes_nothing(cast: Cast) -> None:
    week_like(cast, cast.patient(), **EMPTY)
    assert evaluate(now=NOW) == Evaluated(2, 0, 0)
    before = list(Flag.objects.values())
    assert evaluate(now=NOW + timedelta(hours=1)) == NOTHING
    assert list(Flag.objects.values()) == before


def test_figures_follow_while_the_cause_lasts(cast: Cast) -> None:
    patient = cast.patient()
    week_like(cast, patient, **AT_RISK)
    evaluate(now=NOW)
    Flag.objects.update(state="acknowledged")
    week_like(cast, patient, **{**AT_RISK, "shortfall_minutes": 30})
    assert evaluate(now=NOW) == NOTHING
    flag = Flag.objects.get()
    assert (flag.state, flag.facts["shortfall_minutes"], flag.raised_at) == ("acknowledged", 30, NOW)


def test_a_flag_resolves_itself_and_opens_again(cast: Cast) -> None:
    patient = cast.patient()
    week_like(cast, patient, **AT_RISK)
    evaluate(now=NOW)
    week_like(cast, patient, **MET)
    first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    assert evaluate(now=first) == Evaluated(0, 0, 1)
    flag = Flag.objects.get()
    why = "The week is repaired, asks for less, or can no longer be repaired."
    assert (flag.state, flag.resolved_at, flag.resolution) == ("resolved", first, why)
    assert evaluate(now=second) == NOTHING
    week_like(cast, patient, **AT_RISK)
    assert evaluate(now=second) == Evaluated(0, 1, 0)
    flag.refresh_from_db()
    assert (flag.state, flag.raised_at, flag.resolved_at, flag.resolution) == ("open", second, None, "")


def test_what_a_person_resolved_stays_resolved(cast: Cast) -> None:
    week_like(cast, cast.patient(), **AT_RISK)
    evaluate(now=NOW)
    Flag.objects.update(state="resolved", resolved_by=cast.cory, resolution="agreed with Ana", resolved_at=NOW)
    assert evaluate(now=NOW + timedelta(hours=1)) == NOTHING
    assert flags() == [("at_risk", "resolved")]


def test_what_a_person_resolved_opens_again_where_it_becomes_worse(cast: Cast) -> None:
    patient = cast.patient()
    week_like(cast, patient, **AT_RISK)
    evaluate(now=NOW)
    Flag.objects.update(state="resolved", resolved_by=cast.cory, resolution="agreed with Ana", resolved_at=NOW)
    week_like(cast, patient, **{**AT_RISK, "shortfall_minutes": 30})
    assert evaluate(now=NOW) == NOTHING
    week_like(cast, patient, **{**AT_RISK, "shortfall_minutes": 46})
    later = NOW + timedelta(hours=1)
    assert evaluate(now=later) == Evaluated(0, 1, 0)
    flag = Flag.objects.get()
    assert (flag.state, flag.raised_at, flag.resolved_by, flag.resolution) == ("open", later, None, "")
    assert [(step.kind, step.by, step.text) for step in Outreach.objects.filter(flag=flag)] == [
        ("reopened", None, "It has become worse.")
    ]


def test_some_peoples_flags_alone(cast: Cast) -> None:
    one, other = cast.patient(), cast.patient()
    week_like(cast, one, **AT_RISK)
    week_like(cast, other, **AT_RISK)
    assert evaluate_patients([], now=NOW) == NOTHING
    assert evaluate_patients([one.pk, one.pk], now=NOW) == Evaluated(1, 0, 0)
    week_like(cast, one, **MET)
    assert evaluate_patients([other.pk], now=NOW) == Evaluated(1, 0, 0)
    assert evaluate_patients([one.pk, other.pk], now=NOW) == Evaluated(0, 0, 1)
    assert sorted(Flag.objects.values_list("patient", "state")) == [(one.pk, "resolved"), (other.pk, "open")]


def test_an_older_weeks_flag_stays_until_its_cause_is_gone(cast: Cast) -> None:
    patient = cast.patient()
    week_like(cast, patient, **BELOW)
    evaluate(now=NOW)
    in_a_month = NOW + timedelta(days=30)
    assert evaluate(now=in_a_month) == NOTHING
    week_like(cast, patient, **MET)
    assert evaluate(now=in_a_month) == Evaluated(0, 0, 1)


def test_a_closed_weeks_flag_is_left_alone(cast: Cast) -> None:
    patient = cast.patient()
    week_like(cast, patient, **BELOW)
    evaluate(now=NOW)
    week_like(cast, patient, **BELOW, closed_at=NOW)
    assert evaluate(now=NOW) == NOTHING
    assert flags() == [("below_minimum", "open")]


def test_a_roster_that_nobody_signs_is_flagged_after_a_day(cast: Cast) -> None:
    before = at("2026-11-14 12:00")
    session = cast.session("2026-11-16 18:00", now=before)
    cast.session("2026-11-15 18:00", now=before)  # with nobody on it
    for _ in range(2):
        cast.booked(cast.patient(), session, now=before)
    assert evaluate(now=at("2026-11-17 21:00")) == NOTHING
    assert evaluate(now=at("2026-11-17 21:01")) == Evaluated(1, 0, 0)
    flag = Flag.objects.get()
    assert (flag.kind, flag.session, flag.admission, flag.patient, flag.week) == (
        "unsigned_roster",
        session,
        None,
        None,
        WEEK,
    )
    assert flag.facts == {"ended_at": "2026-11-17T04:00:00+00:00", "people": 2, "unmarked": 2}
    mark_all_present(session, actor=cast.dana, now=NOW)
    evaluate(now=NOW)
    flag.refresh_from_db()
    assert flag.facts == {"ended_at": "2026-11-17T04:00:00+00:00", "people": 2, "unmarked": 0}
    assert evaluate(now=NOW + timedelta(days=100)) == NOTHING
    sign_roster(session, actor=cast.dana, now=NOW)
    assert evaluate(now=NOW) == Evaluated(0, 0, 1)


def test_who_sees_which_flags(cast: Cast) -> None:
    before = at("2026-11-14 12:00")
    patient = cast.patient()
    led = cast.session("2026-11-16 18:00", now=before)
    not_led = cast.session("2026-11-16 21:00", now=before, counselor=False)
    for session in (led, not_led):
        cast.booked(patient, session, now=before)
    week_like(cast, cast.ana, **AT_RISK)
    evaluate(now=NOW)
    lone = cast.user("lone")

    def seen(user: User) -> list[tuple[str, int | None]]:
        return sorted(flags_for_display(user).values_list("kind", "session_id"), key=str)

    rosters: list[tuple[str, int | None]] = [("unsigned_roster", led.pk), ("unsigned_roster", not_led.pk)]
    assert seen(cast.cory) == [("at_risk", None), *rosters]
    assert seen(cast.dana) == [("at_risk", None), rosters[0]]
    assert (seen(cast.stranger), seen(lone)) == ([], [])


@pytest.mark.parametrize("size", [1, 30])
def test_evaluating_takes_the_same_queries_for_one_and_for_thirty(cast: Cast, size: int) -> None:
    patients = [cast.patient() for _ in range(size)]
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    TreatmentWeek.objects.update(status="met", credited_minutes=540)
    TreatmentWeek.objects.filter(week=WEEK).update(**AT_RISK)
    with CaptureQueriesContext(connection) as queries:
        assert evaluate(now=NOW) == Evaluated(len(patients), 0, 0)
    assert len([one for one in queries.captured_queries if "SAVEPOINT" not in one["sql"]]) == 6


def test_the_flags_of_the_weeks_shown_come_in_one_query(cast: Cast) -> None:
    shown, other = week_like(cast, cast.patient(), **EMPTY), week_like(cast, cast.patient(), **MET)
    week_like(cast, cast.patient(), **EMPTY)
    evaluate(now=NOW)
    with CaptureQueriesContext(connection) as queries:
        found = flags_for_week([shown, other])
    assert len(queries) == 1
    assert {pk: sorted(flag.kind for flag in some) for pk, some in found.items()} == {
        shown.pk: ["below_minimum", "unbooked"],
        other.pk: [],
    }


def test_a_cancellation_and_a_signature_raise_them_at_once(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    before = at("2026-11-01 12:00")
    over = cast.session("2026-11-17 18:00", now=before)
    cast.booked(cast.ana, over, now=before)
    ahead = cast.booked(cast.ben, cast.session("2026-11-19 09:00", now=before, room=False), now=before)
    ensure_weeks(now=NOW)
    save_rows(over, [RosterRow(over.bookings.get().pk, "no_show")], actor=cast.dana, now=NOW)
    assert flags() == []
    with time_machine.travel(NOW, tick=False), django_capture_on_commit_callbacks(execute=True):
        cancel(ahead, actor=cast.cory, now=NOW)
    assert "unbooked" in Flag.objects.filter(patient=cast.ben, week=WEEK).values_list("kind", flat=True)
    with time_machine.travel(NOW, tick=False), django_capture_on_commit_callbacks(execute=True):
        sign_roster(over, actor=cast.dana, now=NOW)
    assert "first_absence" in Flag.objects.filter(patient=cast.ana).values_list("kind", flat=True)
