"""What the trail keeps of a booking, and the words that its rows use among themselves."""

from scheduling.models import Booking

MOVED = "moved"
"""Why the old row of a booking that was moved is cancelled."""
CALLED_OFF = "session cancelled"
"""Why a booking is cancelled whose session does not take place; where that comes back, so does its member."""
OWN_WORDS = frozenset({MOVED, CALLED_OFF})
"""What nobody's own reason may be taken for."""


def facts(booking: Booking) -> dict[str, object]:
    """What the trail keeps of a booking; what it makes up for only where it does."""
    kept: dict[str, object] = {
        "session": booking.session_id,
        "status": booking.status,
        "counted_minutes": booking.counted_minutes,
        "late": booking.late,
    }
    return kept | {"makes_up_for": booking.makes_up_for_id} if booking.makes_up_for_id else kept
