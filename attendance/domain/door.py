"""The code on a door's screen: short, of one place, and good for a moment only.

It proves that somebody stands before the screen, so that nobody checks in from the bus; who they are, their own
sign-in says. Like a time-based one-time password (RFC 6238, section 4), with the place in the keyed message.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

SLOT = timedelta(seconds=30)
"""How long a code is shown."""

SLOTS_BACK = 2
"""How many codes before the one that is shown are still taken: whoever scans it needs a moment to press the button."""

DIGITS = 6


def slot_of(now: datetime) -> int:
    """The number of the moment's slot, counted from 1970."""
    return int(now.timestamp() // SLOT.total_seconds())


def door_code(key: bytes, site_id: int, slot: int) -> str:
    """The code of the site in the slot: six digits."""
    digest = hmac.new(key, f"door:{site_id}:{slot}".encode(), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def is_current(code: str, key: bytes, site_id: int, *, now: datetime) -> bool:
    """Whether the code is the one shown at the site, or was a moment ago. Compared in constant time."""
    slot = slot_of(now)
    wanted = [door_code(key, site_id, slot - back) for back in range(SLOTS_BACK + 1)]
    return any(hmac.compare_digest(code.encode(), one.encode()) for one in wanted)
