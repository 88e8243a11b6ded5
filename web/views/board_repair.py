"""Repairs from the board: one person's with one tap, or all of a list after a look at them."""

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attendance.models import TreatmentWeek
from attendance.services.flags import evaluate_patients
from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.errors import Refusal
from people.models import Patient, User
from people.queries import home_zone
from scheduling.models import Booking, Session
from scheduling.services.book_all import book_all, take_back
from web import format as figures
from web.forms.repair import RepairForm, TakeBackForm
from web.notices import say_bad, say_done
from web.rows.board_rows import BoardDay, JustBooked, rows_of
from web.rows.repairs import RECORD
from web.rows.sessions import times_of
from web.views.staff import must, now, seen_person, user_of


@login_required
@require_POST
def patient_repair(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Book what repairs somebody's week, all or nothing; the row stays where it is, with its new figures and Undo.

    Where a seat has gone meanwhile nothing is booked, and the row shows the next best.
    """
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    form = RepairForm(request.POST)
    if not form.is_valid():
        raise Http404
    sessions = sessions_of(user, form.cleaned_data["sessions"])
    for session in sessions:
        must(user, "scheduling.change_booking", Booking(patient=person, session=session))
    on = form.cleaned_data["week"]
    booked: Sequence[Booking] = ()
    try:
        booked = book_all(person, [session.pk for session in sessions], actor=user, now=moment)
    except Refusal as refused:
        say_bad(request, nothing_booked(refused))
    else:
        on = booked[0].week
        ids = ",".join(str(booking.pk) for booking in booked)
        undo = f"{reverse('patient-repair-undo', args=[person.pk])}?bookings={ids}&query={RECORD}"
        on_record = request.POST.get("query") == RECORD
        say_done(request, _("Booked: %(when)s.") % {"when": when_of(sessions)}, undo_url=undo if on_record else "")
    return _answer(request, person, on, moment, booked=[booking.pk for booking in booked])


@login_required
@require_POST
def patient_repair_undo(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Take back what was just booked for somebody."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    form = TakeBackForm(request.POST if request.POST.get("bookings") else request.GET)
    if not form.is_valid() or not form.cleaned_data["bookings"]:
        raise Http404
    wanted = form.cleaned_data["bookings"]
    rows = Booking.objects.visible_to(user).filter(patient=person, pk__in=wanted).select_related("session__site")
    bookings = list(rows)
    if len(bookings) != len(wanted):
        raise Http404
    for booking in bookings:
        must(user, "scheduling.change_booking", booking)
    try:
        take_back(bookings, actor=user, now=moment)
    except Refusal as refused:
        say_bad(request, _("Nothing was cancelled. %(why)s") % {"why": f"{refused.detail}."})
    else:
        say_done(request, _("%(when)s is given back.") % {"when": when_of([one.session for one in bookings])})
    return _answer(request, person, bookings[0].week, moment)


def sessions_of(user: User, ids: Sequence[int]) -> list[Session]:
    """The sessions, in order of time. Raises Http404 unless the account sees every one."""
    rows = Session.objects.visible_to(user).filter(pk__in=ids).select_related("site", "program")
    sessions = list(rows.order_by("starts_at", "pk"))
    if not sessions or len(sessions) != len(set(ids)):
        raise Http404
    return sessions


def nothing_booked(refused: Refusal) -> str:
    """Why, in a sentence."""
    return _("Nothing was booked. %(why)s") % {"why": f"{refused.detail}."}


def when_of(sessions: Sequence[Session]) -> str:
    """ "Thu 19 Nov, 6–9 pm; Sat 21 Nov, 9 am–noon"."""
    return "; ".join(
        f"{figures.short_day(session.starts_at.astimezone(session.site.zone))}, {times_of(session)}"
        for session in sessions
    )


def counted_again(person: Patient, on: date, *, now: datetime) -> None:
    """What was done shows at once: the week's figures, and the flags that follow from them."""
    recount_patient(person.pk, now=now, first=on, last=on)
    evaluate_patients([person.pk], now=now)


def _answer(
    request: HttpRequest, person: Patient, on: date | None, moment: datetime, *, booked: Sequence[int] = ()
) -> HttpResponse:
    """The row alone where a script asked for it, else the page that it came from."""
    if on is None:
        return redirect("patient", patient_id=person.pk)
    counted_again(person, on, now=moment)
    user, query = user_of(request), request.POST.get("query", request.GET.get("query", ""))
    weeks = (
        TreatmentWeek.objects.on_board_of(user)
        .filter(patient=person, week=on)
        .select_related("patient", "admission__primary_counselor", "program", "site")
    )
    week = weeks.order_by("-admission__admitted_on").first()
    if query == RECORD or week is None:
        return redirect("patient", patient_id=person.pk)
    if request.headers.get("HX-Request"):
        today = local_date(moment, home_zone(user))
        day = BoardDay(user, moment, today, week.week, query)
        row = rows_of([week], day, just=JustBooked({week.pk: booked} if booked else {}))[0]
        return render(request, "board/_row_alone.html", {"row": row})
    kept = urlencode({"done": week.pk, "booked": ",".join(map(str, booked))}) if booked else ""
    address = "&".join(part for part in (query.removeprefix("?"), kept) if part)
    return redirect(f"{reverse('compliance')}?{address}#week-{week.pk}")
