"""Joining a track while others book its last seats one by one (rules 2 and 10)."""

from collections import Counter

import pytest

from scheduling.models import Booking, Session, StandingBooking
from tests.cast import NOW, Cast
from tests.races.crowd import Attempt, book_at_once
from tests.scheduling.services.test_tracks import FIRST, track

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_track_is_joined_whole_or_not_at_all_while_single_seats_go() -> None:
    """Every session has one seat: either the track has them all, or it has none and each went to one of the others."""
    cast = Cast()
    series = track(cast, capacity=1)
    sessions = list(Session.objects.order_by("pk"))
    joining = [Attempt(cast.patient().pk, 0, NOW, track=(tuple(one.pk for one in series), FIRST)) for _ in range(4)]
    single = [Attempt(cast.patient().pk, session.pk, NOW) for session in sessions for _ in range(3)]
    outcomes = book_at_once([attempt for pair in _mixed(joining, single) for attempt in pair])
    counted = Counter(outcomes)
    assert set(counted) <= {"joined", "booked", "session_full", "track_refused", "series_full"}
    assert counted["joined"] in (0, 1)
    assert counted["booked"] == (0 if counted["joined"] else len(sessions))
    assert _oracle() == []
    assert StandingBooking.objects.count() == 3 * counted["joined"]


def test_one_patient_joins_a_series_once() -> None:
    cast = Cast()
    series = track(cast)
    wish = (tuple(one.pk for one in series), FIRST)
    patient = cast.patient()
    outcomes = book_at_once([Attempt(patient.pk, 0, NOW, track=wish) for _ in range(6)])
    assert Counter(outcomes) == {"joined": 1, "already_enrolled": 5}
    assert Booking.objects.filter(patient=patient, live=True).count() == Session.objects.count()
    assert _oracle() == []


def _mixed(some: list[Attempt], others: list[Attempt]) -> list[list[Attempt]]:
    """The first ones spread among the others, so that no process has all of a kind."""
    step = max(1, len(others) // len(some))
    return [[*some[at : at + 1], *others[at * step : (at + 1) * step]] for at in range(len(others) // step + 1)]


def _oracle() -> list[tuple[int, int, int]]:
    """Sessions whose seats taken are not the live bookings, or more than there are."""
    rows = [
        (session.pk, session.seats_taken, session.bookings.filter(live=True).count())
        for session in Session.objects.all()
    ]
    return [row for row in rows if row[1] != row[2] or row[2] > Session.objects.get(pk=row[0]).capacity]
