"""Requirements: entering them, judging each week by them, and what is raised where one would fail."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from attendance.enums import FlagKind, FlagState
from attendance.models import Flag, Requirement, TreatmentWeek
from attendance.queries.requirements import judged_requirements
from attendance.services import flags, marking
from attendance.services.closing import close_due_weeks
from attendance.services.kept_requirements import asked_when_closed
from attendance.services.requirements import RequirementFields, add_requirement, change_requirement, fields_of
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.weeks import recount_patient
from people.errors import InvalidInput
from people.models import TrailEntry
from people.services.admissions import admit
from scheduling.models import Booking
from tests.cast import NOW, Cast, at

DAYS = RequirementFields("Three days", "payer", "days", "week", minimum=3)
LATE_IN_WEEK = at("2026-11-20 08:00")


def _attend(cast: Cast, *starts: str) -> list[Booking]:
    bookings = []
    for start in starts:
        session = cast.session(start)
        booking = cast.booked(cast.ana, session)
        after = session.ends_at + timedelta(minutes=5)
        save_rows(session, [RosterRow(booking.pk, "present")], actor=cast.dana, now=after)
        sign_roster(session, actor=cast.dana, now=after)
        bookings.append(booking)
    return bookings


def _standing(cast: Cast, now: Any = LATE_IN_WEEK) -> dict[str, Any]:
    recount_patient(cast.ana.pk, now=now)
    week = TreatmentWeek.objects.get(patient=cast.ana, week=date(2026, 11, 16))
    (standing,) = week.requirements
    return dict(standing)


def test_the_third_day_is_still_possible_on_saturday(cast: Cast) -> None:
    row = add_requirement(cast.program, DAYS, actor=cast.dirk, now=NOW)
    _attend(cast, "2026-11-18 18:00", "2026-11-19 18:00")
    cast.session("2026-11-21 09:00")
    assert _standing(cast) == {
        "requirement": row.pk,
        "name": "Three days",
        "asked_by": "payer",
        "measure": "days",
        "window": "week",
        "month_starts_on": None,
        "value": 2,
        "projected": 2,
        "minimum": 3,
        "maximum": None,
        "met": False,
        "reachable": True,
        "full": True,
        "is_over": False,
        "possible_on": ["2026-11-21"],
        "at_stake": True,
    }


def test_what_is_booked_carries_it(cast: Cast) -> None:
    add_requirement(cast.admission_of(cast.ana), DAYS, actor=cast.cory, now=NOW)
    _attend(cast, "2026-11-18 18:00", "2026-11-19 18:00")
    cast.booked(cast.ana, cast.session("2026-11-21 09:00"))
    standing = _standing(cast)
    assert (standing["value"], standing["projected"], standing["met"], standing["at_stake"]) == (2, 3, False, False)


def test_only_sessions_that_count_are_offered_for_it(cast: Cast) -> None:
    alone = RequirementFields("One to one", "licence", "services", "week", minimum=1, kinds=("individual",))
    add_requirement(cast.program, alone, actor=cast.dirk, now=NOW)
    cast.session("2026-11-21 09:00")
    assert _standing(cast)["reachable"] is False
    cast.session("2026-11-21 13:00", minutes=60, kind="individual", capacity=1)
    assert _standing(cast)["reachable"] is True


def test_an_average_has_no_verdict_before_the_first_full_week(cast: Cast) -> None:
    average = RequirementFields("Nine a week", "payer", "minutes", "average", minimum=540)
    add_requirement(cast.admission_of(cast.ana), average, actor=cast.cory, now=NOW)
    standing = _standing(cast)
    assert (standing["value"], standing["met"]) == (0, False)  # since October, six weeks without a minute
    newcomer = cast.patient(admitted=False)
    admit(newcomer, program=cast.program, site=cast.site, admitted_on=date(2026, 11, 18), actor=None, now=NOW)
    add_requirement(cast.admission_of(newcomer), average, actor=cast.cory, now=NOW)
    recount_patient(newcomer.pk, now=NOW)
    week = TreatmentWeek.objects.get(patient=newcomer, week=date(2026, 11, 16))
    assert (week.requirements[0]["value"], week.requirements[0]["met"]) == (None, None)


def test_a_total_that_is_due_this_week_is_at_stake(cast: Cast) -> None:
    total = RequirementFields("Court", "court", "services", "total", minimum=1, within_weeks=7)
    add_requirement(cast.admission_of(cast.ana), total, actor=cast.cory, now=NOW)  # admitted 5 Oct: due on 22 Nov
    assert (_standing(cast)["reachable"], _standing(cast)["at_stake"]) == (False, True)
    cast.session("2026-11-21 09:00")
    assert (_standing(cast)["reachable"], _standing(cast)["at_stake"]) == (True, True)
    cast.booked(cast.ana, cast.session("2026-11-22 09:00"))
    assert (_standing(cast)["reachable"], _standing(cast)["at_stake"]) == (True, False)
    _attend(cast, "2026-11-18 18:00")
    assert (_standing(cast)["value"], _standing(cast)["met"]) == (1, True)


def test_one_at_stake_raises_a_flag_that_resolves_itself(cast: Cast) -> None:
    add_requirement(cast.program, DAYS, actor=cast.dirk, now=NOW)
    _attend(cast, "2026-11-18 18:00", "2026-11-19 18:00")
    saturday = cast.session("2026-11-21 09:00")
    _standing(cast)
    flags.evaluate(now=LATE_IN_WEEK)
    flag = Flag.objects.get(patient=cast.ana, kind=FlagKind.REQUIREMENT)
    assert (flag.state, [one["name"] for one in flag.facts["requirements"]]) == (FlagState.OPEN, ["Three days"])
    assert flag.facts["requirements"][0]["possible_on"] == ["2026-11-21"]
    cast.booked(cast.ana, saturday)
    _standing(cast)
    flags.evaluate(now=LATE_IN_WEEK)
    flag.refresh_from_db()
    assert flag.state == FlagState.RESOLVED


def test_a_closed_week_keeps_what_was_asked_then(cast: Cast) -> None:
    row = add_requirement(cast.program, DAYS, actor=cast.dirk, now=NOW)
    _attend(cast, "2026-11-18 18:00")
    _standing(cast)
    over = at("2026-11-23 00:00")
    close_due_weeks(now=over)
    change_requirement(row, replace(fields_of(row), minimum=1), actor=cast.dirk, now=over)
    marking.take_up_marks(now=over)
    standing = _standing(cast, now=over)
    assert (standing["minimum"], standing["met"], standing["reachable"]) == (3, False, False)


def test_entering_and_changing_leave_a_trail_and_mark_the_weeks(cast: Cast) -> None:
    recount_patient(cast.ana.pk, now=NOW)
    row = add_requirement(cast.program, DAYS, actor=cast.dirk, now=NOW)
    assert marking.take_up_marks(now=NOW) == TreatmentWeek.objects.filter(program=cast.program).count() > 0
    change_requirement(row, replace(fields_of(row), minimum=2), actor=cast.dirk, now=NOW)
    entry = TrailEntry.objects.get(action="requirement_changed")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["minimum"], entry.after["minimum"]) == (3, 2)
    change_requirement(row, fields_of(Requirement.objects.get(pk=row.pk)), actor=cast.dirk, now=NOW)
    assert TrailEntry.objects.filter(action="requirement_changed").count() == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"asked_by": "nobody"}, {"asked_by"}),
        ({"minimum": None}, {"minimum"}),
        ({"minimum": 8}, {"minimum"}),
        ({"minimum": 3, "maximum": 2}, {"maximum"}),
        ({"measure": "percent", "minimum": 101}, {"minimum"}),
        ({"kinds": ("party",)}, {"kinds"}),
        ({"foci": ("astrology",)}, {"foci"}),
        ({"in_force_from": date(2026, 2, 1), "in_force_to": date(2026, 1, 1)}, {"in_force_to"}),
        ({"within_weeks": 4}, {"within_weeks"}),
        ({"window": "total", "within_weeks": 0}, {"within_weeks"}),
        ({"day_minimum_minutes": 0}, {"day_minimum_minutes"}),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(cast: Cast, wrong: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_requirement(cast.program, replace(DAYS, **wrong), actor=cast.dirk, now=NOW)
    assert (set(refused.value.errors), Requirement.objects.count()) == (fields, 0)


def test_every_rule_is_judged_by_name_over_all_weeks(cast: Cast) -> None:
    admission = cast.admission_of(cast.ana)
    add_requirement(cast.program, DAYS, actor=cast.dirk, now=NOW)
    add_requirement(admission, replace(DAYS, name="A court", minimum=1), actor=cast.cory, now=NOW)
    _attend(cast, "2026-11-18 18:00")
    judged = judged_requirements(admission, now=LATE_IN_WEEK)
    assert [one.requirement.name for one in judged] == ["A court", "Three days"]
    latest = [one.judgement.periods[-1] for one in judged]  # type: ignore[union-attr]
    assert [(one.value, one.met, one.full) for one in latest] == [(1, True, False), (1, False, False)]


@pytest.mark.parametrize(
    ("week", "now"),
    [("2026-11-30", "2026-12-02 08:00"), ("2027-05-24", "2027-05-26 08:00")],
    ids=["a month that begins in the week", "a month that ends after it"],
)
def test_a_month_that_goes_on_after_the_week_is_not_lost(cast: Cast, week: str, now: str) -> None:
    asked = RequirementFields("Four a month", "licence", "services", "month", minimum=4)
    add_requirement(cast.program, asked, actor=cast.dirk, now=NOW)
    recount_patient(cast.ana.pk, now=at(now), first=date.fromisoformat(week), last=date.fromisoformat(week))
    standing = TreatmentWeek.objects.get(patient=cast.ana, week=date.fromisoformat(week)).requirements[-1]
    assert (standing["met"], standing["reachable"], standing["at_stake"]) == (False, True, False)


def test_a_month_that_ends_with_the_week_is_lost_where_nothing_is_left(cast: Cast) -> None:
    asked = RequirementFields("Four a month", "licence", "services", "month", minimum=4)
    add_requirement(cast.program, asked, actor=cast.dirk, now=NOW)
    week = date(2027, 1, 25)
    recount_patient(cast.ana.pk, now=at("2027-01-27 08:00"), first=week, last=week)
    (standing,) = TreatmentWeek.objects.get(patient=cast.ana, week=week).requirements
    assert (standing["met"], standing["reachable"], standing["at_stake"]) == (False, False, True)


ONE_A_MONTH = RequirementFields("One a month", "licence", "services", "month", minimum=1)
LAST_WEEK_OF_NOVEMBER = date(2026, 11, 30)
"""Its Monday is the month's last day."""


