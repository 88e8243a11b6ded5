"""Single evenings of a standing booking: moved, moved back, skipped, and booked again."""

from datetime import date, timedelta

import pytest

from people.models import Patient
from scheduling.models import Booking, Session, StandingBooking, StandingGap
from scheduling.services.absences import add_leave
from scheduling.services.booking import book, cancel, move
from scheduling.services.evenings import changed_evenings
from scheduling.services.move_back import move_back
from scheduling.services.series import extend_horizon
from scheduling.services.sessions import cancel_session
from scheduling.services.standing import bookings_from, fill_standing, leave_series
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from scheduling.services.waitlist import promote_all
from tests.cast import DENVER, NOW, Cast
from tests.scheduling.services.test_tracks import FIRST, dates_of, evening

pytestmark = pytest.mark.django_db

SECOND = date(2026, 11, 30)


@pytest.fixture
def mondays(cast: Cast) -> StandingBooking:
    """Ana comes on 23 and 30 November and 7 December."""
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=cast.cory, now=NOW)
    return row


def on(patient: Patient, day: str) -> Booking:
    return Booking.objects.get(patient=patient, session__occurrence_local=f"{day}T18:00", live=True)


def single(cast: Cast, starts: str) -> Session:
    return cast.session(starts, counselor=False, room=False)


def told(row: StandingBooking) -> list[tuple[str, str]]:
    """The evenings that were changed, and to when they were moved."""
    found = changed_evenings([row]).get(row.pk, [])
    return [
        (
            str(one.session.occurrence_local)[5:10],
            f"{one.moved.session.starts_at.astimezone(DENVER):%d} {one.moved.status}" if one.moved else "",
        )
        for one in found
    ]


def test_a_moved_evening_stays_the_standing_bookings_and_leaves_with_it(cast: Cast, mondays: StandingBooking) -> None:
    second = on(cast.ana, "2026-11-30")
    moved = move(second, single(cast, "2026-12-01 18:00"), actor=cast.ana.user, now=NOW)
    assert (moved.standing_booking_id, moved.stands_for_id) == (mondays.pk, second.session_id)
    assert told(mondays) == [("11-30", "01 booked")]
    assert fill_standing(now=NOW) == 0
    assert [row.pk for row in bookings_from(mondays, SECOND, now=NOW)] == [moved.pk, on(cast.ana, "2026-12-07").pk]
    _left, gone = leave_series(mondays, from_on=SECOND, actor=cast.cory, now=NOW)
    assert moved.pk in {row.pk for row in gone}
    assert dates_of(cast.ana) == ["11-23"]


def test_it_goes_with_the_evening_that_it_stands_for(cast: Cast, mondays: StandingBooking) -> None:
    early = move(on(cast.ana, "2026-12-07"), single(cast, "2026-11-28 10:00"), actor=None, now=NOW)
    late = move(on(cast.ana, "2026-11-23"), single(cast, "2026-12-05 10:00"), actor=None, now=NOW)
    assert [row.pk for row in bookings_from(mondays, SECOND, now=NOW)] == [early.pk, on(cast.ana, "2026-11-30").pk]
    leave_series(mondays, from_on=SECOND, actor=None, now=NOW)
    assert list(Booking.objects.filter(live=True).values_list("pk", flat=True)) == [late.pk]


