"""What staff do about one booking on somebody's record: take an offer for them, excuse a late cancellation."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attendance.services.weeks import recount_patient
from people.errors import Refusal
from people.models import Patient, User
from scheduling.models import Booking
from scheduling.services.excusing import excuse, take_excuse_back
from scheduling.services.seat_offers import accept
from web import format as figures
from web.forms.patients import ExcuseForm
from web.notices import say_bad, say_done
from web.rows.sessions import day_of, times_of
from web.views.staff import find, must, now, seen_person, user_of


@login_required
@require_POST
def patient_accept(request: HttpRequest, patient_id: int, booking_id: int) -> HttpResponse:
    """They said yes on the telephone: the offered seat is theirs."""
    person, user = seen_person(request, patient_id), user_of(request)
    booking = _booking(user, person, booking_id)
    must(user, "scheduling.answer_offer", booking)
    try:
        accept(booking, actor=user, now=now())
    except Refusal as refused:
        say_bad(request, _("Nothing was booked. %(why)s") % {"why": f"{refused.detail}."})
    else:
        recount_patient(person.pk, now=now(), first=booking.week, last=booking.week)
        say_done(request, _("%(when)s is booked.") % {"when": _when(booking)})
    return redirect("patient", patient_id=person.pk)


@login_required
@require_POST
def patient_excuse(request: HttpRequest, patient_id: int, booking_id: int) -> HttpResponse:
    """A late cancellation is excused, for a reason from the program's list."""
    person, user = seen_person(request, patient_id), user_of(request)
    booking = _booking(user, person, booking_id)
    must(user, "scheduling.excuse_cancellation", booking)
    form = ExcuseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        excuse(booking, reason=reason, actor=user, now=now())
    except Refusal as refused:
        say_bad(request, _("Nothing was excused. %(why)s") % {"why": refused.detail})
    else:
        undo = reverse("patient-excuse-back", args=[person.pk, booking.pk])
        say_done(request, _("%(when)s is excused.") % {"when": _when(booking)}, undo_url=undo)
    return redirect("patient", patient_id=person.pk)


@login_required
@require_POST
def patient_excuse_back(request: HttpRequest, patient_id: int, booking_id: int) -> HttpResponse:
    """The excuse is taken back: it counts as late again."""
    person, user = seen_person(request, patient_id), user_of(request)
    booking = _booking(user, person, booking_id)
    must(user, "scheduling.excuse_cancellation", booking)
    take_excuse_back(booking, actor=user, now=now())
    say_done(request, _("%(when)s counts as late again.") % {"when": _when(booking)})
    return redirect("patient", patient_id=person.pk)


def _booking(user: User, person: Patient, booking_id: int) -> Booking:
    rows = Booking.objects.visible_to(user).filter(patient=person)
    booking: Booking = find(rows.select_related("session__site", "session__program", "patient"), booking_id)
    return booking


def _when(booking: Booking) -> str:
    return f"{figures.short_day(day_of(booking.session))}, {times_of(booking.session)}"
