"""Several sessions of one person booked together, all or nothing, and given back together."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.errors import InvalidInput
from people.models import Patient, User
from people.services.trail import record
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.services.booking import cancel, place
from scheduling.services.booking_facts import facts
from scheduling.services.booking_rows import CONSTRAINTS
from scheduling.services.locks import lock_patient, lock_sessions
from scheduling.services.make_ups import make_up_with

UNDONE_WITHIN = timedelta(minutes=15)
"""One who takes a booking back this soon has not cancelled late, however near the session is."""

MOST_AT_ONCE = 20


def book_all(patient: Patient, session_ids: Collection[int], *, actor: User | None, now: datetime) -> list[Booking]:
    """Book the patient on every one of the sessions, in order of time, or on none.

    1. Lock the patient, then the sessions by id.
    2. Place each by the rules of a single booking, which see those placed before it.
    3. Together they bring a week back, so they make up for what was missed in it.

    Raises the refusal of the first that stands, `data["session"]` naming where, or InvalidInput for sessions that do
    not exist; nothing is written then.
    """
    wanted = set(session_ids)
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInput({"sessions": _("Name at least one session, and not too many.")})
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_patient(patient.pk)
        locked = lock_sessions(*wanted)
        if wanted - locked.keys():
            raise InvalidInput({"sessions": _("There is no such session.")})
        booked = []
        for session in sorted(locked.values(), key=lambda one: (one.starts_at, one.pk)):
            booking = place(patient.pk, session, actor=actor, now=now, lifted=frozenset())
            record("booked", booking, actor=actor, now=now, patient_id=patient.pk, after=facts(booking))
            booked.append(booking)
        make_up_with(booked, actor=actor, now=now)
    return booked


def take_back(bookings: Collection[Booking], *, actor: User | None, now: datetime) -> list[Booking]:
    """Cancel all of the bookings, or none. Those made in the last minutes do not count as cancelled late.

    Raises what cancelling raises.
    """
    with transaction.atomic():
        for patient_id in sorted({booking.patient_id for booking in bookings}):
            lock_patient(patient_id)
        lock_sessions(*(booking.session_id for booking in bookings))
        given_back = [
            cancel(booking, actor=actor, now=now) for booking in sorted(bookings, key=lambda one: one.session_id)
        ]
        fresh = [one.pk for one in given_back if one.late and now - one.created_at <= UNDONE_WITHIN]
        Booking.objects.filter(pk__in=fresh, status=BookingStatus.CANCELLED).update(late=False)
    return given_back
