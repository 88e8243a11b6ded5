"""A person's record: how their weeks stand, the evidence beneath, and booking on their behalf."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from attendance.models import Outreach
from attendance.queries import TREND_WEEKS
from attendance.queries.ledger import LedgerWeek, ledger
from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.enums import Look
from people.errors import Refusal
from people.models import Admission, Patient, User
from people.queries import home_zone, latest_admission
from people.services.looks import record_look
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.booking import book, cancel
from scheduling.services.repairs import repairs_for
from web import format as figures
from web.components.repair_strip import RepairStrip
from web.forms.flags import ContactForm
from web.forms.patients import BookForForm, CancelForm
from web.notices import say_bad, say_done
from web.rows.flags import step_of
from web.rows.late import late_cancellations, late_view
from web.rows.people import (
    booking_view,
    contact_of,
    record_answer,
    standing,
    week_view,
)
from web.rows.repairs import record_repair
from web.rows.sessions import day_of, times_of
from web.views.plans import open_suggestions
from web.views.staff import find, must, now, seen_person, today_of, user_of

A_WEEK = timedelta(days=7)
SOON = 2 * A_WEEK
STEPS_SHOWN = 10


@login_required
@require_safe
def patient(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The record; the look is recorded, and the weeks are counted at this moment."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    admission = latest_admission(person)
    today = local_date(moment, admission.zone) if admission else today_of(user, now=moment)
    first, last = today - TREND_WEEKS * A_WEEK, today + A_WEEK
    recount_patient(person.pk, now=moment, first=first, last=last)
    entries = sorted(ledger(person.pk, first=first, last=last), key=lambda entry: entry.week.week, reverse=True)
    zone = admission.zone if admission else None
    bookings = _ahead(person, moment)
    late = late_cancellations(person, now=moment)
    may = may_change(user, [booking.session for booking in (*bookings, *late)])
    context = {
        "person": person,
        "standing": standing(admission, today=today),
        "contact": contact_of(person),
        "answer": record_answer([entry.week for entry in entries], today=today),
        "weeks": [week_view(entry, zone=zone, today=today) for entry in entries] if zone else [],
        **_soon_and_later(bookings, may, today=today),
        "late": [late_view(booking, today=today, may_excuse=may) for booking in late],
        "suggestions": open_suggestions(admission, user, today=today) if admission else [],
        "repair": _repair(user, admission, entries, moment),
        **_contacts(user, person, admission),
        "may_book": user.scope.managed_site_ids or user.scope.counselor_id is not None,
        "may_change_plan": bool(user.scope.managed_site_ids) and admission is not None,
        "may_report": user.has_perm("attendance.report_on", person),
        "may_keep_apart": user.has_perm("scheduling.keep_apart", person),
        "sessions_url": reverse("patient-sessions", args=[person.pk]),
    }
    return render(request, "patients/record.html", context)


@login_required
@require_POST
def patient_book(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Book for somebody, put them in line, or lift a rule with a reason."""
    person, user = seen_person(request, patient_id), user_of(request)
    form = BookForForm(request.POST)
    if not form.is_valid():
        say_bad(request, " ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items()))
        return redirect("patient-sessions", patient_id=person.pk)
    session = find(Session.objects.visible_to(user).select_related("site", "program"), form.cleaned_data["session"])
    must(user, "scheduling.change_booking", Booking(patient=person, session=session))
    back = f"{reverse('patient-sessions', args=[person.pk])}?week={day_of(session)}"
    try:
        booking = book(
            person,
            session,
            actor=user,
            now=now(),
            waitlist=form.cleaned_data["waitlist"],
            override_reason=form.cleaned_data["override_reason"],
            makes_up_for=form.cleaned_data["makes_up"],
        )
    except Refusal as refused:
        say_bad(request, _("Nothing was booked. %(why)s") % {"why": f"{refused.detail}."})
        return redirect(back)
    recount_patient(person.pk, now=now(), first=booking.week, last=booking.week)
    when = f"{figures.short_day(day_of(session))}, {times_of(session)}"
    if booking.status == BookingStatus.WAITLISTED:
        say_done(request, _("%(when)s: on the waiting list.") % {"when": when})
    else:
        undo = reverse("patient-cancel", args=[person.pk, booking.pk])
        say_done(request, _("%(when)s is booked.") % {"when": when}, undo_url=undo)
    return redirect(back)


@login_required
@require_POST
def patient_cancel(request: HttpRequest, patient_id: int, booking_id: int) -> HttpResponse:
    """Give a seat back on somebody's behalf."""
    person, user = seen_person(request, patient_id), user_of(request)
    rows = Booking.objects.visible_to(user).filter(patient=person).select_related("session__site", "patient")
    booking = find(rows, booking_id)
    must(user, "scheduling.change_booking", booking)
    form = CancelForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    when = f"{figures.short_day(day_of(booking.session))}, {times_of(booking.session)}"
    try:
        cancel(booking, actor=user, now=now(), reason=reason)
    except Refusal as refused:
        say_bad(request, _("Nothing was cancelled. %(why)s") % {"why": f"{refused.detail}."})
    else:
        recount_patient(person.pk, now=now(), first=booking.week, last=booking.week)
        say_done(request, _("%(when)s is cancelled.") % {"when": when})
    return redirect("patient", patient_id=person.pk)


def _contacts(user: User, person: Patient, admission: Admission | None) -> dict[str, Any]:
    """The last steps that were taken for them, and the form for the next one where the account may act."""
    steps = Outreach.objects.filter(patient=person).select_related("by", "assignee").order_by("-at", "-pk")
    acts = admission is not None and (
        admission.site_id in user.scope.managed_site_ids
        or (user.scope.counselor_id is not None and admission.primary_counselor_id == user.scope.counselor_id)
    )
    zone = admission.zone if admission is not None else home_zone(user)
    return {
        "steps": [step_of(step, zone) for step in steps[:STEPS_SHOWN]],
        "contact_form": ContactForm() if acts else None,
    }


def _repair(user: User, admission: Admission | None, entries: list[LedgerWeek], moment: datetime) -> RepairStrip | None:
    """What would bring the running week back, where it is short."""
    running = [entry.week for entry in entries if entry.week.starts_at <= moment < entry.week.ends_at]
    week = next((one for one in running if admission is not None and one.admission_id == admission.pk), None)
    if admission is None or week is None or week.closed_at is not None:
        return None
    found = repairs_for([admission], week.week, now=moment)[admission.pk]
    more = f"{reverse('patient-sessions', args=[admission.patient_id])}?week={week.week}"
    return record_repair(week, found, more_url=more, may_book=admission.site_id in user.scope.managed_site_ids)


def _soon_and_later(bookings: list[Booking], may: dict[int, bool], *, today: date) -> dict[str, Any]:
    """Those of the next two weeks, and those behind them: somebody with standing bookings has a quarter of a year's."""
    last = today + SOON
    views = [
        (day_of(one.session) <= last, booking_view(one, today=today, may_cancel=may[one.session_id]))
        for one in bookings
    ]
    return {
        "bookings": [view for is_soon, view in views if is_soon],
        "later": [view for is_soon, view in views if not is_soon],
    }


def _ahead(person: Patient, moment: datetime) -> list[Booking]:
    """What the person holds or waits for, the soonest first."""
    held = Booking.objects.filter(patient=person, ends_at__gt=moment).exclude(status=BookingStatus.CANCELLED)
    return list(
        held.select_related("session__site", "session__room", "makes_up_for")
        .prefetch_related("session__counselors")
        .order_by("starts_at", "pk")[:60]
    )


def may_change(user: User, sessions: list[Session]) -> dict[int, bool]:
    """By session id: whether the account books and cancels for others there (the rule of `manages_booking`)."""
    managed = user.scope.managed_site_ids
    led: set[int] = set()
    if user.scope.counselor_id is not None:
        leads = SessionCounselor.objects.filter(counselor_id=user.scope.counselor_id, session__in=sessions)
        led = set(leads.values_list("session_id", flat=True))
    return {session.pk: session.site_id in managed or session.pk in led for session in sessions}
