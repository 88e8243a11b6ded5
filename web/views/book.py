"""`/book/`: what is on in a week, what fits, and booking it; and one's appointments, each with its way out."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.domain.time import local_date
from people.enums import WaitlistPolicy
from people.errors import Refusal
from scheduling.enums import BookingStatus
from scheduling.errors import AlreadyBooked
from scheduling.models import Booking, Session
from scheduling.services.booking import book as place_booking
from scheduling.services.booking import cancel
from scheduling.services.waitlist import place_in_line
from web import format as figures
from web.forms.book import BookForm
from web.notices import say_bad, say_done, say_info
from web.patients import words
from web.patients.appointment import appointment_card
from web.patients.held import held_until, leave_action, take_action
from web.patients.offer import offer_of
from web.patients.reading import counted_week, is_late, own_bookings, read_week
from web.patients.visit import Visit, asked_day, patient_page
from web.views.week import switcher


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def book(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What can be booked in the week that holds `?week=`, from `?day=` on; a POST books one of them."""
    if request.method == "POST":
        return _book(request, visit)
    day = asked_day(request, "day")
    one = visit.week_with(asked_day(request, "week") or day or visit.today)
    if one is None:
        return redirect("week")
    reading = read_week(visit, one)
    context = {
        "answer": reading.answer,
        "offer": offer_of(one, reading.outlook, reading.bookings, reading.waiting, asked=day),
        "switcher": switcher(visit, one, reverse("book")),
        "week_start": one.week.starts_on.isoformat(),
        "is_over": one.is_over,
    }
    return render(request, "book/book.html", context)


