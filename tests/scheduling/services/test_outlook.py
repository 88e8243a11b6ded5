"""A patient's week as booking sees it: what fits, what can be added, what to book next."""

from dataclasses import replace
from typing import Any

import pytest

from attendance.models import TreatmentWeek
from attendance.services.weeks import recount_patient
from scheduling.domain.repair import InTheWay, WhyNot
from scheduling.models import Session
from scheduling.queries import option_of
from scheduling.services.counting import mark_counted
from scheduling.services.outlook import WeekOutlook, week_outlook
from tests.cast import DENVER, NOW, WEEK, Cast, at

pytestmark = pytest.mark.django_db


def outlook_of(cast: Cast, **options: Any) -> WeekOutlook:
    admission = cast.admission_of(cast.ana)
    return week_outlook(admission, admission.week_containing(WEEK), now=NOW, **options)


def evening(cast: Cast, day: int, **fields: Any) -> Session:
    return cast.session(f"2026-11-{day} 18:00", counselor=False, room=False, **fields)


def test_the_sessions_ahead_stand_beside_what_booking_would_answer(cast: Cast) -> None:
    cast.session("2026-11-17 18:00")
    fits, full = evening(cast, 19), evening(cast, 20, capacity=1)
    at_work = cast.session("2026-11-20 10:00", room=False, counselor=False)
    cast.booked(cast.patient(), full)
    cast.booked(cast.patient(), full, waitlist=True)
    outlook = outlook_of(cast)
    seen = [(one.session, one.why_not, one.session.waiting_count) for one in outlook.sessions]  # type: ignore[attr-defined]
    assert seen == [(fits, (), 0), (at_work, ("overlaps_work",), 0), (full, ("session_full",), 1)]
    assert outlook.bookable_minutes == 180


def test_what_is_left_and_what_can_be_added_are_those_of_the_counted_week(cast: Cast) -> None:
    mark_counted({cast.booked(cast.ana, evening(cast, 16), now=at("2026-11-02 12:00")).pk: 150}, now=NOW)
    cast.booked(cast.ana, evening(cast, 18))
    for day in (19, 20, 21, 22):
        evening(cast, day)
    recount_patient(cast.ana.pk, now=NOW)
    week = TreatmentWeek.objects.get(patient=cast.ana, week=WEEK)
    outlook = outlook_of(cast)
    assert (
        (outlook.counted_minutes, outlook.need_minutes)
        == (330, 210)
        == (
            week.credited_minutes + week.booked_minutes,
            week.shortfall_minutes,
        )
    )
    assert outlook.bookable_minutes == week.bookable_minutes == 540  # three days more: a plan has five


def test_what_repairs_the_week_is_one_of_the_sessions(cast: Cast) -> None:
    cast.booked(cast.ana, evening(cast, 18))
    cast.booked(cast.ana, evening(cast, 19))
    saturday = evening(cast, 21)
    outlook = outlook_of(cast)
    assert outlook.repair is not None
    assert (outlook.repairing, outlook.repair.reaches) == ((saturday,), True)


def test_what_stands_in_the_way_is_told_where_nothing_suffices(cast: Cast) -> None:
    cast.booked(cast.ana, evening(cast, 18))
    cast.booked(cast.ana, evening(cast, 19))
    full = evening(cast, 21, capacity=1)
    cast.booked(cast.patient(), full)
    at_work = cast.session("2026-11-20 10:00", room=False, counselor=False)
    outlook = outlook_of(cast)
    assert (outlook.repair, outlook.why_not) == (
        None,
        WhyNot(InTheWay.SEATS, (option_of(Session.objects.get(pk=full.pk), zone=DENVER),), 180),
    )
    Session.objects.filter(pk=full.pk).update(state="cancelled")
    assert outlook_of(cast).why_not == WhyNot(InTheWay.WORK, (option_of(at_work, zone=DENVER),), 180)


def test_nothing_is_offered_once_enough_is_booked(cast: Cast) -> None:
    for day in (18, 19, 20):
        cast.booked(cast.ana, evening(cast, day))
    evening(cast, 21)
    assert outlook_of(cast).repair is None


def test_other_hours_are_tried_without_keeping_them(cast: Cast) -> None:
    cast.session("2026-11-19 10:00")
    evening(cast, 20)
    kept = cast.work_of(cast.ana).pattern
    evenings = replace(
        kept,
        starts_at_local=kept.starts_at_local.replace(hour=17),
        ends_at_local=kept.ends_at_local.replace(hour=22),
    )
    fitting = [
        [one.session.starts_at for one in outlook_of(cast, work=work).sessions if not one.why_not]
        for work in (None, [evenings], [])
    ]
    assert fitting == [
        [at("2026-11-20 18:00")],
        [at("2026-11-19 10:00")],
        [at("2026-11-19 10:00"), at("2026-11-20 18:00")],
    ]
    assert cast.work_of(cast.ana).pattern == kept


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(cast: Cast, django_assert_num_queries: Any, count: int) -> None:
    for number in range(count):
        cast.session(f"2026-11-{19 + number % 4} 06:{number:02d}", minutes=30, room=False, counselor=number == 0)
    admission = cast.admission_of(cast.ana)
    week = admission.week_containing(WEEK)
    with django_assert_num_queries(7):
        outlook = week_outlook(admission, week, now=NOW)
        assert len(outlook.sessions) == count
        assert outlook.bookable_minutes > 0
