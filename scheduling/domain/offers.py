"""How long a freed seat is held for the person to whom it is offered."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.domain.time import resolve_wall, to_wall

DAY_BEGINS, DAY_ENDS = time(8), time(21)
"""Between these wall times an offer runs; at night it rests: nobody answers then, and the line would be used up."""

A_DAY = timedelta(days=1)


def offer_expires_at(now: datetime, *, held: timedelta, last_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when an offer made now ends: once it was held so long by day, and never later than `last_at`.

    None where `last_at` is not ahead any more: there is nothing left to offer.
    """
    if last_at <= now:
        return None
    at, left = now, held
    while at < last_at:
        on = to_wall(at, zone).date()
        at = max(at, resolve_wall(datetime.combine(on, DAY_BEGINS), zone))
        today = resolve_wall(datetime.combine(on, DAY_ENDS), zone) - at
        if left <= today:
            return min(at + left, last_at)
        left -= max(today, timedelta())
        at = resolve_wall(datetime.combine(on + A_DAY, DAY_BEGINS), zone)
    return last_at