def _months(cast: Cast, now: str) -> dict[str, tuple[Any, ...]]:
    recount_patient(cast.ana.pk, now=at(now), first=LAST_WEEK_OF_NOVEMBER, last=LAST_WEEK_OF_NOVEMBER)
    week = TreatmentWeek.objects.get(patient=cast.ana, week=LAST_WEEK_OF_NOVEMBER)
    names = ("value", "projected", "met", "reachable", "is_over", "at_stake")
    return {one["month_starts_on"][:7]: tuple(one[name] for name in names) for one in week.requirements}


def test_a_week_with_a_month_s_end_in_it_speaks_of_both_months(cast: Cast) -> None:
    add_requirement(cast.program, ONE_A_MONTH, actor=cast.dirk, now=NOW)
    monday = cast.session("2026-11-30 18:00")
    cast.booked(cast.ana, cast.session("2026-12-02 18:00"))
    last_day = "2026-11-30 08:00"
    assert _months(cast, last_day) == {
        "2026-11": (0, 0, False, True, False, True),  # Monday evening still has a seat, nobody booked it
        "2026-12": (0, 1, False, True, False, False),
    }
    cast.booked(cast.ana, monday)
    assert _months(cast, last_day)["2026-11"] == (0, 1, False, True, False, False)
    assert _months(cast, "2026-12-01 08:00")["2026-11"] == (0, 1, False, True, True, False)
    after = monday.ends_at + timedelta(minutes=5)
    save_rows(monday, [RosterRow(monday.bookings.get().pk, "no_show")], actor=cast.dana, now=after)
    assert _months(cast, "2026-12-01 08:00") == {
        "2026-11": (0, 0, False, False, True, False),
        "2026-12": (0, 1, False, True, False, False),
    }


