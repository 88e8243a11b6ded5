"""The sweep that finds due reminders and queues their messages, against a bare insert of as many rows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bench.clinic import bookings, clinic, sessions
from bench.figures import Figure, of_rates
from bench.sizes import Sizes
from bench.timing import seconds_of
from notifications.models import Message, Reminder
from notifications.services.reminders import queue_due

SEATS = 500


def measure(sizes: Sizes) -> list[Figure]:
    """Reminders a second. The floor inserts the very rows that the sweep wrote, both tables, keys and all, ready made.

    Between measurements the rows are taken out again.
    """
    now = timezone.now().replace(hour=19, minute=0)  # noon at the clinic: at night nobody is reminded
    _due(sizes.reminders, now=now)
    taken, floor = [], []
    for _ in range(sizes.rounds):
        taken.append(seconds_of(lambda: queue_due(now=now)))
        reminders, messages = list(Reminder.objects.order_by("pk")), list(Message.objects.order_by("pk"))
        if not len(reminders) == len(messages) == sizes.reminders:
            raise AssertionError(f"{len(reminders)} reminders and {len(messages)} messages of {sizes.reminders}")
        _clear()
        floor.append(seconds_of(lambda: _insert(reminders, messages)))  # noqa: B023 - called at once
        _clear()
    return [of_rates("reminder sweep", taken, floor, each=sizes.reminders, what="reminders")]


def _insert(reminders: list[Reminder], messages: list[Message]) -> None:
    with transaction.atomic():
        Reminder.objects.bulk_create(reminders)
        Message.objects.bulk_create(messages)


def _clear() -> None:
    Message.objects.all().delete()
    Reminder.objects.all().delete()


def _due(number: int, *, now: datetime) -> None:
    """So many people with an appointment in the next hours, booked days ago."""
    place = clinic(patients=number, now=now)
    begin = (now + timedelta(hours=4)).replace(minute=0, second=0, microsecond=0)
    slots = [begin + timedelta(minutes=15 * slot) for slot in range(-(-number // SEATS))]
    held = sessions(place, slots, capacity=SEATS)
    pairs = [(admission, held[position // SEATS]) for position, admission in enumerate(place.admissions)]
    bookings(pairs, made_at=now - timedelta(days=5))
