"""Many series become sessions together: what they cost, and what they leave each other."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Counselor, Room
from scheduling.models import SessionSeries
from scheduling.services.series import extend_horizon
from scheduling.services.series_making import materialize
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import seen, series_of

FIRST = at("2026-11-23 00:00").date()


def unmade(cast: Cast, number: int = 0, **columns: Any) -> SessionSeries:
    """A series on Mondays at six that has no sessions yet, with a counselor and a room of its own unless told."""
    fields: dict[str, Any] = {
        "program": cast.program,
        "site": cast.site,
        "kind": "group",
        "title": "Process group",
        "rrule": "FREQ=WEEKLY;BYDAY=MO",
        "starts_at_local": "2026-11-16T18:00",
        "duration_minutes": 180,
        "capacity": 12,
        "room": columns.pop("room", None) or Room.objects.create(site=cast.site, name=f"Room {number}", seats=20),
    }
    series = SessionSeries.objects.create(**{**fields, **columns})
    counselor = Counselor.objects.create(name=f"Counselor {number}")
    counselor.sites.add(cast.site)
    series.counselors.add(counselor)
    return series


@pytest.mark.parametrize("number", [1, 7])
def test_many_series_cost_as_many_statements_as_one(cast: Cast, number: int) -> None:
    made = [unmade(cast, one) for one in range(number)]
    with CaptureQueriesContext(connection) as asked:
        assert extend_horizon(now=NOW, weeks=3) == 4 * number
    assert len(asked) == 26
    assert all(len(seen(series)) == 4 for series in made)


def test_what_one_takes_another_of_the_same_sweep_does_without(cast: Cast) -> None:
    first = unmade(cast)
    second = unmade(cast, 1, room=first.room, starts_at_local="2026-11-16T20:00")
    second.counselors.set(first.counselors.all())
    later = unmade(cast, 2, room=first.room, starts_at_local="2026-11-16T21:00")
    later.counselors.set(first.counselors.all())
    extend_horizon(now=NOW, weeks=1)

    def held(series: SessionSeries) -> set[tuple[int | None, int]]:
        return {(row.room_id, row.counselors.count()) for row in series.sessions.all()}

    assert [held(series) for series in (first, second, later)] == [
        {(first.room_id, 1)},
        {(None, 0)},
        {(first.room_id, 1)},
    ]


def test_members_of_each_series_are_seated_on_its_own_evenings(cast: Cast) -> None:
    monday, friday = (
        series_of(cast, weeks=1, rrule=f"FREQ=WEEKLY;BYDAY={day}", room=None, counselors=()) for day in ("MO", "FR")
    )
    for patient, series in ((cast.ana, monday), (cast.patient("Una"), friday)):
        join_track(patient, TrackWish((series,), FIRST), actor=None, now=NOW)
    extend_horizon(now=NOW, weeks=2)
    seats = {series.pk: series.sessions.latest("starts_at").seats_taken for series in (monday, friday)}
    assert seats == {monday.pk: 1, friday.pk: 1}
    last = friday.sessions.latest("starts_at")
    assert [booking.patient.name for booking in last.bookings.all()] == ["Una"]


def test_a_broken_series_leaves_the_others_of_its_sweep_their_members(cast: Cast) -> None:
    broken = unmade(cast)
    SessionSeries.objects.filter(pk=broken.pk).update(rrule="nonsense")
    sound = series_of(cast, weeks=1, rrule="FREQ=WEEKLY;BYDAY=MO", room=None, counselors=())
    join_track(cast.ana, TrackWish((sound,), FIRST), actor=None, now=NOW)
    assert extend_horizon(now=NOW, weeks=2) == 1
    assert sound.sessions.latest("starts_at").seats_taken == 1
    assert not broken.sessions.exists()


def test_nothing_is_asked_of_series_that_have_ended(cast: Cast) -> None:
    series = unmade(cast, ends_on=at("2026-11-01 00:00").date())
    with CaptureQueriesContext(connection) as asked:
        assert materialize([series], now=NOW, until=FIRST) == 0
    assert len(asked) == 1
    series.refresh_from_db()
    assert series.materialized_until == FIRST
