"""A session is put where the site is open, however it comes about; by video it needs no door."""

from datetime import timedelta

import pytest

from people.errors import InvalidInput, Refusal
from people.models import Room, TrailEntry
from people.services.places import save_room
from scheduling.services.opening import change_opening_hours
from scheduling.services.sessions import change_session
from tests.cast import NOW, Cast
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
