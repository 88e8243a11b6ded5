"""Crowds at the same seat, and one patient in many places (rule 2)."""

from collections import Counter

import pytest

from scheduling.models import Booking, Session
from tests.cast import NOW, Cast
from tests.races.crowd import Attempt, book_at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def crowd_of(cast: Cast, size: int) -> list[int]:
    return [cast.patient().pk for _ in range(size)]


def test_the_last_seat_goes_to_exactly_one_of_fifty() -> None:
    cast = Cast()
    session = cast.session("2026-11-21 09:00", capacity=3)
    for _ in range(2):
        cast.booked(cast.patient(), session)
    outcomes = book_at_once([Attempt(pk, session.pk, NOW) for pk in crowd_of(cast, 50)])
    assert Counter(outcomes) == {"booked": 1, "session_full": 49}
    session.refresh_from_db()
    assert (session.seats_taken, Booking.objects.filter(session=session, live=True).count()) == (3, 3)


def test_the_rest_of_the_crowd_may_wait_in_line() -> None:
    cast = Cast()
    session = cast.session("2026-11-21 09:00", capacity=1)
    outcomes = book_at_once([Attempt(pk, session.pk, NOW, waitlist=True) for pk in crowd_of(cast, 20)])
    assert Counter(outcomes) == {"booked": 1, "waitlisted": 19}


def test_one_patient_racing_for_overlapping_sessions_keeps_exactly_one() -> None:
    cast = Cast()
    patient = cast.patient()
    starts = [f"2026-11-21 {9 + number // 6:02}:{number % 6 * 10:02}" for number in range(10)]
    sessions = [cast.session(start, counselor=False, room=False) for start in starts]
    outcomes = book_at_once([Attempt(patient.pk, session.pk, NOW) for session in sessions])
    assert Counter(outcomes) == {"booked": 1, "overlaps_booking": 9}
    assert Booking.objects.filter(patient=patient, live=True).count() == 1
    assert sum(Session.objects.values_list("seats_taken", flat=True)) == 1


def test_the_weekly_maximum_is_never_passed() -> None:
    cast = Cast()
    patient = cast.patient()
    starts = [f"2026-11-{19 + number // 4} {8 + number % 4 * 3:02}:00" for number in range(16)]
    sessions = [cast.session(start, counselor=False, room=False) for start in starts]
    outcomes = book_at_once([Attempt(patient.pk, session.pk, NOW) for session in sessions])
    assert Counter(outcomes) == {"booked": 6, "over_weekly_maximum": 10}
    assert sum(Booking.objects.values_list("counted_minutes", flat=True)) == 6 * 180


def test_a_double_click_books_once() -> None:
    cast = Cast()
    patient = cast.patient()
    session = cast.session("2026-11-21 09:00")
    outcomes = book_at_once([Attempt(patient.pk, session.pk, NOW) for _ in range(8)])
    assert Counter(outcomes) == {"booked": 1, "already_booked": 7}
    session.refresh_from_db()
    assert session.seats_taken == 1
