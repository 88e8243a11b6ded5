"""Offers whose message has not brought them: not sent yet, or never to be delivered."""

from collections.abc import Collection

from notifications.domain.changes import Standing
from notifications.enums import MessageKind, MessageState, SubjectType
from notifications.models import Change, Message
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session


def unheard_of(session: Session) -> Standing:
    """The session as somebody knows it whom nobody has told of it."""
    return Standing(False, session.starts_at, session.ends_at, session.site_id, session.room_id, session.mode)


def unheard_offers(booking_ids: Collection[int]) -> set[int]:
    """Those of the offers whose message has not left yet; one query, none without offers."""
    if not booking_ids:
        return set()
    waiting = Message.objects.filter(state=MessageState.PENDING, **_of_offers(booking_ids))
    return set(waiting.values_list("reminder__subject_id", flat=True))


def note_failed_offers() -> None:
    """Open offers whose message failed become changes of which the patients do not know, so that they are called."""
    offers = {row.pk: row for row in Booking.objects.filter(status=BookingStatus.OFFERED).select_related("session")}
    if not offers:
        return
    failed = Message.objects.filter(state=MessageState.FAILED, **_of_offers(offers)).order_by("pk")
    for pk, created_at, booking_id in failed.values_list("pk", "created_at", "reminder__subject_id"):
        booking = offers[booking_id]
        rows = Change.objects.filter(patient_id=booking.patient_id, session_id=booking.session_id)
        if rows.filter(changed_at__gte=created_at).exists():
            continue
        Change.objects.update_or_create(
            recipient=f"patient:{booking.patient_id}",
            session=booking.session,
            defaults={
                "patient_id": booking.patient_id,
                "known": unheard_of(booking.session).as_json(),
                "waiting": True,
                "changed_at": created_at,
                "message_id": pk,
            },
        )


def _of_offers(booking_ids: Collection[int]) -> dict[str, object]:
    return {
        "kind": MessageKind.OFFER,
        "reminder__subject_type": SubjectType.BOOKING,
        "reminder__subject_id__in": list(booking_ids),
    }
