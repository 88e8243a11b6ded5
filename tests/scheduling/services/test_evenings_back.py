"""What comes back is booked again for its members, and for nobody who had given that evening up themself."""

from collections.abc import Callable
from datetime import date

import pytest

from people.services.closures import ClosureFields
from scheduling.models import Booking, StandingBooking
from scheduling.services.absences import add_leave, remove_leave
from scheduling.services.booking import book, cancel, move
from scheduling.services.closures import close_site, lift_closure
from scheduling.services.series_edit import edit_series
from scheduling.services.series_pauses import pause_edit, resume_edit
from scheduling.services.standing import fill_standing
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast
from tests.scheduling.services.test_evenings import SECOND, on, single, told
from tests.scheduling.services.test_tracks import FIRST, dates_of, evening

pytestmark = pytest.mark.django_db
Back = Callable[[Cast, StandingBooking], None]


def closed_and_open_again(cast: Cast, member: StandingBooking) -> None:
    storm = ClosureFields(SECOND, SECOND, "Storm")
    closure, _preview = close_site(cast.site, storm, actor=cast.cory, now=NOW)
    lift_closure(closure, actor=cast.cory, now=NOW, restore=True)


def paused_and_resumed(cast: Cast, member: StandingBooking) -> None:
    series = member.series
    pause = pause_edit(series, starts_on=SECOND, ends_on=SECOND)
    edit_series(series, pause, actor=cast.cory, now=NOW, confirmed_lost=None)
    edit_series(series, resume_edit(series, series.pauses.get()), actor=cast.cory, now=NOW, confirmed_lost=None)


there_and_back = pytest.mark.parametrize("there_and_back", [closed_and_open_again, paused_and_resumed])


def mondays(cast: Cast, *without: date) -> StandingBooking:
    """Ana comes on 23 and 30 November and 7 December, but for the days left out."""
    wish = TrackWish((evening(cast, "MO"),), FIRST, without=frozenset(without))
    (row,) = join_track(cast.ana, wish, actor=cast.cory, now=NOW)
    return row


@there_and_back
def test_a_member_has_the_evening_again(cast: Cast, there_and_back: Back) -> None:
    there_and_back(cast, mondays(cast))
    assert dates_of(cast.ana) == ["11-23", "11-30", "12-07"]


@there_and_back
def test_a_skipped_evening_stays_skipped(cast: Cast, there_and_back: Back) -> None:
    member = mondays(cast)
    cancel(on(cast.ana, "2026-11-30"), actor=cast.ana.user, now=NOW, reason="session cancelled")
    there_and_back(cast, member)
    assert (fill_standing(now=NOW), dates_of(cast.ana), told(member)) == (0, ["11-23", "12-07"], [("11-30", "")])


@there_and_back
def test_a_moved_evening_is_not_had_twice(cast: Cast, there_and_back: Back) -> None:
    member = mondays(cast)
    instead = single(cast, "2026-12-01 18:00")
    moved = move(on(cast.ana, "2026-11-30"), instead, actor=cast.ana.user, now=NOW)
    there_and_back(cast, member)
    live = Booking.objects.filter(patient=cast.ana, live=True).order_by("starts_at")
    assert [row.session_id for row in live][1] == moved.session_id
    assert (live.count(), told(member)) == (3, [("11-30", "01 booked")])


@there_and_back
def test_an_evening_that_was_left_out_stays_so(cast: Cast, there_and_back: Back) -> None:
    there_and_back(cast, mondays(cast, SECOND))
    assert dates_of(cast.ana) == ["11-23", "12-07"]


def test_one_who_skipped_it_and_came_back_is_a_member_again(cast: Cast) -> None:
    member = mondays(cast)
    skipped = on(cast.ana, "2026-11-30")
    cancel(skipped, actor=cast.ana.user, now=NOW)
    book(cast.ana, skipped.session, actor=cast.ana.user, now=NOW)
    closed_and_open_again(cast, member)
    assert dates_of(cast.ana) == ["11-23", "11-30", "12-07"]


def test_a_day_opened_during_a_leave_is_there_when_the_leave_is_called_off(cast: Cast) -> None:
    member = mondays(cast)
    storm = ClosureFields(SECOND, SECOND, "Storm")
    closure, _preview = close_site(cast.site, storm, actor=cast.cory, now=NOW)
    admission = cast.admission_of(cast.ana)
    leave, _gone = add_leave(
        admission, starts_on=date(2026, 11, 28), ends_on=SECOND, reason="travel", actor=None, now=NOW
    )
    lift_closure(closure, actor=cast.cory, now=NOW, restore=True)
    assert (dates_of(cast.ana), told(member)) == (["11-23", "12-07"], [])
    remove_leave(leave, actor=None, now=NOW)
    assert dates_of(cast.ana) == ["11-23", "11-30", "12-07"]


def test_an_evening_that_came_back_and_clashes_is_tried_again(cast: Cast) -> None:
    member = mondays(cast)
    storm = ClosureFields(SECOND, SECOND, "Storm")
    closure, _preview = close_site(cast.site, storm, actor=cast.cory, now=NOW)
    call = cast.session("2026-11-30 19:00", counselor=False, room=False, mode="telehealth")
    other = book(cast.ana, call, actor=None, now=NOW)
    lift_closure(closure, actor=cast.cory, now=NOW, restore=True)
    assert (member.gaps.get(closed_at=None).codes, told(member)) == (["overlaps_booking"], [])
    cancel(other, actor=None, now=NOW)
    assert (fill_standing(now=NOW), fill_standing(now=NOW)) == (1, 0)
    assert dates_of(cast.ana) == ["11-23", "11-30", "12-07"]
