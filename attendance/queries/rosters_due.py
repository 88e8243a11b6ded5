"""Sessions with how far their rosters are, for lists of rosters to take."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from people.domain.time import Interval
from people.models import User
from scheduling.enums import SessionState
from scheduling.models import Session, SessionCounselor
from scheduling.models.session import SessionQuerySet

LOOK_BACK = timedelta(days=60)
"""Rosters that nobody signed for longer are found on the board of flags, not in a day's work."""

NOBODY = 0
"""No counselor has this id."""

ON_ROSTER = Q(bookings__live=True)


def led_by(user: User) -> SessionQuerySet:
    """The sessions that the account leads; none for somebody who leads none."""
    led = SessionCounselor.objects.filter(counselor_id=user.scope.counselor_id or NOBODY, live=True)
    found: SessionQuerySet = Session.objects.filter(pk__in=led.values("session_id"))
    return found


def with_marks(sessions: SessionQuerySet) -> QuerySet[Any]:
    """Each with `people`, who hold a seat, and `marked`, how many of them attendance has spoken of."""
    return sessions.annotate(
        people=Count("bookings", filter=ON_ROSTER),
        marked=Count("bookings", filter=ON_ROSTER & Q(bookings__marked_at__isnull=False)),
    )


def rosters_of_day(user: User, *, day: Interval) -> QuerySet[Any]:
    """What the account leads on the day, in order."""
    return with_marks(led_by(user).live().starting_in(day)).order_by("starts_at", "pk")


def rosters_left(user: User, *, before: datetime) -> QuerySet[Any]:
    """What the account led before, with somebody booked, and nobody signed; the oldest first."""
    past = led_by(user).filter(
        state=SessionState.SCHEDULED, starts_at__lt=before, starts_at__gte=before - LOOK_BACK, ends_at__lte=before
    )
    return with_marks(past).filter(people__gt=0).order_by("starts_at", "pk")
