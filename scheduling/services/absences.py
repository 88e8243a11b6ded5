"""Discharge and leave: what they cancel, and what a leave that ends gives back. A preview does it and takes it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from people.domain.time import local_date
from people.models import Admission, Leave, User
from people.services import admissions, plans
from scheduling.enums import BookingStatus
from scheduling.models import Booking, StandingBooking, StandingGap
from scheduling.services.locks import lock_patient
from scheduling.services.releases import release_all
from scheduling.services.standing import end_membership, fill_patient

A_DAY = timedelta(days=1)
DISCHARGED = "discharged"
ON_LEAVE = "on leave"


@dataclass(frozen=True)
class Consequences:
    """What a discharge or a leave does.

    `cancelled` holds the bookings and places in line as they were before; `kept` what has begun by now and stays on
    its roster; `ended` the standing bookings that end or never begin; `booked_again` and `not_booked` what standing
    members get back, and what they do not, after a leave that ends early.
    """

    cancelled: tuple[Booking, ...] = ()
    kept: tuple[Booking, ...] = ()
    ended: tuple[StandingBooking, ...] = ()
    booked_again: tuple[Booking, ...] = ()
    not_booked: tuple[StandingGap, ...] = ()


def discharge(
    admission: Admission, *, discharged_on: date, actor: User | None, now: datetime, preview: bool = False
) -> tuple[Admission, Consequences]:
    """End the episode, and say what went with it; with `preview` nothing is left of it but the answer.

    Raises InvalidInput as `people.services.admissions.discharge` does.
    """
    with _rehearsal(preview):
        lock_patient(admission.patient_id)
        before = Admission.objects.select_related("site", "program").get(pk=admission.pk)
        ahead = [row for row in _standing(before) if _day(row) > discharged_on]
        members = _members_after(before, discharged_on)
        ended = admissions.discharge(before, discharged_on=discharged_on, actor=actor, now=now)
        return ended, _split(ahead, members, now=now)


def add_leave(
    admission: Admission,
    *,
    starts_on: date,
    ends_on: date,
    reason: str = "",
    actor: User | None,
    now: datetime,
    preview: bool = False,
) -> tuple[Leave, Consequences]:
    """Leave, and what it cancels. Raises InvalidInput as `people.services.plans.add_leave` does."""
    with _rehearsal(preview):
        lock_patient(admission.patient_id)
        covered = [row for row in _standing(admission) if starts_on <= _day(row) <= ends_on]
        members = _members_within(admission, starts_on, ends_on)
        leave = plans.add_leave(admission, starts_on=starts_on, ends_on=ends_on, reason=reason, actor=actor, now=now)
        return leave, _split(covered, members, now=now)


def change_leave(
    leave: Leave,
    *,
    starts_on: date,
    ends_on: date,
    reason: str,
    actor: User | None,
    now: datetime,
    preview: bool = False,
) -> tuple[Leave, Consequences]:
    """The leave with other days: what it cancels now, and what standing members get back."""
    admission = leave.admission
    with _rehearsal(preview):
        lock_patient(admission.patient_id)
        covered = [row for row in _standing(admission) if starts_on <= _day(row) <= ends_on]
        members = _members_within(admission, starts_on, ends_on)
        known = _known(admission)
        changed = plans.change_leave(leave, starts_on=starts_on, ends_on=ends_on, reason=reason, actor=actor, now=now)
        return changed, _split(covered, members, now=now, again=_again(admission, known, now=now))


def remove_leave(leave: Leave, *, actor: User | None, now: datetime, preview: bool = False) -> Consequences:
    """The leave was called off: standing members are booked again where seats allow."""
    admission = leave.admission
    with _rehearsal(preview):
        lock_patient(admission.patient_id)
        known = _known(admission)
        plans.remove_leave(leave, actor=actor, now=now)
        return _split([], [], now=now, again=_again(admission, known, now=now))


def follow_discharge(admission: Admission, *, actor: User | None, now: datetime) -> None:
    """Cancel what is booked after the last day, and end the standing bookings. Call it under the patient's lock."""
    last = admission.discharged_on
    if last is None:
        return
    ahead = [row for row in _standing(admission) if _day(row) > last and _is_ahead(row, now)]
    release_all(ahead, actor=actor, now=now, reason=DISCHARGED)
    for row in _members_after(admission, last):
        end_membership(row, last=last, actor=actor, now=now, reason=DISCHARGED)


