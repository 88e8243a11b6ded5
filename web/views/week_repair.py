"""The repair of one's own week: several appointments booked with one tap, all or nothing, and taken back as one."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.errors import Refusal
from scheduling.models import Booking, Session
from scheduling.services.book_all import book_all, take_back
from web import format as figures
from web.forms.repair import RepairForm, TakeBackForm
from web.notices import say_bad, say_done
from web.patients import words
from web.patients.reading import counted_week
from web.patients.visit import Visit, patient_page


@require_POST
@patient_page
def week_repair(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Books all of `sessions`, or none of them where one is refused: the page then shows the next best."""
    form = RepairForm(request.POST)
    if not form.is_valid():
        raise Http404
    wanted = form.cleaned_data["sessions"]
    seen = set(Session.objects.visible_to(visit.user).filter(pk__in=wanted).values_list("pk", flat=True))
    if seen != set(wanted):
        raise Http404
    try:
        booked = book_all(visit.patient, wanted, actor=visit.user, now=visit.now)
    except Refusal as refusal:
        say_bad(request, f"{words.refused(refusal.code)} {_('Nothing was booked.')}")
        return _back(form.cleaned_data["week"])
    week = visit.week_with(booked[0].week)
    ids = ",".join(str(booking.pk) for booking in booked)
    undo = f"{reverse('week-repair-undo')}?bookings={ids}"
    text = words.times_together(booked, visit.zone, today=visit.today)
    total = figures.minutes(counted_week(visit, week).projected_minutes) if week else ""
    say_done(request, _("Booked: %(when)s. You’re at %(total)s.") % {"when": text, "total": total}, undo_url=undo)
    return _back(booked[0].week)


@require_POST
@patient_page
def week_repair_undo(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Takes back what was just booked together."""
    form = TakeBackForm(request.GET)
    if not form.is_valid():
        raise Http404
    wanted = form.cleaned_data["bookings"]
    bookings = list(Booking.objects.filter(patient=visit.patient, pk__in=wanted))
    if len(bookings) != len(wanted):
        raise Http404
    try:
        take_back(bookings, actor=visit.user, now=visit.now)
    except Refusal as refusal:
        say_bad(request, f"{words.refused(refusal.code)} {_('Nothing was changed.')}")
    else:
        say_done(request, _("All of it is given back."))
    return _back(bookings[0].week)


def _back(on: date | None) -> HttpResponse:
    return redirect(f"{reverse('week')}?week={on.isoformat()}" if on else reverse("week"))