def test_a_seat_after_the_month_saves_nothing_of_it(cast: Cast) -> None:
    add_requirement(cast.program, ONE_A_MONTH, actor=cast.dirk, now=NOW)
    cast.session("2026-12-02 18:00")
    assert _months(cast, "2026-11-30 08:00")["2026-11"] == (0, 0, False, False, False, True)


def test_a_month_that_nobody_was_there_for_as_a_whole_is_not_at_stake(cast: Cast) -> None:
    newcomer = cast.patient(admitted=False)
    admit(newcomer, program=cast.program, site=cast.site, admitted_on=date(2026, 11, 18), actor=None, now=NOW)
    add_requirement(cast.program, ONE_A_MONTH, actor=cast.dirk, now=NOW)
    now = at("2026-11-30 08:00")
    recount_patient(newcomer.pk, now=now, first=LAST_WEEK_OF_NOVEMBER, last=LAST_WEEK_OF_NOVEMBER)
    november, december = TreatmentWeek.objects.get(patient=newcomer, week=LAST_WEEK_OF_NOVEMBER).requirements
    assert [(one["full"], one["reachable"], one["at_stake"]) for one in (november, december)] == [
        (False, False, False),
        (True, True, False),
    ]


def test_a_closed_week_keeps_both_months_and_their_rule_once(cast: Cast) -> None:
    add_requirement(cast.program, ONE_A_MONTH, actor=cast.dirk, now=NOW)
    _months(cast, "2026-12-05 08:00")
    close_due_weeks(now=at("2026-12-09 08:00"))
    week = TreatmentWeek.objects.get(patient=cast.ana, week=LAST_WEEK_OF_NOVEMBER)
    assert [one["month_starts_on"] for one in week.requirements] == ["2026-11-01", "2026-12-01"]
    assert [(one["met"], one["reachable"]) for one in week.requirements] == [(False, False), (False, True)]
    (rules,) = asked_when_closed([week]).values()
    assert [row.name for row in rules] == ["One a month"]


def test_a_total_that_was_due_is_not_at_stake_for_ever(cast: Cast) -> None:
    total = RequirementFields("Court", "court", "services", "total", minimum=1, within_weeks=6)
    add_requirement(cast.admission_of(cast.ana), total, actor=cast.cory, now=NOW)  # was due on 15 Nov
    standing = _standing(cast)
    assert (standing["met"], standing["reachable"], standing["is_over"], standing["at_stake"]) == (
        False,
        False,
        True,
        False,
    )
