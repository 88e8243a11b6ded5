"""How a program counts attendance, from a day on: a change never rewrites the past."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.models import AttendanceRecord, TreatmentWeek
from attendance.services import marking
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.weeks import recount_patient
from people.domain.policies import AttendancePolicy, PolicyChange, policy_on, read_changes, with_change
from people.errors import InvalidInput
from people.models import Program, TrailEntry
from people.services.plans import add_leave
from people.services.programs import change_policy, withdraw_policy
from tests.cast import NOW, Cast, at

STRICT = AttendancePolicy(grace_minutes=0, late_cutoff_minutes=5, rounding="down_15", partial_week_policy="full")
FRIDAY = date(2026, 11, 20)


def _marked(cast: Cast, start: str) -> AttendanceRecord:
    """Ana, twelve minutes late."""
    session = cast.session(start)
    booking = cast.booked(cast.ana, session)
    row = RosterRow(booking.pk, "present", arrived_at=session.starts_at + timedelta(minutes=12))
    save_rows(session, [row], actor=cast.dana, now=session.ends_at)
    sign_roster(session, actor=cast.dana, now=session.ends_at)
    return AttendanceRecord.objects.get(booking=booking)


def test_each_session_is_counted_by_the_policy_of_its_own_day(cast: Cast) -> None:
    change_policy(cast.program, STRICT, in_force_from=FRIDAY, actor=cast.dirk, now=NOW)
    before, after = _marked(cast, "2026-11-19 18:00"), _marked(cast, "2026-11-20 18:00")
    assert (before.credited_minutes, before.policy["late_cutoff_minutes"]) == (168, 15)
    assert (after.credited_minutes, after.policy) == (
        0,
        {"grace_minutes": 0, "late_cutoff_minutes": 5, "rounding": "down_15"},
    )


def test_a_roster_taken_late_still_counts_by_the_policy_of_the_evening(cast: Cast) -> None:
    change_policy(cast.program, STRICT, in_force_from=FRIDAY, actor=cast.dirk, now=NOW)
    session = cast.session("2026-11-19 18:00")
    booking = cast.booked(cast.ana, session)
    row = RosterRow(booking.pk, "present", arrived_at=session.starts_at + timedelta(minutes=12))
    save_rows(session, [row], actor=cast.dana, now=at("2026-11-21 09:00"))
    assert AttendanceRecord.objects.get(booking=booking).credited_minutes == 168


def test_a_partial_week_follows_the_policy_of_its_first_day(cast: Cast) -> None:
    admission = cast.admission_of(cast.ana)
    for first in (date(2026, 11, 17), date(2026, 11, 24)):
        add_leave(admission, starts_on=first, ends_on=first + timedelta(days=1), actor=None, now=NOW)
    change_policy(cast.program, STRICT, in_force_from=date(2026, 11, 23), actor=cast.dirk, now=NOW)
    recount_patient(cast.ana.pk, now=NOW)
    asked = TreatmentWeek.objects.filter(patient=cast.ana, week__gte=date(2026, 11, 16)).order_by("week")
    assert list(asked.values_list("min_minutes", flat=True)) == [386, 540]


def test_a_change_marks_the_weeks_ahead_and_leaves_a_trail(cast: Cast) -> None:
    recount_patient(cast.ana.pk, now=NOW)
    marking.take_up_marks(now=NOW)
    recount_patient(cast.ana.pk, now=NOW)
    change_policy(cast.program, STRICT, in_force_from=FRIDAY, actor=cast.dirk, now=NOW)
    marking.take_up_marks(now=NOW)
    behind = TreatmentWeek.objects.filter(stale_at__isnull=False)
    assert set(behind) == set(TreatmentWeek.objects.filter(ends_at__gt=NOW))
    assert TreatmentWeek.objects.filter(ends_at__lte=NOW, stale_at=None).exists()
    entry = TrailEntry.objects.get(action="policy_changed")
    assert (entry.before, entry.after) == ({"changes": []}, {"changes": [PolicyChange(FRIDAY, STRICT).as_json()]})


@pytest.mark.parametrize(
    ("wrong", "on", "fields"),
    [
        ({}, NOW.date(), {"in_force_from"}),
        ({}, date(2026, 1, 1), {"in_force_from"}),
        ({"grace_minutes": 61, "late_cutoff_minutes": None}, FRIDAY, {"grace_minutes"}),
        ({"late_cutoff_minutes": 241}, FRIDAY, {"late_cutoff_minutes"}),
        ({"grace_minutes": 10}, FRIDAY, {"late_cutoff_minutes"}),
        ({"rounding": "up"}, FRIDAY, {"rounding"}),
        ({"partial_week_policy": "half"}, FRIDAY, {"partial_week_policy"}),
    ],
)
def test_what_cannot_be_is_refused_by_field(cast: Cast, wrong: dict[str, Any], on: date, fields: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_policy(cast.program, replace(STRICT, **wrong), in_force_from=on, actor=cast.dirk, now=NOW)
    assert set(refused.value.errors) == fields
    assert Program.objects.get(pk=cast.program.pk).policy_changes == []


def test_only_what_is_ahead_is_taken_back(cast: Cast) -> None:
    change_policy(cast.program, STRICT, in_force_from=FRIDAY, actor=cast.dirk, now=NOW)
    begun = at("2026-11-20 00:00")
    with pytest.raises(InvalidInput):
        withdraw_policy(Program.objects.get(), in_force_from=FRIDAY, actor=cast.dirk, now=begun)
    withdraw_policy(Program.objects.get(), in_force_from=FRIDAY, actor=cast.dirk, now=NOW)
    assert Program.objects.get().policy_changes == []


CHANGES = st.lists(
    st.builds(
        PolicyChange,
        st.dates(date(2026, 1, 1), date(2026, 1, 20)),
        st.builds(AttendancePolicy, grace_minutes=st.integers(0, 5)),
    ),
    max_size=8,
)


@given(CHANGES, st.dates(date(2025, 12, 28), date(2026, 1, 25)))
def test_the_policy_of_a_day_is_the_last_one_entered_of_the_latest_day(changes: list[PolicyChange], on: date) -> None:
    first = AttendancePolicy(grace_minutes=9)
    kept: list[PolicyChange] = []
    by_day: dict[date, AttendancePolicy] = {}
    for change in changes:
        kept = with_change(kept, change)
        by_day[change.in_force_from] = change.policy
    begun = [day for day in by_day if day <= on]
    assert policy_on(on, first=first, changes=kept) == (by_day[max(begun)] if begun else first)
    assert read_changes([one.as_json() for one in kept]) == kept
