"""What the demo shows of waiting lines, by the product's own services: an evening on offer, and a place in line."""

from datetime import datetime, timedelta

from django.db.models import Q

from people.domain.time import Interval
from people.enums import WaitlistPolicy
from people.models import Admission, Patient, Program
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session
from scheduling.queries import open_sessions, sessions_with_fit
from scheduling.services.booking import book, cancel
from scheduling.services.waitlist import promote

SOONEST, LATEST = timedelta(days=1), timedelta(days=14)
"""When the sessions are whose lines are shown."""

MOST_LOOKED_AT = 60
MOST_IN_LINE = 12
A_MINUTE = timedelta(minutes=1)


def show_the_lines(patient: Patient, *, now: datetime) -> None:
    """The demo patient waits for an evening; another is still on offer, from when their program asked first.

    The program itself books a freed seat at once, as every program does that does not say otherwise.
    """
    admission = Admission.objects.select_related("program", "site").filter(patient=patient).latest("admitted_on")
    waited_for = _join_a_line(patient, admission, now=now)
    program = Program.objects.filter(pk=admission.program_id)
    program.update(waitlist_policy=WaitlistPolicy.OFFER)
    _offer_one(admission, now=now, without=waited_for)
    program.update(waitlist_policy=WaitlistPolicy.BOOK)


def _join_a_line(patient: Patient, admission: Admission, *, now: datetime) -> int | None:
    """The session for which the demo patient waits; None where no full one would fit."""
    for fit in sessions_with_fit(_ahead(admission, now=now), patient.pk, now=now):
        if fit.why_not == ("session_full",):
            book(patient, fit.session, actor=patient.user, now=now, waitlist=True)
            return fit.session.pk
    return None


def _offer_one(admission: Admission, *, now: datetime, without: int | None) -> None:
    """Somebody gives an evening back that others wait for; where nobody waits, somebody is put in line before."""
    ahead = _ahead(admission, now=now)
    waited_for = Q(pk__in=[one.pk for one in ahead], bookings__status=BookingStatus.WAITLISTED)
    lines = Session.objects.filter(waited_for).exclude(pk=without or 0).distinct().order_by("starts_at", "pk")
    if any(_give_back(session, now=now) for session in lines):
        return
    full = [one for one in ahead if one.seats_taken >= one.capacity and one.pk != without]
    others = Admission.objects.filter(program=admission.program_id, site=admission.site_id, discharged_on=None)
    for other in others.exclude(patient=admission.patient_id).select_related("patient").order_by("-pk")[:MOST_IN_LINE]:
        for fit in sessions_with_fit(full, other.patient_id, now=now):
            if fit.why_not == ("session_full",):
                book(other.patient, fit.session, actor=None, now=now - 2 * A_MINUTE, waitlist=True)
                if _give_back(fit.session, now=now):
                    return


def _give_back(session: Session, *, now: datetime) -> bool:
    """Whether a seat that somebody gave back was offered to the first in line."""
    holder = Booking.objects.filter(session=session, status=BookingStatus.BOOKED).order_by("pk").first()
    if holder is None:
        return False
    cancel(holder, actor=None, now=now, reason="Away that day")
    return bool(promote(session.pk, now=now))


def _ahead(admission: Admission, *, now: datetime) -> list[Session]:
    span = Interval(now + SOONEST, now + LATEST)
    return list(open_sessions([admission.program_id], span=span).filter(site=admission.site_id)[:MOST_LOOKED_AT])
