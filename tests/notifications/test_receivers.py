"""What follows from a change below is written in its transaction, cheaply, and not at all where it is rolled back."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from notifications.models import CalendarEvent, CalendarFeed
from notifications.receivers import follow_bookings
from notifications.services.delivery import deliver_due
from notifications.services.feeds import create_feed
from notifications.services.reminders import queue_due
from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.sessions import change_session
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of

HOUR = timedelta(hours=1)


def test_a_booking_costs_one_look_where_there_is_no_feed(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    with django_assert_num_queries(1):
        follow_bookings(Booking, booking_ids=[booking.pk], now=NOW)
    cancel(booking, actor=None, now=NOW)
    with django_assert_num_queries(2):
        follow_bookings(Booking, booking_ids=[booking.pk], now=NOW)


def test_what_is_rolled_back_leaves_nothing(cast: Cast) -> None:
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    session = cast.session("2026-11-19 18:00")
    with transaction.atomic():
        cast.booked(cast.ana, session, now=NOW + HOUR)
        assert CalendarEvent.objects.count() == 1
        transaction.set_rollback(True)
    assert CalendarEvent.objects.count() == 0
    assert CalendarFeed.objects.get().version == feed.version == 1


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["book", "shift"])
def test_a_feed_made_while_something_changes_misses_nothing(change: str) -> None:
    cast = Cast()
    for number in range(10):
        patient = cast.patient()
        session = cast.session(f"2026-11-{19 + number} 18:00", room=False)
        if change == "shift":
            cast.booked(patient, session)
        shifted = fields_of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
        changes: dict[str, Callable[[], object]] = {
            "book": partial(cast.booked, patient, session),
            "shift": partial(change_session, session, shifted, actor=None, now=NOW),
        }
        at_once(changes[change], partial(create_feed, patient, actor=None, now=NOW))
        booking, event = Booking.objects.get(patient=patient), CalendarEvent.objects.get(patient=patient)
        assert (event.uid, event.starts_at, event.ends_at) == (booking.uid, booking.starts_at, booking.ends_at)


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_sweep_beside_cancellations_leaves_no_message_of_a_cancelled_booking_to_be_sent() -> None:
    cast, eve = Cast(), at("2026-11-18 18:00")
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    bookings = [cast.booked(cast.patient(), session) for _ in range(20)]
    at_once(
        lambda: queue_due(now=eve),
        lambda: [cancel(booking, actor=None, now=eve) for booking in bookings],
    )
    assert deliver_due(clock=lambda: eve).sent == 0


def at_once(*calls: Callable[[], object]) -> None:
    """Run all in threads of their own, let go together; the first error is raised."""
    gate, errors = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=30)
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