@require_safe
@patient_page
def appointment(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """One of one's own appointments."""
    booking = get_object_or_404(own_bookings(visit.patient), pk=booking_id)
    one = visit.week_of(booking)
    card = appointment_card(booking, zone=one.zone, today=one.today, now=visit.now)
    back_url = f"{reverse('week')}?week={one.week.starts_on.isoformat()}"
    context: dict[str, Any] = {"card": card, "booking": booking, "back_url": back_url, **_standing(booking, visit)}
    if booking.status == BookingStatus.OFFERED:
        hint = card.heading
        context["answers"] = [take_action(booking, hint=hint, look="primary"), leave_action(booking, hint=hint)]
    return render(request, "book/appointment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def cancel_appointment(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """Asks whether one really cannot come, and what that makes of the week; a POST gives the seat back."""
    booking = get_object_or_404(own_bookings(visit.patient), pk=booking_id)
    if request.method == "POST":
        return _give_back(request, visit, booking)
    if booking.status == BookingStatus.CANCELLED:
        return redirect("appointment", booking_id)
    one = visit.week_of(booking)
    week = counted_week(visit, one)
    left = week.projected_minutes - booking.counted_minutes
    context = {
        "booking": booking,
        "when": words.day_and_times_inside(booking, one.zone, today=one.today),
        "when_first": words.day_and_times(booking, one.zone, today=one.today),
        "is_late": is_late(booking, now=visit.now),
        "waits": booking.status == BookingStatus.WAITLISTED,
        "is_wanted": booking.session.bookings.filter(status=BookingStatus.WAITLISTED).exists(),
        "left": figures.minutes(left),
        "short": figures.minutes(week.min_minutes - left) if left < week.min_minutes else "",
        "has_begun": visit.now >= booking.starts_at,
        "phone": booking.session.site.phone,
    }
    return render(request, "book/cancel.html", context)


@require_POST
@patient_page
def book_again(request: HttpRequest, visit: Visit, booking_id: int) -> HttpResponse:
    """Undoes a cancellation: books the same session once more, as it was booked before."""
    booking = get_object_or_404(own_bookings(visit.patient), pk=booking_id)
    anyway = booking.work_overlap_accepted
    return _try_to_book(request, visit, booking.session, back="week", accept_work_overlap=anyway)


def _book(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = BookForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    session = get_object_or_404(Session.objects.visible_to(visit.user).select_related("site"), pk=said["session"])
    return _try_to_book(
        request,
        visit,
        session,
        back=said["back"] or "book",
        accept_work_overlap=said["accept_work_overlap"],
        waitlist=said["waitlist"],
    )


def _try_to_book(
    request: HttpRequest,
    visit: Visit,
    session: Session,
    *,
    back: str,
    accept_work_overlap: bool,
    waitlist: bool = False,
) -> HttpResponse:
    day = local_date(session.starts_at, visit.zone).isoformat()
    try:
        booking = place_booking(
            visit.patient,
            session,
            actor=visit.user,
            now=visit.now,
            waitlist=waitlist,
            accept_work_overlap=accept_work_overlap,
        )
    except AlreadyBooked:
        say_info(request, _("That one is yours already. Nothing changed."))
    except Refusal as refusal:
        say_bad(request, f"{words.refused(refusal.code)} {_('Nothing was booked.')}")
    else:
        _say_booked(request, visit, booking)
    return redirect(f"{reverse(back)}?week={day}" + (f"&day={day}" if back == "book" else ""))


def _say_booked(request: HttpRequest, visit: Visit, booking: Booking) -> None:
    one = visit.week_of(booking)
    day = words.day_name(booking.starts_at, one.zone, today=one.today)
    undo = reverse("cancel-appointment", args=[booking.pk])
    if booking.status == BookingStatus.WAITLISTED:
        place = words.place_in_line(place_in_line(booking) or 1)
        text = _("You are %(place)s in line for %(when)s. If a seat comes free, it is yours.")
        if booking.session.program.waitlist_policy == WaitlistPolicy.OFFER:
            text = _("You are %(place)s in line for %(when)s. If a seat comes free, you are asked first.")
        when = words.day_and_times_inside(booking, one.zone, today=one.today)
        say_done(request, text % {"place": place, "when": when}, undo_url=undo)
        return
    total = figures.minutes(counted_week(visit, one).projected_minutes)
    say_done(request, _("%(day)s is booked. You’re at %(total)s.") % {"day": day, "total": total}, undo_url=undo)


def _give_back(request: HttpRequest, visit: Visit, booking: Booking) -> HttpResponse:
    one = visit.week_of(booking)
    held_seat = booking.status != BookingStatus.WAITLISTED
    try:
        cancelled = cancel(booking, actor=visit.user, now=visit.now)
    except Refusal as refusal:
        say_bad(request, f"{words.refused(refusal.code)} {_('Nothing was changed.')}")
    else:
        named = words.day_and_times if held_seat else words.day_and_times_inside
        when = named(booking, one.zone, today=one.today)
        passed_on = held_seat and not Session.objects.get(pk=cancelled.session_id).seats_left
        undo = reverse("book-again", args=[cancelled.pk]) if held_seat and not passed_on else ""
        text = _("You no longer wait for %(when)s.")
        if held_seat:
            text = _("%(when)s is given back.")
        if passed_on:
            text = _("%(when)s is given back, to somebody who waited for it.")
        say_done(request, text % {"when": when}, undo_url=undo)
    return redirect(f"{reverse('week')}?week={one.week.starts_on.isoformat()}")


def _standing(booking: Any, visit: Visit) -> dict[str, str]:
    """How the appointment stands, in words, with the shape that goes with them."""
    if booking.status == BookingStatus.CANCELLED:
        return {"standing": _("Cancelled"), "standing_icon": "x-lg"}
    if booking.status == BookingStatus.WAITLISTED:
        place = words.place_in_line(booking.waitlist_position)
        return {"standing": _("You are %(place)s in line") % {"place": place}, "standing_icon": "people"}
    if booking.status == BookingStatus.OFFERED:
        zone = booking.admission.zone
        until = held_until(booking, zone, today=local_date(visit.now, zone))
        return {"standing": until, "standing_icon": "clock"}
    if booking.marked_at is not None:
        counted = figures.minutes(booking.counted_minutes)
        return {"standing": _("%(hours)s counted") % {"hours": counted}, "standing_icon": "check-lg"}
    if booking.ends_at <= visit.now:
        return {"standing": _("Not counted yet"), "standing_icon": "hourglass"}
    hours = figures.minutes(booking.counted_minutes)
    return {"standing": _("Booked, %(hours)s") % {"hours": hours}, "standing_icon": "check-lg"}
