"""Joining a track: every date is checked first, nothing is shortened unsaid, and new evenings keep their owners."""

from datetime import date, timedelta
from typing import Any

import pytest

from people.errors import InvalidInput, Refusal
from people.models import Patient, TrailEntry
from scheduling.models import Booking, Session, SessionSeries, StandingBooking, StandingGap
from scheduling.services.booking import book, cancel
from scheduling.services.series import SeriesFields, create_series, extend_horizon
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.standing import fill_standing, leave_series
from scheduling.services.track_preview import TrackWish, preview_track
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast, at

FIRST = date(2026, 11, 23)
EVENINGS = ("MO", "WE", "TH")
STARTS = {"MO": "2026-11-23", "WE": "2026-11-25", "TH": "2026-11-26"}


def evening(cast: Cast, day: str, *, weeks: int = 3, capacity: int = 2, clock: str = "18:00") -> SessionSeries:
    """A weekly group of 165 clinical minutes; the horizon ends on Wednesday, 9 December."""
    fields = SeriesFields(
        cast.program,
        cast.site,
        "group",
        "Evening group",
        f"FREQ=WEEKLY;BYDAY={day}",
        f"{STARTS[day]}T{clock}",
        180,
        capacity,
        breaks=((90, 15),),
    )
    return create_series(fields, actor=None, now=NOW, weeks=weeks)


def track(cast: Cast, **options: Any) -> tuple[SessionSeries, ...]:
    return tuple(evening(cast, day, **options) for day in EVENINGS)


def dates_of(patient: Patient) -> list[str]:
    rows = Booking.objects.filter(patient=patient, live=True).order_by("starts_at")
    return [f"{row.session.occurrence_local}"[5:10] for row in rows.select_related("session")]


ALL = ["11-23", "11-25", "11-26", "11-30", "12-02", "12-03", "12-07", "12-09"]


def test_a_track_books_every_date_in_the_horizon(cast: Cast) -> None:
    rows = join_track(cast.ana, TrackWish(track(cast), FIRST), actor=cast.cory, now=NOW)
    assert [(row.starts_on, row.ends_on, row.withdrawn_at) for row in rows] == [(FIRST, None, None)] * 3
    assert dates_of(cast.ana) == ALL
    assert set(Booking.objects.values_list("standing_booking", flat=True)) == {row.pk for row in rows}
    assert set(Booking.objects.values_list("counted_minutes", "status")) == {(165, "booked")}
    assert set(Session.objects.values_list("seats_taken", flat=True)) == {1}
    actions = list(TrailEntry.objects.filter(patient_id=cast.ana.pk).values_list("action", flat=True))
    assert (actions.count("joined_series"), actions.count("booked")) == (3, 8)


def test_dates_that_are_full_or_clash_are_named_and_nothing_is_written(cast: Cast) -> None:
    series = track(cast, capacity=1)
    full = Session.objects.get(occurrence_local="2026-12-02T18:00")
    book(cast.patient(), full, actor=None, now=NOW)
    book(cast.ana, cast.session("2026-11-30 17:30", minutes=60), actor=None, now=NOW)
    before = (Booking.objects.count(), TrailEntry.objects.count())
    preview = preview_track(cast.ana, TrackWish(series, FIRST), now=NOW)
    assert [(one.on.isoformat(), one.codes) for one in preview.refused] == [
        ("2026-11-30", ("overlaps_booking",)),
        ("2026-12-02", ("session_full",)),
    ]
    with pytest.raises(Refusal) as caught:
        join_track(cast.ana, TrackWish(series, FIRST), actor=cast.cory, now=NOW)
    assert caught.value.code == "track_refused"
    assert [(one["date"], one["codes"]) for one in caught.value.data["dates"]] == [
        ("2026-11-30", ["overlaps_booking"]),
        ("2026-12-02", ["session_full"]),
    ]
    assert (Booking.objects.count(), TrailEntry.objects.count(), StandingBooking.objects.count()) == (*before, 0)


def test_what_is_named_is_left_out_and_stays_so(cast: Cast) -> None:
    series = track(cast, capacity=1)
    full = Session.objects.get(occurrence_local="2026-12-02T18:00")
    single = book(cast.patient(), full, actor=None, now=NOW)
    with pytest.raises(InvalidInput) as caught:
        join_track(cast.ana, TrackWish(series, FIRST, without=frozenset({date(2026, 12, 1)})), actor=None, now=NOW)
    assert set(caught.value.errors) == {"without"}
    join_track(cast.ana, TrackWish(series, FIRST, without=frozenset({date(2026, 12, 2)})), actor=None, now=NOW)
    left_out = [day for day in ALL if day != "12-02"]
    assert dates_of(cast.ana) == left_out
    gap = StandingGap.objects.get()
    assert (gap.session_id, gap.codes, gap.outcome, gap.closed_at) == (full.pk, ["session_full"], "left_out", NOW)
    cancel(single, actor=None, now=NOW)
    assert fill_standing(now=NOW) == 0
    assert dates_of(cast.ana) == left_out


