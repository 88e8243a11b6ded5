"""What the demo shows of waiting lines, by the product's own services: an evening on offer, and a place in line."""

from datetime import datetime, timedelta

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


def show_the_lines(patient_email: str, *, now: datetime) -> None:
    """The demo patient's program asks before it books; they wait for an evening, and another is offered to somebody."""
    patient = Patient.objects.get(user__email=patient_email)
    admission = Admission.objects.select_related("program", "site").filter(patient=patient).latest("admitted_on")
    Program.objects.filter(pk=admission.program_id).update(waitlist_policy=WaitlistPolicy.OFFER)
    waited_for = _join_a_line(patient, admission, now=now)
    _offer_one(admission, now=now, without=waited_for)


def _join_a_line(patient: Patient, admission: Admission, *, now: datetime) -> int | None:
    """The session for which the demo patient waits; None where no full one would fit."""
    for fit in sessions_with_fit(_ahead(admission, now=now), patient.pk, now=now):
        if fit.why_not == ("session_full",):
            made = book(patient, fit.session, actor=patient.user, now=now, waitlist=True)
            # The same seed makes the same clinic: what is random in real life is not.
            Booking.objects.filter(pk=made.pk).update(uid=f"{patient.pk:016x}{fit.session.pk:016x}@appointments")
            return fit.session.pk
    return None


def _offer_one(admission: Admission, *, now: datetime, without: int | None) -> None:
    """Somebody gives an evening back that others wait for."""
    for session in _with_line([one.pk for one in _ahead(admission, now=now)], without):
        holder = Booking.objects.filter(session=session, status=BookingStatus.BOOKED).order_by("pk").first()
        if holder is not None:
            cancel(holder, actor=None, now=now, reason="Away that day")
            if promote(session.pk, now=now):
                return


def _with_line(ids: list[int], without: int | None) -> list[Session]:
    """Those for which somebody waits, in order of time."""
    rows = Session.objects.filter(pk__in=ids, bookings__status=BookingStatus.WAITLISTED).exclude(pk=without or 0)
    return list(rows.distinct().order_by("starts_at", "pk"))


def _ahead(admission: Admission, *, now: datetime) -> list[Session]:
    span = Interval(now + SOONEST, now + LATEST)
    return list(open_sessions([admission.program_id], span=span).filter(site=admission.site_id)[:MOST_LOOKED_AT])
