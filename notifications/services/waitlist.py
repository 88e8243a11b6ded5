"""What somebody in line is told: that a time has opened and until when it is held, is theirs, or was passed on."""

import uuid
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications.domain.quiet import QuietHours
from notifications.enums import Channel, MessageKind, SubjectType
from notifications.models import Message, NotificationPreference, Reminder
from notifications.queries import preference_of
from notifications.services.changes import note_unreached
from notifications.services.emails import new_email
from notifications.services.truth import JUDGES, Drop, Say, Verdict, without
from notifications.texts import Letter, Text, offer_ended_text, offer_text, seat_text
from scheduling.enums import BookingStatus, WaitlistEvent
from scheduling.models import Booking
from scheduling.services.offer_links import offer_token

KIND_OF = {
    WaitlistEvent.OFFERED: MessageKind.OFFER,
    WaitlistEvent.PROMOTED: MessageKind.SEAT,
    WaitlistEvent.EXPIRED: MessageKind.OFFER_ENDED,
}


def tell_waiting(booking_id: int, what: WaitlistEvent, *, now: datetime) -> None:
    """Write the message, once for each thing that happens to a booking; call it in the transaction of the change.

    Somebody whom no message reaches does not know of their seat: they are called. Quiet hours hold it back, unless it
    would come too late to be of use.
    """
    booking = _read(booking_id)
    preference = preference_of(booking.patient)
    contact = _contact(booking)
    if not contact or not preference.email_enabled:
        if what != WaitlistEvent.EXPIRED:
            note_unreached(booking, now=now)
        return
    kind = KIND_OF[what]
    reminder, is_new = Reminder.objects.get_or_create(
        subject_type=SubjectType.BOOKING,
        subject_id=booking.pk,
        kind=kind,
        occasion=what.value,
        channel=Channel.EMAIL,
        recipient=f"patient:{booking.patient_id}",
        defaults={"batch": uuid.uuid4().hex, "created_at": now},
    )
    if not is_new:
        return
    text = _text(kind, booking)
    new_email(
        kind,
        replace(text, body=without(offer_token(booking), text.body)),
        contact=contact,
        language=booking.patient.language,
        now=now,
        due_at=_due_at(booking, preference, now=now),
        sender_name=booking.session.site.sender_name,
        reminder=reminder,
        patient_id=booking.patient_id,
    ).save()


def url_of(booking: Booking) -> str:
    """Where the offer is answered; whoever has the address may answer."""
    return f"{settings.BASE_URL}/offers/{offer_token(booking)}/"


def judge_offer(message: Message, now: datetime) -> Verdict:
    """An offer goes out while it waits for its answer."""
    booking = _of(message)
    if booking is None or booking.held_until is None:
        return Drop("cancelled")
    if now >= min(booking.held_until, booking.starts_at):
        return Drop("too_late")
    return _say(message, booking)


def judge_seat(message: Message, now: datetime) -> Verdict:
    """That a seat is theirs goes out while it is, and before the start."""
    booking = _of(message)
    if booking is None or booking.status != BookingStatus.BOOKED:
        return Drop("cancelled")
    return Drop("too_late") if now >= booking.starts_at else _say(message, booking)


def judge_ended(message: Message, now: datetime) -> Verdict:
    """That a time was passed on goes out unless they have it, wait for it again, or it is over."""
    booking = _of(message)
    if booking is None or _has_it_again(booking):
        return Drop("cancelled")
    return Drop("too_late") if now >= booking.starts_at else _say(message, booking)


def _say(message: Message, booking: Booking) -> Verdict:
    contact = _contact(booking)
    if not contact or not preference_of(booking.patient).email_enabled:
        return Drop("unwanted")
    text = _text(MessageKind(message.kind), booking)
    sender, language = booking.session.site.sender_name, booking.patient.language
    return Say(contact, sender, language, text.subject, text.body, secret=offer_token(booking))


def _text(kind: MessageKind, booking: Booking) -> Text:
    site, base = booking.session.site, settings.BASE_URL
    letter = Letter(site.zone, booking.patient.language, site.phone, site.sender_name, f"{base}/preferences/")
    times = booking.starts_at, booking.ends_at
    held_until = booking.offer_expires_at or booking.starts_at
    if kind == MessageKind.OFFER:
        return offer_text(*times, held_until, url=url_of(booking), letter=letter)
    if kind == MessageKind.SEAT:
        return seat_text(*times, week_url=f"{base}/week/", letter=letter)
    return offer_ended_text(*times, held_until, book_url=f"{base}/book/", letter=letter)


def _due_at(booking: Booking, preference: NotificationPreference, *, now: datetime) -> datetime:
    zone: ZoneInfo = booking.admission.zone
    held_back = QuietHours(preference.quiet_from, preference.quiet_until, zone).hold(now)
    too_late = min(booking.held_until or booking.starts_at, booking.starts_at)
    return held_back if held_back < too_late else now


def _contact(booking: Booking) -> str:
    return booking.patient.email or (booking.patient.user.email if booking.patient.user else "")


def _has_it_again(booking: Booking) -> bool:
    rows = Booking.objects.filter(patient_id=booking.patient_id, session_id=booking.session_id)
    return rows.exclude(status=BookingStatus.CANCELLED).exists()


def _of(message: Message) -> Booking | None:
    return _read(message.reminder.subject_id) if message.reminder is not None else None


def _read(booking_id: int) -> Booking:
    return Booking.objects.select_related("patient__user", "session__site", "admission__site").get(pk=booking_id)


JUDGES[MessageKind.OFFER] = judge_offer
JUDGES[MessageKind.SEAT] = judge_seat
JUDGES[MessageKind.OFFER_ENDED] = judge_ended
