"""Seats move only by one conditional UPDATE (rule 2)."""

from django.db.models import F

from scheduling.enums import BookingStatus, SessionState
from scheduling.models import Booking, Session


def take_seat(session: Session) -> bool:
    """Take a free seat; False where none is left. Exactly one row moves, or none."""
    return (
        Session.objects.filter(
            pk=session.pk, state=SessionState.SCHEDULED, seats_taken__lt=F("capacity") - F("seats_held")
        ).update(seats_taken=F("seats_taken") + 1)
        == 1
    )


def take_held_seat(session: Session) -> bool:
    """Turn a seat that is held for the waitlist into a taken one; False where none is held."""
    return (
        Session.objects.filter(pk=session.pk, state=SessionState.SCHEDULED, seats_held__gt=0).update(
            seats_taken=F("seats_taken") + 1, seats_held=F("seats_held") - 1
        )
        == 1
    )


def free_seat(session: Session) -> bool:
    """Give a seat back: held where somebody waits, free otherwise. True where it is held."""
    waiting = (
        session.state == SessionState.SCHEDULED
        and Booking.objects.filter(session=session, status=BookingStatus.WAITLISTED).exists()
    )
    Session.objects.filter(pk=session.pk, seats_taken__gt=0).update(
        seats_taken=F("seats_taken") - 1, seats_held=F("seats_held") + (1 if waiting else 0)
    )
    return waiting


def release_held(session_id: int) -> int:
    """Open the seats held for a waitlist on which nobody can use them; the number released."""
    held = Session.objects.filter(pk=session_id).values_list("seats_held", flat=True).first() or 0
    Session.objects.filter(pk=session_id).update(seats_held=0)
    return held
