"""An offer has exactly one end, however many ways it is brought about at the same moment (rule 2)."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from people.models import TrailEntry
from scheduling.models import Booking
from scheduling.services.booking import cancel
from tests.cast import NOW, Cast
from tests.races.crowd import Attempt, book_at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECOND = timedelta(seconds=1)


def offered(cast: Cast) -> Booking:
    """The one seat of a session, offered to somebody with nobody behind them."""
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session("2026-11-21 09:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    waiting = cast.booked(cast.patient(), session, waitlist=True)
    with time_machine.travel(NOW, tick=False):  # whoever is next is asked as soon as the cancellation is in
        cancel(holder, actor=None, now=NOW)
    return Booking.objects.get(pk=waiting.pk, status="offered")


@pytest.mark.parametrize("attempt", range(3))
def test_an_answer_at_the_last_second_and_the_sweep_have_one_result(attempt: int) -> None:
    cast = Cast()
    offer = offered(cast)
    ends_at = offer.offer_expires_at
    assert ends_at is not None
    yes = [Attempt(offer.patient_id, 0, ends_at - SECOND, offer=(offer.pk, "accept")) for _ in range(4)]
    sweeps = [Attempt(offer.patient_id, 0, ends_at, offer=(offer.pk, "expire")) for _ in range(4)]
    others = [Attempt(cast.patient().pk, offer.session_id, ends_at) for _ in range(4)]
    mixed = [one for three in zip(yes, sweeps, others, strict=True) for one in three]
    outcomes = book_at_once(mixed[attempt:] + mixed[:attempt])
    found = Counter(outcomes)
    offer.refresh_from_db()
    live = Booking.objects.filter(session=offer.session, live=True)
    if offer.status == "booked":
        assert found == {"booked": 4, "0 expired": 4, "session_full": 4}
        assert live.get() == offer
    else:
        assert (offer.status, found["offer_expired"]) == ("cancelled", 4)
        assert (found["1 expired"], found["0 expired"]) == (1, 3)
        assert found["booked"] + found["session_full"] == 4
        assert live.count() == found["booked"] <= 1
    offer.session.refresh_from_db()
    assert (offer.session.seats_taken, offer.session.seats_held) == (live.count(), 0)
    ends = TrailEntry.objects.filter(subject_type="booking", subject_id=offer.pk)
    assert ends.filter(action__in=("accepted", "offer_expired")).count() == 1


def test_yes_and_no_at_once_have_one_result() -> None:
    cast = Cast()
    offer = offered(cast)
    answers = [
        Attempt(offer.patient_id, 0, NOW, offer=(offer.pk, word)) for _ in range(5) for word in ("accept", "decline")
    ]
    found = Counter(book_at_once(answers))
    offer.refresh_from_db()
    if offer.status == "booked":
        assert found == {"booked": 5, "not_offered": 5}
    else:
        assert found == {"booking_cancelled": 5, "cancelled": 5}
    offer.session.refresh_from_db()
    assert offer.session.seats_taken == Booking.objects.filter(session=offer.session, live=True).count()
