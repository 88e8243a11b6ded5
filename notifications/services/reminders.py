"""Turning live bookings whose reminder is due into outbox rows, and keeping those rows true until they are sent."""

import logging
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from notifications.domain.quiet import SETTLING, QuietHours, reminder_due_at
from notifications.enums import Channel, MessageKind, MessageState, SubjectType
from notifications.models import Message, Reminder
from notifications.models.preference import QUIET_FROM, QUIET_UNTIL
from notifications.services.emails import new_email
from notifications.texts import Text, appointment_text
from scheduling.enums import BookingStatus
from scheduling.models import Booking

logger = logging.getLogger(__name__)

BEFORE = timedelta(minutes=1440)
OCCASION = "1440"
CHUNK = 2000


class Appointment(NamedTuple):
    """What a reminder needs to know of a booking. The preference's three are None where the defaults hold."""

    booking_id: int
    patient_id: int
    starts_at: datetime
    booked_at: datetime
    live: bool
    contact: str
    language: str
    zone: str
    phone: str
    sender_name: str
    home_zone: str
    email_enabled: bool | None
    quiet_from: time | None
    quiet_until: time | None

    def due_at(self, *, now: datetime) -> datetime | None:
        """When to remind, or None where no moment is left before the start."""
        quiet = QuietHours(self.quiet_from or QUIET_FROM, self.quiet_until or QUIET_UNTIL, ZoneInfo(self.home_zone))
        return reminder_due_at(self.starts_at, before=BEFORE, booked_at=self.booked_at, quiet=quiet, now=now)

    def text(self) -> Text:
        """What to say; the same object for everybody to whom the same is said."""
        return _text(
            self.starts_at, self.zone, self.language, self.phone, self.sender_name, f"{settings.BASE_URL}/preferences/"
        )


def queue_due(*, now: datetime) -> int:
    """Write a reminder and its message for every appointment whose time to be told has come; answers how many.

    Its time has come a day before the start, two hours after the booking at the earliest, and passes with the start:
    what a stopped worker missed is found by the next sweep. The unique reminder row decides who queues: run twice, or
    by two at once, nothing doubles. Set-based, in chunks of one transaction each.
    """
    due_ids = list(_untold(now=now).order_by("pk").values_list("pk", flat=True))
    queued = 0
    for start in range(0, len(due_ids), CHUNK):
        appointments = {row.booking_id: row for row in appointments_of(due_ids[start : start + CHUNK])}
        queued += _queue(appointments, now=now)
    return queued


def appointments_of(booking_ids: Iterable[int]) -> Iterator[Appointment]:
    """What reminders need to know of these bookings, in one query."""
    rows = (
        Booking.objects.filter(pk__in=booking_ids)
        .order_by("pk")
        .values_list(
            "pk",
            "patient_id",
            "starts_at",
            "created_at",
            "live",
            Coalesce(NullIf("patient__email", Value("")), "patient__user__email", Value(""), output_field=CharField()),
            "patient__language",
            "session__site__time_zone",
            "session__site__phone",
            "session__site__sender_name",
            "admission__site__time_zone",
            "patient__notification_preference__email_enabled",
            "patient__notification_preference__quiet_from",
            "patient__notification_preference__quiet_until",
        )
    )
    return (Appointment(*row) for row in rows)


def drop_messages_of(booking_ids: Iterable[int], *, why: str) -> int:
    """Drop the reminders that wait to be said of these bookings. What is in flight looks again just before it goes."""
    return Message.objects.filter(
        state=MessageState.PENDING,
        kind=MessageKind.APPOINTMENT,
        reminder__subject_type=SubjectType.BOOKING,
        reminder__subject_id__in=list(booking_ids),
    ).update(state=MessageState.DROPPED, last_error=why)


def forget_reminders_of(booking_ids: Iterable[int], *, why: str) -> None:
    """The appointments have a new time: drop what was said of the old one, and let the new one be told in its turn."""
    wanted = list(booking_ids)
    drop_messages_of(wanted, why=why)
    Reminder.objects.filter(
        subject_type=SubjectType.BOOKING, kind=MessageKind.APPOINTMENT, subject_id__in=wanted
    ).delete()


def _untold(*, now: datetime) -> QuerySet[Booking]:
    told = Reminder.objects.filter(
        subject_type=SubjectType.BOOKING,
        subject_id=OuterRef("pk"),
        kind=MessageKind.APPOINTMENT,
        occasion=OCCASION,
        channel=Channel.EMAIL,
    )
    return (
        Booking.objects.live()
        .filter(status=BookingStatus.BOOKED, created_at__lte=now - SETTLING)
        .filter(starts_at__gt=now, starts_at__lte=now + BEFORE)
        .filter(~Exists(told))
        .exclude(patient__email="", patient__user=None)
        .exclude(patient__notification_preference__email_enabled=False)
    )


def _queue(appointments: dict[int, Appointment], *, now: datetime) -> int:
    due = {pk: due_at for pk, row in appointments.items() if (due_at := _due_at(row, now=now)) is not None}
    if not due:
        return 0
    batch = uuid.uuid4().hex
    with transaction.atomic():
        Reminder.objects.bulk_create(
            [_reminder(appointments[pk], batch=batch, now=now) for pk in due], ignore_conflicts=True
        )
        mine = Reminder.objects.filter(subject_type=SubjectType.BOOKING, subject_id__in=list(due), batch=batch)
        messages = [
            _message(appointments[booking_id], reminder_id, due_at=due[booking_id], now=now)
            for booking_id, reminder_id in mine.values_list("subject_id", "pk")
        ]
        Message.objects.bulk_create(messages)
    return len(messages)


def _due_at(appointment: Appointment, *, now: datetime) -> datetime | None:
    """When to remind; None, and a line in the log, for a row that cannot be put into words: it stops nobody else's."""
    if not appointment.contact:
        return None
    try:
        appointment.text()
        return appointment.due_at(now=now)
    except (KeyError, ValueError):  # an unknown zone is a KeyError
        logger.exception("booking %s cannot be reminded of", appointment.booking_id)
        return None


def _reminder(appointment: Appointment, *, batch: str, now: datetime) -> Reminder:
    return Reminder(
        subject_type=SubjectType.BOOKING,
        subject_id=appointment.booking_id,
        kind=MessageKind.APPOINTMENT,
        occasion=OCCASION,
        channel=Channel.EMAIL,
        recipient=f"patient:{appointment.patient_id}",
        batch=batch,
        created_at=now,
    )


def _message(appointment: Appointment, reminder_id: int, *, due_at: datetime, now: datetime) -> Message:
    return new_email(
        MessageKind.APPOINTMENT,
        appointment.text(),
        contact=appointment.contact,
        language=appointment.language,
        now=now,
        due_at=due_at,
        sender_name=appointment.sender_name,
        reminder_id=reminder_id,
        patient_id=appointment.patient_id,
    )


@lru_cache(maxsize=4096)
def _text(starts_at: datetime, zone: str, language: str, phone: str, sender_name: str, preferences_url: str) -> Text:
    return appointment_text(
        starts_at,
        zone=ZoneInfo(zone),
        language=language,
        phone=phone,
        sender_name=sender_name,
        preferences_url=preferences_url,
    )