def test_the_weekly_maximum_is_counted_date_by_date(cast: Cast) -> None:
    cast.phase_of(cast.ana)
    admission = cast.admission_of(cast.ana)
    admission.phases.update(min_minutes=300, max_minutes=400)
    preview = preview_track(cast.ana, TrackWish(track(cast), FIRST), now=NOW)
    assert [(one.on.isoformat()[5:], one.codes) for one in preview.refused] == [
        ("11-26", ("over_weekly_maximum",)),
        ("12-03", ("over_weekly_maximum",)),
    ]


def test_two_series_at_one_time_cannot_both_be_joined(cast: Cast) -> None:
    wish = TrackWish((evening(cast, "MO"), evening(cast, "MO", clock="19:30")), FIRST)
    preview = preview_track(cast.ana, wish, now=NOW)
    assert {one.codes for one in preview.refused} == {("overlaps_booking",)}
    second = frozenset(one.session.pk for one in preview.refused)
    join_track(cast.ana, TrackWish(wish.series, FIRST, without_sessions=second), actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23", "11-30", "12-07"]


def test_an_evening_that_is_booked_already_joins_the_track(cast: Cast) -> None:
    series = evening(cast, "MO", capacity=1)
    single = book(cast.ana, Session.objects.order_by("starts_at")[0], actor=None, now=NOW)
    (row,) = join_track(cast.ana, TrackWish((series,), FIRST), actor=None, now=NOW)
    single.refresh_from_db()
    assert single.standing_booking_id == row.pk
    assert dates_of(cast.ana) == ["11-23", "11-30", "12-07"]


def test_new_evenings_book_their_members_before_anybody_else(cast: Cast) -> None:
    series = evening(cast, "MO", capacity=2)
    for patient in (cast.ana, cast.patient("Una")):
        join_track(patient, TrackWish((series,), FIRST), actor=None, now=NOW)
    assert extend_horizon(now=NOW + timedelta(weeks=1), weeks=3) == 1
    new = Session.objects.get(occurrence_local="2026-12-14T18:00")
    assert (new.seats_taken, new.seats_left) == (2, 0)
    assert dates_of(cast.ana)[-1] == "12-14"
    assert (extend_horizon(now=NOW + timedelta(weeks=1), weeks=3), fill_standing(now=NOW)) == (0, 0)


def test_a_new_evening_that_clashes_is_shown_and_tried_again(cast: Cast) -> None:
    series = evening(cast, "MO")
    (row,) = join_track(cast.ana, TrackWish((series,), FIRST), actor=None, now=NOW)
    other = book(cast.ana, cast.session("2026-12-14 17:00", minutes=120), actor=None, now=NOW)
    extend_horizon(now=NOW + timedelta(weeks=1), weeks=3)
    gap = row.gaps.get()
    assert (gap.session.occurrence_local, gap.codes, gap.closed_at) == ("2026-12-14T18:00", ["overlaps_booking"], None)
    assert fill_standing(now=NOW) == 0
    cancel(other, actor=None, now=NOW)
    assert fill_standing(now=NOW) == 1
    gap.refresh_from_db()
    assert (gap.outcome, dates_of(cast.ana)[-1]) == ("booked", "12-14")


def test_a_skipped_evening_keeps_the_rest_and_is_never_booked_again(cast: Cast) -> None:
    series = evening(cast, "MO")
    join_track(cast.ana, TrackWish((series,), FIRST), actor=None, now=NOW)
    cancel(Booking.objects.get(session__occurrence_local="2026-11-30T18:00"), actor=cast.ana.user, now=NOW)
    assert fill_standing(now=NOW) == 0
    assert dates_of(cast.ana) == ["11-23", "12-07"]


def test_leaving_cancels_what_is_later_and_rejoining_keeps_the_history(cast: Cast) -> None:
    series = evening(cast, "MO", capacity=1)
    (row,) = join_track(cast.ana, TrackWish((series,), FIRST), actor=None, now=NOW)
    left, cancelled = leave_series(row, from_on=date(2026, 11, 24), actor=cast.cory, now=NOW, reason="new shift")
    assert (left.ends_on, left.left_by_id, left.leave_reason) == (FIRST, cast.cory.pk, "new shift")
    assert [(one.session.occurrence_local, one.late) for one in cancelled] == [
        ("2026-11-30T18:00", False),
        ("2026-12-07T18:00", False),
    ]
    assert dates_of(cast.ana) == ["11-23"]
    assert fill_standing(now=NOW) == 0
    (again,) = join_track(cast.ana, TrackWish((series,), date(2026, 12, 1)), actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23", "12-07"]
    rows = StandingBooking.objects.order_by("starts_on").values_list("pk", "starts_on", "ends_on")
    assert list(rows) == [(row.pk, FIRST, FIRST), (again.pk, date(2026, 12, 1), None)]
    uids = Booking.objects.filter(session__occurrence_local="2026-12-07T18:00").values_list("uid", "sequence")
    assert len({uid for uid, _sequence in uids}) == 1


def test_an_evening_that_was_held_stays_within_the_membership_whatever_day_is_named(cast: Cast) -> None:
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    later = at("2026-12-03 09:00")  # after the Mondays of 23 and 30 November
    for day in (date(2026, 12, 1), date(2026, 11, 26), date(2025, 11, 10)):
        left, _cancelled = leave_series(row, from_on=day, actor=cast.cory, now=later)
        assert (day, left.starts_on, left.ends_on, left.withdrawn_at) == (day, FIRST, date(2026, 11, 30), None)
    assert dates_of(cast.ana) == ["11-23", "11-30"]


def test_whoever_leaves_before_the_first_day_is_withdrawn(cast: Cast) -> None:
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    left, _cancelled = leave_series(row, from_on=FIRST, actor=None, now=NOW)
    assert (left.withdrawn_at, dates_of(cast.ana)) == (NOW, [])
    with pytest.raises(InvalidInput):
        leave_series(row, from_on=FIRST, actor=None, now=NOW)
    join_track(cast.ana, TrackWish((left.series,), FIRST), actor=None, now=NOW)
    assert len(dates_of(cast.ana)) == 3


def test_nobody_is_a_member_twice_or_beyond_the_seats(cast: Cast) -> None:
    series = evening(cast, "MO", capacity=1)
    join_track(cast.ana, TrackWish((series,), date(2026, 12, 1)), actor=None, now=NOW)
    for patient, starts, code in (
        (cast.ana, FIRST, "already_enrolled"),
        (cast.patient(), FIRST, "series_full"),
    ):
        with pytest.raises(Refusal) as caught:
            join_track(patient, TrackWish((series,), starts), actor=None, now=NOW)
        assert caught.value.code == code
    (row,) = join_track(cast.patient(), TrackWish((series,), FIRST, date(2026, 11, 30)), actor=None, now=NOW)
    assert row.bookings.count() == 2


def test_dates_and_series_that_cannot_be_meant_are_refused(cast: Cast) -> None:
    series = evening(cast, "MO")
    for wish, field in (
        (TrackWish((), FIRST), "series"),
        (TrackWish((series, series), FIRST), "series"),
        (TrackWish((series,), FIRST, FIRST - timedelta(days=1)), "ends_on"),
        (TrackWish((series,), date(2026, 11, 17)), "starts_on"),
    ):
        with pytest.raises(InvalidInput) as caught:
            preview_track(cast.ana, wish, now=NOW)
        assert set(caught.value.errors) == {field}
    with pytest.raises(Refusal) as refused:
        preview_track(cast.patient(admitted=False), TrackWish((series,), FIRST), now=NOW)
    assert refused.value.code == "not_enrolled"


def test_staff_lift_what_may_be_lifted(cast: Cast) -> None:
    series = evening(cast, "MO", clock="16:00")
    assert {one.codes for one in preview_track(cast.ana, TrackWish((series,), FIRST), now=NOW).refused} == {
        ("overlaps_work",)
    }
    wish = TrackWish((series,), FIRST, override_reason="her shift ends earlier on Mondays")
    (row,) = join_track(cast.ana, wish, actor=cast.cory, now=NOW)
    assert set(row.bookings.values_list("work_overlap_accepted", flat=True)) == {True}
    extend_horizon(now=NOW + timedelta(weeks=1), weeks=3)
    assert dates_of(cast.ana)[-1] == "12-14"


@pytest.mark.parametrize(
    ("first", "now", "hours"),
    [("2026-10-26", "2026-10-20 08:00", {"18:00"}), ("2026-03-02", "2026-02-25 08:00", {"18:00"})],
)
def test_the_evening_stays_the_evening_across_a_clock_change(cast: Cast, first: str, now: str, hours: set[str]) -> None:
    """1 November and 8 March: the wall clock holds, so the instants move by an hour."""
    begin, moment = date.fromisoformat(first), at(now)
    patient = cast.patient(admitted=False)
    cast.admission(patient, admitted_on=begin - timedelta(days=30))
    fields = SeriesFields(cast.program, cast.site, "group", "G", "FREQ=WEEKLY;BYDAY=MO", f"{first}T18:00", 180, 1)
    series = create_series(fields, actor=None, now=moment, weeks=2)
    join_track(patient, TrackWish((series,), begin), actor=None, now=moment)
    extend_horizon(now=moment + timedelta(weeks=1), weeks=2)
    rows = list(Booking.objects.filter(patient=patient, live=True).order_by("starts_at"))
    walls = {row.starts_at.astimezone(cast.site.zone).strftime("%H:%M") for row in rows}
    assert (len(rows), walls, {row.week.weekday() for row in rows}) == (3, hours, {0})
    assert len({row.starts_at.strftime("%H:%M") for row in rows}) == 2


def test_occurrences_that_an_edit_makes_keep_their_owners_too(cast: Cast) -> None:
    series = evening(cast, "MO")
    join_track(cast.ana, TrackWish((series,), FIRST), actor=None, now=NOW)
    edit = SeriesEdit(scope=Scope.ALL, changes={"rrule": "FREQ=WEEKLY;BYDAY=MO,TU"})
    edit_series(series, edit, actor=cast.cory, now=NOW)
    assert dates_of(cast.ana) == ["11-23", "11-24", "11-30", "12-01", "12-07", "12-08"]
