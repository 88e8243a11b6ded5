"""Sessions that are over, and whose roster nobody has signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from attendance.enums import FlagKind
from attendance.models import Flag
from people.domain.weeks import Weekday, week_of
from scheduling.enums import SessionState
from scheduling.models import Session

DUE_WITHIN = timedelta(hours=24)
"""Rosters are signed the same evening; a day later somebody is asked."""

LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True)
class OverdueRoster:
    """A session, the first date of the week it belongs to at its site, and what a flag says of it."""

    session_id: int
    week: date
    facts: dict[str, Any]


def overdue_rosters(now: datetime) -> Iterator[OverdueRoster]:
    """The sessions with somebody booked that ended more than 24 hours ago; those over 60 days old only if flagged."""
    on_roster = Q(bookings__live=True)
    flagged = Flag.objects.active().filter(session=OuterRef("pk"), kind=FlagKind.UNSIGNED_ROSTER)
    sessions = (
        Session.objects.filter(
            Q(starts_at__gt=now - LOOK_BACK) | Exists(flagged),
            state=SessionState.SCHEDULED,
            ends_at__lt=now - DUE_WITHIN,
        )
        .annotate(
            people=Count("bookings", filter=on_roster),
            unmarked=Count("bookings", filter=on_roster & Q(bookings__marked_at=None)),
        )
        .filter(people__gt=0)
        .order_by("pk")
        .values_list("pk", "starts_at", "ends_at", "site__time_zone", "program__first_weekday", "people", "unmarked")
    )
    for session_id, starts_at, ends_at, zone_name, first_weekday, people, unmarked in sessions:
        week = week_of(starts_at, zone=ZoneInfo(zone_name), first_weekday=Weekday.named(first_weekday))
        facts = {"ended_at": ends_at.isoformat(), "people": people, "unmarked": unmarked}
        yield OverdueRoster(session_id, week.starts_on, facts)
