"""A session is put where the site is open, however it comes about; by video it needs no door."""

from datetime import date, timedelta

import pytest

from people.errors import InvalidInput, Refusal
from people.models import Room, TrailEntry
from people.services.closures import ClosureFields
from people.services.places import save_room
from scheduling.models import Booking, SessionCounselor, SessionSeries, StandingBooking
from scheduling.services.closures import close_site
from scheduling.services.opening import change_opening_hours
from scheduling.services.series import extend_horizon
from scheduling.services.sessions import change_session
from scheduling.services.site_reopening import reopen_all
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of
from tests.scheduling.services.series_builders import change, series_of

pytestmark = pytest.mark.django_db

WEEKDAYS = {str(day): [["08:00", "21:00"]] for day in range(5)}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _open_on_weekdays(cast: Cast) -> None:
    change_opening_hours(cast.site, WEEKDAYS, actor=None, now=NOW)
    cast.site.refresh_from_db()


def refused(act: object) -> Refusal:
    with pytest.raises(Refusal) as found:
        act()  # type: ignore[operator]
    return found.value


def test_a_session_outside_the_hours_is_not_made(cast: Cast) -> None:
    refusal = refused(lambda: cast.session("2026-11-24 18:30"))
    assert refusal.code == "outside_opening_hours"
    assert refusal.data == {
        "conflicts": [
            {
                "what": "opening_hours",
                "starts_at": "2026-11-24T18:30:00-07:00",
                "ends_at": "2026-11-24T21:30:00-07:00",
            }
        ],
        "opening_hours": {"1": [["08:00", "21:00"]]},
    }
    assert cast.session("2026-11-24 18:00").pk
    assert cast.session("2026-11-22 18:00", mode="telehealth", room=False).pk


def test_nor_moved_there_while_what_stays_may_be_renamed(cast: Cast) -> None:
    session = cast.session("2026-11-24 18:00")
    later = fields_of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    assert refused(lambda: change_session(session, later, actor=None, now=NOW)).code == "outside_opening_hours"
    type(cast.site).objects.update(opening_hours={"0": [["08:00", "09:00"]]})
    named = change_session(session, fields_of(session, title="Another name"), actor=None, now=NOW)
    assert named.title == "Another name"


def test_a_series_outside_the_hours_is_neither_made_nor_moved_there(cast: Cast) -> None:
    assert refused(lambda: series_of(cast, rrule="FREQ=WEEKLY;BYDAY=SU")).code == "outside_opening_hours"
    series = series_of(cast)
    refusal = refused(lambda: change(series, starts_at_local="2026-11-16T19:00"))
    assert refusal.code == "outside_opening_hours"
    # This evening's session too: it is still to come, and would end at ten.
    ahead = series.sessions.filter(starts_at__gt=NOW).order_by("starts_at").values_list("occurrence_local", flat=True)
    assert [one["starts_at"][:10] for one in refusal.data["conflicts"]] == [str(local)[:10] for local in ahead]


def test_hours_are_not_drawn_in_over_sessions_that_are_still_to_come(cast: Cast) -> None:
    session = cast.session("2026-11-24 18:00")
    cast.session("2026-11-22 18:00", mode="telehealth", room=False)
    shorter = {**WEEKDAYS, "1": [["08:00", "20:00"]]}
    refusal = refused(lambda: change_opening_hours(cast.site, shorter, actor=cast.cory, now=NOW))
    assert (refusal.code, [one["id"] for one in refusal.data["conflicts"]]) == (
        "sessions_outside_hours",
        [str(session.pk)],
    )
    cast.site.refresh_from_db()
    assert cast.site.opening_hours == WEEKDAYS
    longer = {**WEEKDAYS, "5": [["09:00", "12:00"]]}
    change_opening_hours(cast.site, longer, actor=cast.cory, now=NOW)
    entry = TrailEntry.objects.filter(action="opening_hours_changed").first()
    assert entry is not None
    assert (entry.actor_id, entry.before, entry.after) == (cast.cory.pk, {"hours": WEEKDAYS}, {"hours": longer})


def test_hours_that_changed_since_the_site_was_read_are_asked_as_they_are(cast: Cast) -> None:
    """Read before the lock, a site knows the hours of then."""
    known = cast.site.opening_hours
    change_opening_hours(cast.site, {"1": [["08:00", "12:00"]]}, actor=None, now=NOW)
    cast.site.opening_hours = known
    assert refused(lambda: cast.session("2026-11-24 18:00")).code == "outside_opening_hours"


EARLY = {str(day): [["08:00", "17:00"]] for day in range(5)}


def drawn_in(cast: Cast) -> tuple[SessionSeries, StandingBooking]:
    """A series of Mondays with Ana on it, whose evenings were moved into hours that were drawn in afterwards."""
    series = series_of(cast, weeks=2, rrule="FREQ=WEEKLY;BYDAY=MO", starts_at_local="2026-11-23T18:00")
    (member,) = join_track(cast.ana, TrackWish((series,), date(2026, 11, 23)), actor=None, now=NOW)
    for row in series.sessions.all():
        at_one = f"{str(row.occurrence_local)[:10]}T13:00"
        change(series, "this", row.occurrence_local, starts_at_local=at_one, confirmed=None)
    change_opening_hours(cast.site, EARLY, actor=cast.cory, now=NOW)
    return series, member


