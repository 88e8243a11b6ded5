"""A seat that is held for somebody: taken or left, by the link of a message or by one who is signed in."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from people.errors import Refusal
from scheduling.models import Booking
from scheduling.services.offer_links import offer_of_token
from scheduling.services.seat_offers import accept, decline
from web import format as figures
from web.notices import say_bad, say_done
from web.patients import words
from web.patients.held import held_until
from web.patients.reading import counted_week, own_bookings
from web.patients.visit import PatientWeek, Visit, patient_page

ANSWERS = {"yes": accept, "no": decline}
GONE = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """When, and until when it is held; a POST answers. What is answered or over is 410, what was never an offer 404."""
    booking = offer_of_token(token)
    if booking is None:
        raise Http404
    with translation.override(booking.patient.language):
        if request.method == "POST":
            return _answer(request, booking, token)
        context = _context(booking)
        return render(request, "offers/page.html", context, status=200 if context["is_open"] else GONE)


@require_POST
@patient_page
def accept_offer(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """The offered seat is taken by the patient who is signed in."""
    booking = _own(visit, booking_id)
    one = visit.week_of(booking)
    try:
        accept(booking, actor=visit.user, now=visit.now)
    except Refusal as refusal:
        say_bad(request, words.refused(refusal.code))
    else:
        total = figures.minutes(counted_week(visit, one).projected_minutes)
        day = words.day_name(booking.starts_at, one.zone, today=one.today)
        undo = reverse("cancel-appointment", args=[booking.pk])
        say_done(request, _("%(day)s is booked. You’re at %(total)s.") % {"day": day, "total": total}, undo_url=undo)
    return _to_week(one)


@require_POST
@patient_page
def decline_offer(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """The offered seat goes to the next in line."""
    booking = _own(visit, booking_id)
    one = visit.week_of(booking)
    try:
        decline(booking, actor=visit.user, now=visit.now)
    except Refusal as refusal:
        say_bad(request, words.refused(refusal.code))
    else:
        when = words.day_and_times(booking, one.zone, today=one.today)
        say_done(request, _("%(when)s is passed on. You no longer wait for it.") % {"when": when})
    return _to_week(one)


def _answer(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        say_bad(request, _("Choose yes or no."))
        return redirect("offer", token=token)
    try:
        answered = answer(booking, actor=None, now=timezone.now())
    except Refusal as refusal:
        say_bad(request, words.refused(refusal.code))
    else:
        taken = answered.live
        say_done(request, _("The time is yours.") if taken else _("It is passed on. You no longer wait for it."))
    return redirect("offer", token=token)


def _context(booking: Booking) -> dict[str, Any]:
    zone = booking.session.site.zone
    now = timezone.now()
    today = now.astimezone(zone).date()
    is_open = booking.held_until is not None and now < min(booking.held_until, booking.starts_at)
    when = f"{figures.short_day(booking.starts_at.astimezone(zone).date())}, {words.times(booking, zone)}"
    return {
        "is_open": is_open,
        "when": when if is_open else "",
        "until": held_until(booking, zone, today=today) if is_open else "",
        "phone": booking.session.site.phone,
    }


def _own(visit: Visit, booking_id: int) -> Booking:
    booking: Booking = get_object_or_404(own_bookings(visit.patient), pk=booking_id)
    return booking


def _to_week(one: PatientWeek) -> HttpResponse:
    return redirect(f"{reverse('week')}?week={one.week.starts_on.isoformat()}")
