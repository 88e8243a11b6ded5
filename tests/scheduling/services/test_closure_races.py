"""A site that is closed while people book, and while sessions are put there: nothing takes place behind its door."""

from contextlib import suppress
from datetime import date
from functools import partial

import pytest

from people.errors import Refusal
from people.models import Patient, SiteClosure
from people.services.closures import ClosureFields
from scheduling.errors import PreviewOutdated, SessionCancelled, SessionFull
from scheduling.models import Booking, Session
from scheduling.services.closures import close_site
from scheduling.services.series import extend_horizon
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast
from tests.notifications.test_receivers import at_once
from tests.scheduling.services.series_builders import series_of
from tests.scheduling.services.test_closures import THANKSGIVING, days

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WHOLE: ClosureFields = days(THANKSGIVING)


def close(cast: Cast) -> None:
    """Where somebody comes again and again while it looks, it says so, and one closes once more."""
    for _ in range(20):
        with suppress(PreviewOutdated):
            close_site(cast.site, WHOLE, actor=None, now=NOW)
            return
    raise AssertionError("the site could not be closed")


def nothing_behind_the_door() -> None:
    closed = Session.objects.filter(starts_at__range=("2026-11-26T07:00Z", "2026-11-27T07:00Z"))
    assert SiteClosure.objects.count() == 1
    assert not closed.live().exists()
    assert not Booking.objects.live().filter(session__in=closed).exists()
    assert set(closed.values_list("seats_taken", flat=True)) <= {0}


@pytest.mark.parametrize("turn", range(3))
def test_nobody_is_booked_behind_a_closed_door(turn: int) -> None:
    cast = Cast()
    session = cast.session("2026-11-26 18:00", capacity=30, room=False, counselor=False)
    people = [cast.patient() for _ in range(8)]

    def book_all() -> None:
        for patient in people:
            with suppress(Refusal):
                cast.booked(patient, session)

    at_once(book_all, lambda: close(cast))
    nothing_behind_the_door()


@pytest.mark.parametrize("turn", range(3))
def test_nothing_is_put_behind_a_closed_door(turn: int) -> None:
    cast = Cast()
    series = series_of(cast, weeks=0, rrule="FREQ=WEEKLY;BYDAY=TH", counselors=(), room=None)
    assert not series.sessions.filter(occurrence_local__gte="2026-11-26").exists()

    def put() -> None:
        for hour in range(8, 14):
            with suppress(Refusal):
                cast.session(f"2026-11-26 {hour:02}:00", minutes=60, room=False, counselor=False)

    at_once(
        put,
        lambda: extend_horizon(now=NOW, weeks=2),
        lambda: close(cast),
    )
    nothing_behind_the_door()


@pytest.mark.parametrize("turn", range(3))
def test_an_evening_that_comes_back_while_people_want_it_is_full_and_no_fuller(turn: int) -> None:
    """Two shorten the closure at once; whoever wants the evening asks again and again until it takes place."""
    cast = Cast()
    series = series_of(cast, weeks=2, rrule="FREQ=DAILY;COUNT=14", counselors=(), room=None, capacity=3)
    back = series.sessions.get(occurrence_local__startswith="2026-11-27")
    member = cast.patient()
    join_track(member, TrackWish((series,), date(2026, 11, 27)), actor=None, now=NOW)
    closure, _preview = close_site(cast.site, days(THANKSGIVING, date(2026, 11, 27)), actor=None, now=NOW)
    people = [cast.patient() for _ in range(6)]

    def shorten() -> None:
        close_site(cast.site, WHOLE, actor=None, now=NOW, closure=SiteClosure.objects.get(pk=closure.pk))

    def want(patient: Patient) -> None:
        for _ in range(200):
            try:
                cast.booked(patient, back)
            except SessionCancelled:
                continue
            except SessionFull:
                return
            return

    at_once(shorten, shorten, *(partial(want, one) for one in people))
    back.refresh_from_db()
    held = Booking.objects.live().filter(session=back)
    assert (back.state, back.seats_taken, held.count()) == ("scheduled", 3, 3)
    assert held.filter(patient=member).count() == 1
