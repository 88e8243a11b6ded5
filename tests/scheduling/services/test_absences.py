"""Discharge and leave: a preview writes nothing, the change takes its bookings along, an early return gives back."""

from datetime import date
from typing import Any

import pytest

from people.errors import InvalidInput
from people.models import Admission, Leave, TrailEntry
from people.services import admissions
from scheduling.models import Booking, Session, StandingBooking
from scheduling.services.absences import add_leave, change_leave, discharge, remove_leave
from scheduling.services.booking import book
from scheduling.services.series import extend_horizon
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast, at
from tests.scheduling.services.test_tracks import FIRST, dates_of, evening

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 30)


def member(cast: Cast, *, capacity: int = 1) -> StandingBooking:
    """Ana has the Mondays from 23 November on, and a place in line on 12 December."""
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO", capacity=capacity),), FIRST), actor=None, now=NOW)
    full = cast.session("2026-12-12 09:00", capacity=1)
    book(cast.patient(), full, actor=None, now=NOW)
    book(cast.ana, full, actor=None, now=NOW, waitlist=True)
    return row


def state() -> tuple[object, ...]:
    return (
        list(Booking.objects.order_by("pk").values_list("pk", "status", "live", "late")),
        list(Session.objects.order_by("pk").values_list("seats_taken", "seats_held")),
        list(StandingBooking.objects.order_by("pk").values_list("ends_on", "withdrawn_at")),
        list(Admission.objects.order_by("pk").values_list("discharged_on", flat=True)),
        list(Leave.objects.order_by("pk").values_list("starts_on", "ends_on")),
        TrailEntry.objects.count(),
    )


def test_a_discharge_shows_and_then_does_the_same(cast: Cast) -> None:
    row, admission = member(cast), cast.admission_of(cast.ana)
    before = state()
    _shown, preview = discharge(admission, discharged_on=LAST, actor=cast.cory, now=NOW, preview=True)
    assert state() == before
    assert [one.session.occurrence_local or "line" for one in preview.cancelled] == ["2026-12-07T18:00", "line"]
    assert [(one.pk, one.starts_on, one.ends_on) for one in preview.ended] == [(row.pk, FIRST, None)]
    _ended, done = discharge(admission, discharged_on=LAST, actor=cast.cory, now=NOW)
    assert [one.pk for one in done.cancelled] == [one.pk for one in preview.cancelled]
    row.refresh_from_db()
    assert (dates_of(cast.ana), row.ends_on) == (["11-23", "11-30"], LAST)
    assert set(Booking.objects.filter(status="cancelled").values_list("cancel_reason", "late")) == {
        ("discharged", False)
    }
    extend_horizon(now=NOW, weeks=6)
    assert dates_of(cast.ana) == ["11-23", "11-30"]


def test_whoever_discharges_the_bookings_go_with_it(cast: Cast) -> None:
    member(cast)
    admissions.discharge(cast.admission_of(cast.ana), discharged_on=LAST, actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23", "11-30"]


def test_seats_that_a_discharge_frees_go_to_whoever_waits(cast: Cast) -> None:
    member(cast)
    una = cast.patient("Una")
    waiting = book(una, Session.objects.get(occurrence_local="2026-12-07T18:00"), actor=None, now=NOW, waitlist=True)
    discharge(cast.admission_of(cast.ana), discharged_on=LAST, actor=None, now=NOW)
    promote_all(now=NOW)
    waiting.refresh_from_db()
    assert waiting.status == "booked"


def test_what_has_begun_stays_on_its_roster(cast: Cast) -> None:
    begun = book(cast.ana, cast.session("2026-11-18 08:30"), actor=None, now=NOW, override_reason="x")
    later = at("2026-11-18 09:00")
    _ended, done = discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 17), actor=None, now=later)
    begun.refresh_from_db()
    assert ([one.pk for one in done.kept], begun.status) == ([begun.pk], "booked")


def test_a_readmission_is_another_row_and_keeps_the_history(cast: Cast) -> None:
    row = member(cast)
    first = cast.admission_of(cast.ana)
    discharge(first, discharged_on=LAST, actor=None, now=NOW)
    again = cast.admission(cast.ana, admitted_on=date(2026, 12, 1))
    (new,) = join_track(cast.ana, TrackWish((row.series,), date(2026, 12, 1)), actor=None, now=NOW)
    assert (new.admission_id, dates_of(cast.ana)) == (again.pk, ["11-23", "11-30", "12-07"])
    assert StandingBooking.objects.get(pk=row.pk).admission_id == first.pk