def follow_leave(admission: Admission, leave: Leave | None, *, actor: User | None, now: datetime) -> None:
    """Cancel what is booked on the leave's days, end the standing bookings wholly within it, and book standing
    members again on days that no leave covers any more. Call it under the patient's lock.
    """
    if leave is not None:
        first, last = leave.starts_on, leave.ends_on
        covered = [row for row in _standing(admission) if first <= _day(row) <= last and _is_ahead(row, now)]
        release_all(covered, actor=actor, now=now, reason=ON_LEAVE, leave_id=leave.pk)
        for row in _members_within(admission, first, last):
            end_membership(row, last=row.starts_on - A_DAY, actor=actor, now=now, reason=ON_LEAVE)
    fill_patient(admission.patient_id, now=now, actor=actor)


@contextmanager
def _rehearsal(preview: bool) -> Iterator[None]:
    """A transaction; a preview's is rolled back whole, the signals' rows and what waits for the commit included."""
    with transaction.atomic():
        yield
        if preview:
            transaction.set_rollback(True)


def _standing(admission: Admission) -> QuerySet[Booking]:
    """What the admission holds or waits for, and nobody has marked."""
    rows: QuerySet[Booking] = Booking.objects.filter(admission=admission, marked_at=None)
    rows = rows.exclude(status=BookingStatus.CANCELLED)
    return rows.select_related("admission__site", "session__site", "standing_booking").order_by("starts_at", "pk")


def _day(booking: Booking) -> date:
    return local_date(booking.starts_at, booking.admission.zone)


def _is_ahead(booking: Booking, now: datetime) -> bool:
    return booking.starts_at > now


def _members_after(admission: Admission, last: date) -> list[StandingBooking]:
    rows = StandingBooking.objects.filter(admission=admission).in_force_between(last + A_DAY, None)
    return list(rows.select_related("series__site").order_by("pk"))


def _members_within(admission: Admission, first: date, last: date) -> list[StandingBooking]:
    rows = StandingBooking.objects.filter(admission=admission, starts_on__gte=first, ends_on__lte=last).in_force()
    return list(rows.select_related("series__site").order_by("pk"))


def _split(
    bookings: list[Booking],
    members: list[StandingBooking],
    *,
    now: datetime,
    again: tuple[tuple[Booking, ...], tuple[StandingGap, ...]] = ((), ()),
) -> Consequences:
    return Consequences(
        cancelled=tuple(row for row in bookings if _is_ahead(row, now)),
        kept=tuple(row for row in bookings if not _is_ahead(row, now)),
        ended=tuple(members),
        booked_again=again[0],
        not_booked=again[1],
    )


def _known(admission: Admission) -> set[int]:
    """The ids of the admission's bookings up to now."""
    return set(Booking.objects.filter(admission=admission).values_list("pk", flat=True))


def _again(
    admission: Admission, known: set[int], *, now: datetime
) -> tuple[tuple[Booking, ...], tuple[StandingGap, ...]]:
    """What was booked since, and the places that could not be."""
    rows = Booking.objects.filter(admission=admission, standing_booking__isnull=False, live=True, starts_at__gt=now)
    made = rows.select_related("admission__site", "session__site").order_by("starts_at", "pk")
    gaps = StandingGap.objects.filter(standing_booking__admission=admission, closed_at=None, session__starts_at__gt=now)
    return (
        tuple(row for row in made if row.pk not in known),
        tuple(gaps.select_related("session__site").order_by("session__starts_at", "pk")),
    )
