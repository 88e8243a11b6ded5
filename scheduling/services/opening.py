"""Changing a site's opening hours: never past sessions that are still to come, and with those that wait for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from people.domain.opening import OpeningHours, read_hours
from people.models import Site, User
from people.retries import retrying_deadlocks
from people.services.places import checked_hours, save_hours
from scheduling.enums import Mode, SessionState
from scheduling.errors import SessionsOutsideHours
from scheduling.models import Session
from scheduling.services.locks import lock_site
from scheduling.services.site_reopening import lock_waiting, reopen

MOST_NAMED = 50


@retrying_deadlocks
def change_opening_hours(
    site: Site, hours: Mapping[str, Sequence[Sequence[str]]], *, actor: User | None, now: datetime
) -> tuple[Site, list[Session]]:
    """Open the site at these hours from now on, none at all means always; and the sessions that are held after all.

    Occurrences that a series had outside the hours come back where the new ones take them in (`site_reopening`).

    Raises InvalidInput for hours that cannot be, and SessionsOutsideHours, listing them, where sessions ahead would
    lie outside: they are moved or called off first.
    """
    wanted = checked_hours(hours)
    with transaction.atomic():
        shut_out = Session.objects.outside_hours(now=now).filter(site=site)
        waiting = lock_waiting(shut_out.values_list("pk", flat=True), now=now)
        locked = lock_site(site.pk)
        outside = sessions_outside(locked, wanted, now=now)
        if outside:
            raise SessionsOutsideHours(
                conflicts=[
                    {
                        "what": "session",
                        "id": str(row.pk),
                        "starts_at": row.starts_at.astimezone(site.zone).isoformat(),
                        "ends_at": row.ends_at.astimezone(site.zone).isoformat(),
                    }
                    for row in outside[:MOST_NAMED]
                ],
                count=len(outside),
            )
        saved = save_hours(locked, wanted, actor=actor, now=now)
        return saved, reopen(saved, waiting, actor=actor, now=now)


def sessions_outside(site: Site, hours: dict[str, list[list[str]]], *, now: datetime) -> list[Session]:
    """The sessions ahead that need the site and would lie outside the hours, in one query."""
    times = OpeningHours(read_hours(hours), site.zone)
    ahead = Session.objects.filter(site=site, state=SessionState.SCHEDULED, starts_at__gt=now)
    rows = ahead.exclude(mode=Mode.TELEHEALTH).order_by("starts_at", "pk")
    return [row for row in rows if not times.covers(row.interval)]
