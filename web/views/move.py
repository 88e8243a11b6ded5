"""`/bookings/{id}/move/`: another time for an appointment. The old one is kept until a new one is chosen."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from people.errors import NotThere, Refusal
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session
from scheduling.services.booking import move
from scheduling.services.move_back import move_back
from web import format as figures
from web.forms.book import MoveForm
from web.notices import say_bad, say_done
from web.patients import words
from web.patients.offer import offer_of
from web.patients.reading import counted_week, is_late, own_bookings, read_week
from web.patients.visit import PatientWeek, Visit, asked_day, patient_page
from web.views.week import switcher


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def move_appointment(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """What fits in the week that holds `?week=` if this appointment were given up; a POST exchanges it for one."""
    booking = get_object_or_404(own_bookings(visit.patient), pk=booking_id)
    if request.method == "POST":
        return _move(request, visit, booking)
    if not _may_move(booking, visit):
        return redirect("appointment", booking_id)
    own = visit.week_of(booking)
    asked, day = asked_day(request, "week"), asked_day(request, "day")
    one = visit.week_with(asked or day or own.week.starts_on) or own
    return render(request, "book/move.html", _context(visit, booking, own, one, request))


@require_POST
@patient_page
def move_appointment_back(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """Undoes a move: back to the time that it came from, where that is still free."""
    booking = get_object_or_404(own_bookings(visit.patient), pk=booking_id)
    try:
        back = move_back(booking, actor=visit.user, now=visit.now)
    except NotThere as nothing:
        raise Http404 from nothing
    except Refusal as refusal:
        say_bad(request, f"{words.refused(refusal.code)} {_('Nothing was changed.')}")
        return _to_week(visit.week_of(booking))
    one = visit.week_of(back)
    when = words.day_and_times(back, one.zone, today=one.today)
    say_done(request, _("Back to %(when)s.") % {"when": when})
    return _to_week(one)


def _move(request: HttpRequest, visit: Visit, booking: Booking) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    session = get_object_or_404(Session.objects.visible_to(visit.user), pk=said["session"])
    try:
        moved = move(booking, session, actor=visit.user, now=visit.now, accept_work_overlap=said["accept_work_overlap"])
    except Refusal as refusal:
        one = visit.week_with(session.starts_at.astimezone(visit.zone).date()) or visit.week_of(booking)
        kept = words.day_and_times_inside(booking, one.zone, today=one.today)
        still = _("You still have %(when)s.") % {"when": kept}
        say_bad(request, f"{words.refused(refusal.code)} {still}")
        return redirect(f"{reverse('move-appointment', args=[booking.pk])}?week={one.week.starts_on.isoformat()}")
    one = visit.week_of(moved)
    text = _("Moved to %(when)s. You’re at %(total)s.") % {
        "when": words.day_and_times_inside(moved, one.zone, today=one.today),
        "total": figures.minutes(counted_week(visit, one).projected_minutes),
    }
    say_done(request, text, undo_url=reverse("move-appointment-back", args=[moved.pk]))
    return _to_week(one)


def _may_move(booking: Booking, visit: Visit) -> bool:
    booked = booking.status == BookingStatus.BOOKED and booking.marked_at is None
    return booked and visit.now < booking.starts_at


def _context(
    visit: Visit, booking: Booking, own: PatientWeek, one: PatientWeek, request: HttpRequest
) -> dict[str, Any]:
    reading = read_week(visit, one, without_booking=booking.pk)
    day = asked_day(request, "day")
    offer = offer_of(one, reading.outlook, reading.bookings, reading.waiting, asked=day, moving=booking)
    free = _free(reading.outlook.sessions, booking)
    return {
        "booking": booking,
        "when": words.day_and_times_inside(booking, own.zone, today=own.today),
        "answer": ngettext("%(count)d other time fits", "%(count)d other times fit", free) % {"count": free},
        "is_late": is_late(booking, now=visit.now),
        "offer": offer,
        "switcher": switcher(visit, one, reverse("move-appointment", args=[booking.pk])),
        "week_start": one.week.starts_on.isoformat(),
        "is_over": one.is_over,
    }


def _free(sessions: Any, booking: Booking) -> int:
    return sum(1 for fit in sessions if not fit.why_not and fit.session.pk != booking.session_id)


def _to_week(one: PatientWeek) -> HttpResponse:
    return redirect(f"{reverse('week')}?week={one.week.starts_on.isoformat()}")
