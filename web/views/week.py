"""`/week/`: what is left to book, what would repair it, the next appointment, and the week as a drawing."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from web import format as figures
from web.components.actions import Action
from web.patients import words
from web.patients.appointment import AppointmentCard, appointment_card
from web.patients.drawing import draw_week
from web.patients.held import held_seats
from web.patients.reading import WeekReading, is_first_visit, missed, next_appointment, read_week
from web.patients.repair import repair_of, who_to_ask
from web.patients.visit import PatientWeek, Visit, asked_day, patient_page


@require_safe
@patient_page
def week(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The week that holds `?week=`, this week without it."""
    asked = asked_day(request, "week")
    one = visit.week_with(asked or visit.today)
    if one is None:
        return redirect("week") if asked else render(request, "week/nothing_yet.html", _nothing_yet(visit))
    if one.is_current and is_first_visit(visit):
        return render(request, "week/first_visit.html", {"start_url": reverse("work-hours")})
    return render(request, "week/week.html", _context(visit, read_week(visit, one)))


def _context(visit: Visit, reading: WeekReading) -> dict[str, Any]:
    one, outlook = reading.one, reading.outlook
    repair = repair_of(reading.answer, reading.figures, one, outlook, reading.bookings)
    offered = outlook.repairing if reading.answer.remedy == "book" else ()
    card = _next_card(visit, one) if one.is_current else None
    held = held_seats(visit)
    return {
        "answer": reading.answer,
        "held": held,
        "repair": repair,
        "card": card,
        "join_first": bool(held) or (card is not None and card.join is not None),
        "grid": draw_week(one, outlook, reading.bookings, offered=offered),
        "switcher": switcher(visit, one, reverse("week")),
        "waiting": [_waiting(row, one) for row in reading.waiting],
        "missed": [words.day_and_times(row, one.zone, today=one.today) for row in missed(reading.bookings)],
        "is_current": one.is_current,
    }


def _next_card(visit: Visit, one: PatientWeek) -> AppointmentCard | None:
    booking = next_appointment(visit.patient, now=visit.now)
    return appointment_card(booking, zone=one.zone, today=one.today, now=visit.now) if booking else None


def _waiting(booking: Any, one: PatientWeek) -> dict[str, Any]:
    place = words.place_in_line(booking.waitlist_position)
    return {
        "url": reverse("appointment", args=[booking.pk]),
        "when": words.day_and_times(booking, one.zone, today=one.today),
        "place": _("You are %(place)s in line") % {"place": place},
        "leave": Action(
            _("Leave the line"),
            reverse("cancel-appointment", args=[booking.pk]),
            look="text",
            small=True,
            hint=words.day_and_times(booking, one.zone, today=one.today),
        ),
    }


def switcher(visit: Visit, one: PatientWeek, address: str) -> dict[str, str]:
    """The week before and after at the address of a page, where the patient has them."""
    names = {-7: _("Last week"), 0: _("This week"), 7: _("Next week")}
    this_week = one.admission.week_containing(one.today).starts_on
    return {
        "label": names.get((one.week.starts_on - this_week).days, ""),
        "range": figures.day_range(one.week.starts_on, one.week.ends_on),
        "previous_url": _week_url(visit, one.before, address),
        "next_url": _week_url(visit, one.after, address),
    }


def _week_url(visit: Visit, on: date, address: str) -> str:
    found = visit.week_with(on) or visit.week_with(on + timedelta(days=6))
    return f"{address}?week={on.isoformat()}" if found else ""


def _nothing_yet(visit: Visit) -> dict[str, Any]:
    """For somebody whose admission has not begun, or is over."""
    upcoming = visit.upcoming
    latest = visit.admissions[0] if visit.admissions else None
    past = latest.discharged_on if latest and not upcoming else None
    return {
        "has_record": True,
        "starts": figures.long_day(upcoming.admitted_on) if upcoming else "",
        "starts_date": figures.short_day(upcoming.admitted_on) if upcoming else "",
        "work_hours_url": reverse("work-hours") if upcoming else "",
        "past_url": f"{reverse('week')}?week={past.isoformat()}" if past else "",
        "phone": latest.site.phone if latest else "",
        "who": who_to_ask(latest) if latest else "",
    }
