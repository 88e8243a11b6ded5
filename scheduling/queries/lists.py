"""Sessions and bookings with everything that a list of them shows or judges."""

from collections.abc import Iterable

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from people.domain.time import Interval
from scheduling.enums import BookingStatus, SessionState
from scheduling.models import Booking, Session


def open_sessions(programs: Iterable[int], *, span: Interval) -> QuerySet[Session]:
    """The scheduled sessions of the programs that start in the span, with what `option_of` reads."""
    return (
        Session.objects.filter(program_id__in=list(programs), state=SessionState.SCHEDULED)
        .starting_in(span)
        .select_related("program", "site")
        .order_by("starts_at", "pk")
    )


def for_display(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """With everything that a list of sessions shows, in a constant number of queries."""
    return sessions.select_related("program", "site", "room", "series").prefetch_related("counselors")


def bookings_for_display(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """With everything that a list of bookings shows; `waitlist_position` is 1 for the first in line."""
    in_line = (
        Booking.objects.filter(session=OuterRef("session"), status=BookingStatus.WAITLISTED)
        .filter(Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lte=OuterRef("pk")))
        .order_by()
        .values("session")
        .annotate(place=Count("pk"))
        .values("place")
    )
    waits = When(status=BookingStatus.WAITLISTED, then=Subquery(in_line))
    return bookings.select_related("session__site").annotate(
        waitlist_position=Case(waits, default=None, output_field=IntegerField())
    )
