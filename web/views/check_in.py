"""`/check-in/`: a patient says that they are here, with the code on the screen at the door."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance.services.check_in import booking_to_check_in
from attendance.services.check_in import check_in as mark_arrival
from people.errors import Refusal
from scheduling.models import Booking
from web import format as figures
from web.notices import say_done
from web.patients import words
from web.patients.reading import next_appointment
from web.patients.visit import Visit, patient_page

LONGEST_CODE = 12


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def check_in(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The appointment that is on or begins soon, and a field for the code (`?code=` where it was scanned)."""
    if request.method != "POST":
        return render(request, "check_in/page.html", _context(visit, code=request.GET.get("code", "")))
    code = request.POST.get("code", "")[:LONGEST_CODE]
    try:
        mark_arrival(visit.patient, code, actor=visit.user, now=visit.now)
    except Refusal as refused:
        context = {**_context(visit, code=""), "error": f"{refused.detail}."}
        return render(request, "check_in/page.html", context, status=refused.status)
    say_done(request, _("You are checked in."))
    return redirect("check-in")


def _context(visit: Visit, *, code: str) -> dict[str, Any]:
    booking = booking_to_check_in(visit.patient, now=visit.now)
    if booking is None:
        soon = next_appointment(visit.patient, now=visit.now)
        return {"next": _when(soon, visit) if soon else "", "next_booking": soon}
    record = getattr(booking, "attendance", None)
    arrived = record.arrived_at if record is not None else None
    zone = booking.session.site.zone
    return {
        "booking": booking,
        "when": _when(booking, visit),
        "room": booking.session.room.name if booking.session.room else "",
        "is_here": record is not None and record.status == "present",
        "arrived": figures.clock(arrived, zone=zone) if arrived else "",
        "code": code[:LONGEST_CODE],
        "phone": booking.session.site.phone,
    }


def _when(booking: Booking, visit: Visit) -> str:
    """ "Today, 6 – 9 pm", on the clocks of the session's site."""
    return words.day_and_times(booking, booking.session.site.zone, today=visit.today)
