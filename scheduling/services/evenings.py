"""Single evenings of a standing booking: which one a place stands for, and what became of those that were changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from scheduling.enums import BookingStatus, SessionState
from scheduling.models import Booking, Session, StandingBooking, StandingGap
from scheduling.services.booking_facts import CALLED_OFF


@dataclass(frozen=True)
class ChangedEvening:
    """An evening that the patient does not come to: `moved` is the place that it was moved to, live or not; without one
    it was skipped.
    """

    session: Session
    moved: Booking | None = None


def evening_held(patient_id: int, session: Session, instead_of: Booking | None) -> tuple[int | None, int | None]:
    """The standing booking that a place belongs to, and the evening of it that it stands for if that is another.

    What is moved stays the standing booking's that it was of; on the very evening it is the evening again. Any other
    place is the member's own where they are one that day.
    """
    if instead_of is not None and instead_of.standing_booking_id is not None:
        evening_id = instead_of.stands_for_id or instead_of.session_id
        return instead_of.standing_booking_id, evening_id if evening_id != session.pk else None
    if session.series_id is None:
        return None, None
    day = session.occurs_on
    own = StandingBooking.objects.filter(patient_id=patient_id, series_id=session.series_id)
    member: int | None = own.in_force_between(day, day).values_list("pk", flat=True).first()
    return member, None


def close_gap(booking: Booking, *, now: datetime) -> None:
    """An evening of a standing booking that has its seat after all lacks nothing any more."""
    if booking.standing_booking_id is None:
        return
    gaps = StandingGap.objects.filter(
        standing_booking=booking.standing_booking_id, session=booking.session_id, closed_at=None
    )
    gaps.update(closed_at=now, outcome=StandingGap.Outcome.BOOKED)


def changed_evenings(rows: Iterable[StandingBooking]) -> dict[int, list[ChangedEvening]]:
    """The evenings within each standing booking that were moved or skipped, in the order of time, in one query.

    One that the clinic called off, or that a leave took, is neither; nor is one that was booked again.
    """
    wanted = {row.pk: row for row in rows}
    evening = Coalesce("stands_for_id", "session_id")
    again = Booking.objects.filter(patient=OuterRef("patient"), session=OuterRef("evening_id"))
    found = (
        Booking.objects.filter(standing_booking__in=wanted)
        .filter(Q(status=BookingStatus.CANCELLED) | Q(stands_for__isnull=False), cancelled_for_leave=None)
        .exclude(stands_for=None, cancel_reason=CALLED_OFF)
        .annotate(evening_id=evening)
        .filter(~Exists(again.exclude(status=BookingStatus.CANCELLED)))
        .select_related("session__site", "stands_for__site")
        .order_by("pk")
    )
    latest = {(row.standing_booking_id, row.evening.pk): row for row in found}
    changed: dict[int, list[ChangedEvening]] = defaultdict(list)
    for row in sorted(latest.values(), key=lambda one: (one.evening.starts_at, one.pk)):
        pk = row.standing_booking_id or 0
        if wanted[pk].covers(row.evening.occurs_on) and row.evening.state != SessionState.CANCELLED:
            changed[pk].append(ChangedEvening(row.evening, row if row.stands_for_id is not None else None))
    return dict(changed)