def test_leave_takes_its_days_and_keeps_the_membership(cast: Cast) -> None:
    row, admission = member(cast), cast.admission_of(cast.ana)
    before = state()
    days: dict[str, Any] = {"starts_on": date(2026, 11, 28), "ends_on": date(2026, 12, 13)}
    _leave, preview = add_leave(admission, **days, actor=cast.cory, now=NOW, preview=True)
    assert state() == before
    assert len(preview.cancelled) == 3
    leave, _done = add_leave(admission, **days, reason="travel", actor=cast.cory, now=NOW)
    row.refresh_from_db()
    assert (dates_of(cast.ana), row.ends_on, row.gaps.count()) == (["11-23"], None, 0)
    assert set(Booking.objects.filter(status="cancelled").values_list("cancelled_for_leave", "late")) == {
        (leave.pk, False)
    }
    extend_horizon(now=NOW, weeks=4)
    assert dates_of(cast.ana) == ["11-23", "12-14"]


def test_who_is_back_early_gets_the_seats_that_are_still_free(cast: Cast) -> None:
    row = member(cast)
    admission = cast.admission_of(cast.ana)
    leave, _done = add_leave(admission, starts_on=date(2026, 11, 28), ends_on=date(2026, 12, 13), actor=None, now=NOW)
    book(cast.patient(), Session.objects.get(occurrence_local="2026-12-07T18:00"), actor=None, now=NOW)
    before = state()
    days: dict[str, Any] = {"starts_on": date(2026, 11, 28), "ends_on": date(2026, 11, 29)}
    _changed, preview = change_leave(leave, **days, reason="", actor=cast.cory, now=NOW, preview=True)
    assert state() == before
    _changed, done = change_leave(leave, **days, reason="", actor=cast.cory, now=NOW)
    for answer in (preview, done):
        assert [one.session.occurrence_local for one in answer.booked_again] == ["2026-11-30T18:00"]
        assert [(one.session.occurrence_local, one.codes) for one in answer.not_booked] == [
            ("2026-12-07T18:00", ["session_full"])
        ]
    assert (dates_of(cast.ana), row.gaps.count()) == (["11-23", "11-30"], 1)


def test_a_leave_that_is_called_off_gives_everything_back_that_is_free(cast: Cast) -> None:
    member(cast)
    leave, _done = add_leave(
        cast.admission_of(cast.ana), starts_on=date(2026, 11, 28), ends_on=date(2026, 12, 13), actor=None, now=NOW
    )
    assert dates_of(cast.ana) == ["11-23"]
    done = remove_leave(leave, actor=cast.cory, now=NOW)
    assert (len(done.booked_again), dates_of(cast.ana)) == (2, ["11-23", "11-30", "12-07"])
    assert TrailEntry.objects.get(action="leave_removed").before == {
        "starts_on": "2026-11-28",
        "ends_on": "2026-12-13",
    }


def test_a_skipped_evening_does_not_come_back_with_the_leave(cast: Cast) -> None:
    from scheduling.services.booking import cancel

    member(cast)
    cancel(Booking.objects.get(session__occurrence_local="2026-12-07T18:00"), actor=cast.ana.user, now=NOW)
    leave, _done = add_leave(
        cast.admission_of(cast.ana), starts_on=date(2026, 11, 28), ends_on=date(2026, 12, 13), actor=None, now=NOW
    )
    remove_leave(leave, actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23", "11-30"]


def test_a_discharge_put_off_stops_before_the_next_admission(cast: Cast) -> None:
    first = cast.admission_of(cast.ana)
    discharge(first, discharged_on=LAST, actor=cast.cory, now=NOW)
    again = admissions.admit(
        cast.ana, program=cast.program, site=cast.site, admitted_on=date(2026, 12, 14), actor=cast.cory, now=NOW
    )
    for day in (date(2026, 12, 14), date(2026, 12, 20)):
        with pytest.raises(InvalidInput) as refused:
            discharge(first, discharged_on=day, actor=cast.cory, now=NOW)
        assert list(refused.value.errors) == ["discharged_on"]
    discharge(first, discharged_on=date(2026, 12, 13), actor=cast.cory, now=NOW)
    discharge(again, discharged_on=date(2026, 12, 31), actor=cast.cory, now=NOW)
    rows = Admission.objects.filter(patient=cast.ana).order_by("admitted_on")
    assert list(rows.values_list("discharged_on", flat=True)) == [date(2026, 12, 13), date(2026, 12, 31)]
