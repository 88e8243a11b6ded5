"""Two sessions at two sites need the time of the way between them: for those who lead, and for those who are booked."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q

from people.domain.time import Interval
from people.models import Site
from scheduling.enums import Mode
from scheduling.models import Booking, SessionCounselor


def led_too_near(
    site: Site, when: Interval, mode: str, counselor_ids: Collection[int], *, without: Collection[int] = ()
) -> list[int]:
    """The sessions at other sites from or to which the counselors would not get in time; no query where none is far."""
    near = _too_near(site, when, mode)
    if near is None or not counselor_ids:
        return []
    rows = SessionCounselor.objects.filter(near, counselor_id__in=counselor_ids, live=True)
    return sorted(set(rows.exclude(session_id__in=without).values_list("session_id", flat=True)))


def booked_too_near(
    site: Site, when: Interval, mode: str, patient_ids: Collection[int], *, without: Collection[int] = ()
) -> list[tuple[int, int]]:
    """The same for patients: (patient, session)."""
    near = _too_near(site, when, mode)
    if near is None or not patient_ids:
        return []
    rows = Booking.objects.live().filter(near, patient_id__in=patient_ids).exclude(session_id__in=without)
    return sorted(set(rows.values_list("patient_id", "session_id")))


def _too_near(site: Site, when: Interval, mode: str) -> Q | None:
    """In person, elsewhere, and sooner before or after than the way takes; None where no way is known."""
    if mode == Mode.TELEHEALTH or not site.ways:
        return None
    found = Q()
    for other_id, minutes in site.ways:
        way = timedelta(minutes=minutes)
        found |= Q(session__site_id=other_id, starts_at__lt=when.end + way, ends_at__gt=when.start - way)
    return found & ~Q(session__mode=Mode.TELEHEALTH)
