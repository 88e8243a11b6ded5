"""Locks in the fixed order: patient, then series, then sessions, then counselors, each by id; then the site.

On SQLite the immediate transaction is the lock.
"""

from collections.abc import Iterable

from people.models import Counselor, Patient, Site
from people.queries import there
from scheduling.models import Booking, Session, SessionSeries


def lock_patient(patient_id: int) -> Patient:
    """The patient, read under a lock that does not hold up rows which refer to them."""
    return there(Patient.objects.select_for_update(no_key=True), patient_id)


def lock_patients(patient_ids: Iterable[int]) -> list[Patient]:
    """Several patients, by id."""
    return list(Patient.objects.select_for_update(no_key=True).filter(pk__in=set(patient_ids)).order_by("pk"))


def lock_series(*series_ids: int) -> list[SessionSeries]:
    """Series by id, after the patients' locks and before the sessions': nobody makes or edits occurrences meanwhile."""
    rows = SessionSeries.objects.select_for_update(no_key=True, of=("self",)).select_related("site", "program")
    return list(rows.filter(pk__in=set(series_ids)).order_by("pk"))


def lock_sessions(*session_ids: int) -> dict[int, Session]:
    """The sessions, read under their locks, by id; after the patients' locks."""
    rows = (
        Session.objects.select_for_update(no_key=True, of=("self",))
        .select_related("program", "site")
        .filter(pk__in=set(session_ids))
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def lock_counselors(counselor_ids: Iterable[int]) -> list[Counselor]:
    """Counselors by id, the last lock of all: nobody else puts them on a session, or changes their times, meanwhile."""
    return list(Counselor.objects.select_for_update(no_key=True).filter(pk__in=set(counselor_ids)).order_by("pk"))


def read_booking(booking_id: int) -> Booking:
    """The booking as it stands now, with what its services need."""
    return there(Booking.objects.select_related("admission__program", "admission__site"), booking_id)


def lock_site(site_id: int) -> Site:
    """The site, after all other locks: sessions are put there, or it is closed, one after the other."""
    return there(Site.objects.select_for_update(no_key=True), site_id)
