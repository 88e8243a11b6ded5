"""Making a demo clinic at a moment, and what must hold of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from attendance.models import AttendanceRecord, Roster, TreatmentWeek
from people.models import Admission
from scheduling.models import Booking, Session, SessionCounselor
from web.demo.seed import Size, seed

DENVER = ZoneInfo("America/Denver")


def moment(text: str) -> datetime:
    """The instant of a wall time in Denver."""
    return datetime.fromisoformat(text).replace(tzinfo=DENVER).astimezone(UTC)


def make(now: datetime, *, patients: int = 60, weeks: int = 3, number: int = 7) -> None:
    """Fill the test's database."""
    seed(Size(patients, weeks, number), now=now, say=lambda _: None)


def broken(now: datetime) -> dict[str, list[Any]]:
    """What does not hold, by its name; nothing is left out because something else is wrong."""
    live = Booking.objects.filter(live=True)
    found = {
        "seats": Session.objects.annotate(people=Count("bookings", filter=Q(bookings__live=True))).exclude(
            people=F("seats_taken")
        ),
        "unmarked minutes": live.filter(marked_at=None).exclude(counted_minutes=F("session__clinical_minutes")),
        "marked minutes": live.filter(marked_at__isnull=False).exclude(
            counted_minutes=F("attendance__credited_minutes"), marked_at__gte=F("attendance__recorded_at")
        ),
        "live on a cancelled session": live.filter(session__state="cancelled"),
        "copied times": Booking.objects.exclude(starts_at=F("session__starts_at"), ends_at=F("session__ends_at")),
        "booked in the future": Booking.objects.filter(created_at__gt=now),
        "booked after the start": Booking.objects.filter(created_at__gte=F("starts_at")),
        "given up before it was booked": Booking.objects.filter(cancelled_at__lte=F("created_at")),
        "marked too soon": AttendanceRecord.objects.filter(Q(recorded_at__gt=now) | Q(recorded_at__lt=F("ends_at"))),
        "signed too soon": Roster.objects.filter(signed_at__gt=now),
        "signed without a roster": Session.objects.filter(state="signed").filter(roster__signed_at=None),
        "signed with somebody unmarked": Session.objects.filter(
            state="signed", bookings__live=True, bookings__marked_at=None
        ),
        "over the maximum": TreatmentWeek.objects.filter(
            max_minutes__lt=F("credited_minutes") + F("booked_minutes")
        ).exclude(patient__name="Lena Hoffmann"),
        "closed in the future": TreatmentWeek.objects.filter(closed_at__gt=now),
        "not counted": TreatmentWeek.objects.exclude(stale_at=None, computed_at__isnull=False),
        "patient twice": _overlaps(live.values_list("patient_id", "starts_at", "ends_at")),
        "counselor twice": _overlaps(
            SessionCounselor.objects.filter(live=True).values_list("counselor_id", "starts_at", "ends_at")
        ),
        "room twice": _overlaps(
            Session.objects.live().exclude(room=None).values_list("room_id", "starts_at", "ends_at")
        ),
        "week or admission": _outside(live),
    }
    return {name: rows for name, rows in ((name, list(rows)) for name, rows in found.items()) if rows}


def _overlaps(rows: Iterable[tuple[int, datetime, datetime]]) -> list[int]:
    ordered = sorted(rows)
    return [one[0] for one, other in pairwise(ordered) if one[0] == other[0] and other[1] < one[2]]


def _outside(live: Any) -> list[int]:
    """Live bookings that belong to another week than they say, or to no day of their admission."""
    admissions = Admission.objects.select_related("site", "program").in_bulk()
    outside = []
    for pk, admission_id, starts_at, week in live.values_list("pk", "admission_id", "starts_at", "week"):
        admission = admissions[admission_id]
        if admission.week_of(starts_at).starts_on != week or not admission.covers(
            starts_at.astimezone(admission.zone).date()
        ):
            outside.append(pk)
    return outside


def fortnight(now: datetime) -> tuple[datetime, datetime]:
    return now, now + timedelta(days=14)