def test_later_occurrences_outside_the_hours_are_not_held_and_nobody_is_booked(cast: Cast) -> None:
    series, member = drawn_in(cast)
    assert extend_horizon(now=NOW, weeks=4) == 2
    made = series.sessions.filter(outside_hours=True, closed_by=None).order_by("starts_at")
    assert list(made.values_list("occurrence_local", "state", "seats_taken")) == [
        ("2026-12-07T18:00", "cancelled", 0),
        ("2026-12-14T18:00", "cancelled", 0),
    ]
    assert not Booking.objects.filter(session__in=made).exists()
    assert list(SessionCounselor.objects.filter(session__in=made).values_list("live", flat=True)) == [False, False]
    assert extend_horizon(now=NOW, weeks=4) == 0
    assert member.gaps.count() == 0


def test_they_are_held_with_their_people_when_the_hours_take_them_in(cast: Cast) -> None:
    series, member = drawn_in(cast)
    extend_horizon(now=NOW, weeks=4)
    close_site(cast.site, ClosureFields(date(2026, 12, 14), date(2026, 12, 14), "Storm"), actor=None, now=NOW)
    _site, back = change_opening_hours(cast.site, WEEKDAYS, actor=cast.cory, now=NOW)
    assert [row.occurrence_local for row in back] == ["2026-12-07T18:00"]
    assert [(row.state, row.outside_hours) for row in back] == [("scheduled", False)]
    assert Booking.objects.filter(session__in=back, live=True, standing_booking=member).count() == 1
    closed = series.sessions.get(occurrence_local="2026-12-14T18:00")
    assert (closed.state, closed.outside_hours, closed.closed_by_id is None) == ("cancelled", False, False)


def test_a_sweep_gives_back_what_nobody_did(cast: Cast) -> None:
    series, _member = drawn_in(cast)
    extend_horizon(now=NOW, weeks=3)
    assert reopen_all(now=NOW) == 0
    type(cast.site).objects.filter(pk=cast.site.pk).update(opening_hours=WEEKDAYS)
    assert (reopen_all(now=NOW), reopen_all(now=NOW)) == (1, 0)
    assert series.sessions.get(occurrence_local="2026-12-07T18:00").state == "scheduled"


def test_an_edit_moves_them_into_the_hours_and_never_out(cast: Cast) -> None:
    series, _member = drawn_in(cast)
    extend_horizon(now=NOW, weeks=3)
    shut = series.sessions.get(occurrence_local="2026-12-07T18:00")
    change(series, title="Another name")
    shut.refresh_from_db()
    assert (shut.title, shut.state, shut.outside_hours) == ("Another name", "cancelled", True)
    later = refused(lambda: change(series, starts_at_local="2026-11-23T19:00"))
    assert later.code == "outside_opening_hours"
    change(series, starts_at_local="2026-11-23T13:00", confirmed=None)
    shut.refresh_from_db()
    assert (shut.state, shut.outside_hours, shut.starts_at) == ("scheduled", False, at("2026-12-07 13:00"))


def test_later_occurrences_do_without_a_room_that_serves_no_more_and_a_counselor_who_left(cast: Cast) -> None:
    series = series_of(cast, weeks=2)
    save_room(cast.site, cast.room, name="Room 4", seats=16, active=False, actor=None, now=NOW)
    extend_horizon(now=NOW, weeks=3)
    save_room(cast.site, cast.room, name="Room 4", seats=11, active=True, actor=None, now=NOW)
    extend_horizon(now=NOW, weeks=4)
    save_room(cast.site, cast.room, name="Room 4", seats=12, active=True, actor=None, now=NOW)
    cast.dana_counselor.sites.clear()
    extend_horizon(now=NOW, weeks=5)
    later = series.sessions.filter(starts_at__gt=at("2026-12-03 00:00")).order_by("starts_at")
    assert [(row.room_id, row.leads.count()) for row in later] == [
        *[(None, 1)] * 4,
        *[(cast.room.pk, 0)] * 2,
    ]


def test_hours_that_cannot_be_are_refused_by_field(cast: Cast) -> None:
    refusal = refused(lambda: change_opening_hours(cast.site, {"0": [["25:00", "9"]]}, actor=None, now=NOW))
    assert isinstance(refusal, InvalidInput)
    assert list(refusal.errors) == ["opening_hours"]


def test_a_room_out_of_use_keeps_what_is_on_and_takes_nothing_new(cast: Cast) -> None:
    session = cast.session("2026-11-24 18:00")
    save_room(cast.site, cast.room, name="Room 4", seats=16, active=False, actor=cast.cory, now=NOW)
    refusal = refused(lambda: cast.session("2026-11-25 18:00"))
    assert isinstance(refusal, InvalidInput)
    assert list(refusal.errors) == ["room"]
    session.refresh_from_db()
    assert session.room_id == cast.room.pk


def test_rooms_have_names_of_their_own(cast: Cast) -> None:
    assert cast.room.pk
    refusal = refused(lambda: save_room(cast.site, None, name="Room 4", seats=2, actor=None, now=NOW))
    assert isinstance(refusal, InvalidInput)
    assert list(refusal.errors) == ["name"]
    save_room(cast.site, None, name="Room 5", seats=2, actor=None, now=NOW)
    assert list(Room.objects.values_list("name", "seats", "active")) == [("Room 4", 16, True), ("Room 5", 2, True)]