@pytest.mark.parametrize("by_undo", [True, False])
def test_moved_back_it_is_the_evening_again(cast: Cast, mondays: StandingBooking, by_undo: bool) -> None:
    second = on(cast.ana, "2026-11-30")
    moved = move(second, single(cast, "2026-12-01 18:00"), actor=None, now=NOW)
    if by_undo:
        back = move_back(moved, actor=None, now=NOW)
    else:
        again = move(moved, single(cast, "2026-12-02 18:00"), actor=None, now=NOW)
        assert (again.standing_booking_id, again.stands_for_id) == (mondays.pk, second.session_id)
        back = move(again, second.session, actor=None, now=NOW)
    assert (back.standing_booking_id, back.stands_for_id, back.session_id) == (mondays.pk, None, second.session_id)
    assert (told(mondays), dates_of(cast.ana)) == ([], ["11-23", "11-30", "12-07"])
    leave_series(mondays, from_on=SECOND, actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23"]


def test_the_history_tells_moved_from_skipped_and_from_what_the_clinic_did(
    cast: Cast, mondays: StandingBooking, django_assert_num_queries: object
) -> None:
    moved = move(on(cast.ana, "2026-11-30"), single(cast, "2026-12-01 18:00"), actor=None, now=NOW)
    cancel(on(cast.ana, "2026-12-07"), actor=None, now=NOW)
    assert told(mondays) == [("11-30", "01 booked"), ("12-07", "")]
    cancel(moved, actor=None, now=NOW)
    cancel_session(on(cast.ana, "2026-11-23").session, actor=None, now=NOW)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert told(mondays) == [("11-30", "01 cancelled"), ("12-07", "")]
    assert fill_standing(now=NOW) == 0


def test_an_evening_that_a_leave_took_is_not_skipped(cast: Cast, mondays: StandingBooking) -> None:
    admission = cast.admission_of(cast.ana)
    add_leave(admission, starts_on=date(2026, 11, 28), ends_on=SECOND, reason="travel", actor=None, now=NOW)
    assert (told(mondays), dates_of(cast.ana)) == ([], ["11-23", "12-07"])


def test_a_skipped_evening_that_is_booked_again_is_the_standing_bookings(cast: Cast, mondays: StandingBooking) -> None:
    skipped = on(cast.ana, "2026-11-30")
    cancel(skipped, actor=None, now=NOW)
    again = book(cast.ana, skipped.session, actor=None, now=NOW)
    assert (again.standing_booking_id, told(mondays)) == (mondays.pk, [])
    leave_series(mondays, from_on=SECOND, actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23"]


def test_somebody_elses_seat_and_a_day_before_the_first_are_nobodys_standing_booking(
    cast: Cast, mondays: StandingBooking
) -> None:
    session = Session.objects.get(occurrence_local="2026-11-30T18:00")
    assert book(cast.ben, session, actor=None, now=NOW, accept_work_overlap=True).standing_booking_id is None
    leave_series(mondays, from_on=SECOND, actor=None, now=NOW)
    assert book(cast.ana, session, actor=None, now=NOW).standing_booking_id is None


def test_an_evening_that_lacked_a_seat_lacks_nothing_once_it_is_booked(cast: Cast, mondays: StandingBooking) -> None:
    other = book(cast.ana, single(cast, "2026-12-14 17:00"), actor=None, now=NOW)
    extend_horizon(now=NOW + timedelta(weeks=1), weeks=3)
    gap = mondays.gaps.get(closed_at=None)
    cancel(other, actor=None, now=NOW)
    booking = book(cast.ana, gap.session, actor=None, now=NOW)
    gap.refresh_from_db()
    assert (booking.standing_booking_id, gap.outcome, gap.closed_at) == (mondays.pk, "booked", NOW)


def test_one_who_waited_for_a_seat_of_theirs_has_it_once_it_is_given(cast: Cast) -> None:
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO", capacity=1),), FIRST), actor=None, now=NOW)
    extend_horizon(now=NOW + timedelta(weeks=1), weeks=3)
    session = Session.objects.get(occurrence_local="2026-12-14T18:00")
    cancel(on(cast.ana, "2026-12-14"), actor=None, now=NOW)
    taken = book(cast.patient(), session, actor=None, now=NOW)
    waits = book(cast.ana, session, actor=None, now=NOW, waitlist=True)
    gap = StandingGap.objects.create(standing_booking=row, session=session, codes=["session_full"], raised_at=NOW)
    cancel(taken, actor=None, now=NOW)
    promote_all(now=NOW)
    waits.refresh_from_db()
    gap.refresh_from_db()
    assert (waits.status, waits.standing_booking_id, gap.outcome) == ("booked", row.pk, "booked")


def test_a_series_that_one_joins_takes_over_what_was_moved_there(cast: Cast, mondays: StandingBooking) -> None:
    wednesdays = evening(cast, "WE")
    target = wednesdays.sessions.get(occurrence_local="2026-12-02T18:00")
    moved = move(on(cast.ana, "2026-11-30"), target, actor=None, now=NOW)
    (row,) = join_track(cast.ana, TrackWish((wednesdays,), FIRST), actor=None, now=NOW)
    moved.refresh_from_db()
    assert (moved.standing_booking_id, moved.stands_for_id) == (row.pk, None)
    leave_series(mondays, from_on=FIRST, actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-25", "12-02", "12-09"]
