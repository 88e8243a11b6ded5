"""The secret by which an offer is answered without signing in: made when it is needed, kept in no table.

It names the booking and is signed with the server's key and the booking's own random uid. A booking is offered once at
most, and its status says whether the answer is still waited for: so the link is dead after its use.
"""

import base64
import binascii

from django.utils.crypto import constant_time_compare, salted_hmac

from scheduling.models import Booking

ID_BYTES, MAC_BYTES = 8, 24
LENGTH = 43
"""Characters of a token: 32 bytes in base64 without padding."""


def offer_token(booking: Booking) -> str:
    """What the link holds."""
    whole = booking.pk.to_bytes(ID_BYTES, "big") + _mac(booking)
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def offer_of_token(token: str) -> Booking | None:
    """The booking that was once offered by this link, with what its page shows; None for what is no link of ours."""
    try:
        whole = base64.b64decode(f"{token}=", altchars=b"-_", validate=True) if len(token) == LENGTH else b""
    except (binascii.Error, ValueError):
        return None
    if len(whole) != ID_BYTES + MAC_BYTES:
        return None
    booking_id = int.from_bytes(whole[:ID_BYTES], "big")
    rows = Booking.objects.select_related("patient", "session__site", "admission__site")
    booking = rows.filter(pk=booking_id, offer_expires_at__isnull=False).first() if booking_id < 2**63 else None
    if booking is None or not constant_time_compare(offer_token(booking), token):
        return None
    return booking


def _mac(booking: Booking) -> bytes:
    return salted_hmac("scheduling.offer", f"{booking.pk}:{booking.uid}", algorithm="sha256").digest()[:MAC_BYTES]
