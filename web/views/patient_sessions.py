"""What is on for one person in a week: to book for them, or to exchange one of their appointments for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attendance.models import TreatmentWeek
from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.enums import Look
from people.errors import NotThere, Refusal
from people.models import Admission, Patient, User
from people.queries import latest_admission
from people.services.looks import record_look
from scheduling.enums import Mode
from scheduling.models import Booking, Session
from scheduling.queries import SessionFit, for_display, open_sessions, sessions_with_fit
from scheduling.services.booking import move
from scheduling.services.make_ups import open_absences
from scheduling.services.move_back import move_back, moved_from
from web import format as figures
from web.forms.patients import BookForForm, MakesUpForm, WeekForm
from web.notices import say_bad, say_done
from web.rows.choices import Doing, choices_by_day
from web.rows.people import standing
from web.rows.sessions import day_of, times_of
from web.views.patients import may_change
from web.views.staff import find, must, now, seen_person, user_of

A_WEEK = timedelta(days=7)
LONGEST_AHEAD = timedelta(weeks=26)
MOST_ABSENCES = 20
ROSTER = "roster"


@login_required
@require_safe
def patient_sessions(request: HttpRequest, patient_id: int) -> HttpResponse:
    """What is on in a week, beside what booking would answer this person; the look is recorded."""
    person = seen_person(request, patient_id)
    absences = open_absences(person.pk, now=now())
    missed = _asked_absence(request, absences)
    fields = {"makes_up": str(missed.pk)} if missed is not None else {}
    doing = Doing(reverse("patient-book", args=[person.pk]), _("Book"), _("Book anyway"), fields=fields)
    return _page(
        request, person, doing, absences=[(one, _when(one.session)) for one in absences[:MOST_ABSENCES]], missed=missed
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_move(request: HttpRequest, patient_id: int, booking_id: int) -> HttpResponse:
    """What fits if one appointment were given up; a POST exchanges it, all or nothing. One that has begun asks for a
    reason. With `back=roster` it leads back to the roster that it was opened from.
    """
    person, user = seen_person(request, patient_id), user_of(request)
    booking = _booking(user, person, booking_id)
    must(user, "scheduling.change_booking", booking)
    if request.method == "POST":
        return _move(request, user, booking)
    if not booking.live or booking.marked_at is not None:
        return _back(request, booking)
    here = reverse("patient-move", args=[person.pk, booking.pk])
    doing = Doing(
        here,
        _("Move here"),
        _("Move here anyway"),
        booking,
        fields={"back": ROSTER} if _from_roster(request) else {},
        asks_reason=booking.starts_at <= now(),
    )
    return _page(request, person, doing, to_roster=booking.session_id if _from_roster(request) else None)


@login_required
@require_POST
def patient_move_back(request: HttpRequest, patient_id: int, booking_id: int) -> HttpResponse:
    """Undoes a move, where the old time is still free."""
    person, user = seen_person(request, patient_id), user_of(request)
    booking = _booking(user, person, booking_id)
    must(user, "scheduling.change_booking", booking)
    origin = moved_from(booking)
    if origin is None:
        raise Http404
    must(user, "scheduling.change_booking", origin)
    try:
        back = move_back(booking, actor=user, now=now(), override_reason=booking.override_reason)
    except NotThere as nothing:
        raise Http404 from nothing
    except Refusal as refused:
        say_bad(request, _("Nothing was moved. %(why)s") % {"why": f"{refused.detail}."})
    else:
        _recount(back, booking)
        say_done(request, _("Back to %(when)s.") % {"when": _when(back.session)})
    return _back(request, origin)


def _move(request: HttpRequest, user: User, booking: Booking) -> HttpResponse:
    form = BookForForm(request.POST)
    if not form.is_valid():
        raise Http404
    session = find(Session.objects.visible_to(user).select_related("site", "program"), form.cleaned_data["session"])
    must(user, "scheduling.change_booking", Booking(patient=booking.patient, session=session))
    reason = form.cleaned_data["override_reason"]
    try:
        moved = move(booking, session, actor=user, now=now(), override_reason=reason)
    except Refusal as refused:
        say_bad(request, _("Nothing was moved. %(why)s") % {"why": f"{refused.detail}."})
        here = reverse("patient-move", args=[booking.patient_id, booking.pk])
        return redirect(f"{here}?week={day_of(session)}{f'&back={ROSTER}' if _from_roster(request) else ''}")
    _recount(moved, booking)
    undo = reverse("patient-move-back", args=[moved.patient_id, moved.pk])
    undo += f"?back={ROSTER}" if _from_roster(request) else ""
    say_done(request, _("Moved to %(when)s.") % {"when": _when(session)}, undo_url=undo)
    return _back(request, booking)


def _from_roster(request: HttpRequest) -> bool:
    return ROSTER in (request.POST.get("back"), request.GET.get("back"))


def _back(request: HttpRequest, booking: Booking) -> HttpResponse:
    """To the roster that it was opened from, or else to the record."""
    if _from_roster(request):
        return redirect("roster", session_id=booking.session_id)
    return redirect("patient", patient_id=booking.patient_id)


def _page(request: HttpRequest, person: Patient, doing: Doing, **context_of_doing: Any) -> HttpResponse:
    user, moment, moving = user_of(request), now(), doing.moving
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    admission = latest_admission(person)
    if admission is None:
        return render(request, "patients/sessions.html", {"person": person, "days": [], "answer": _("Never admitted")})
    today = local_date(moment, admission.zone)
    first = admission.week_containing(_asked_week(request, today, moving)).starts_on
    recount_patient(person.pk, now=moment, first=first, last=first)
    week = TreatmentWeek.objects.filter(admission=admission, week=first).first()
    sessions = _on_offer(user, admission, first, moment, moving)
    found = sessions_with_fit(
        sessions, person.pk, now=moment, without_booking=moving.pk if moving is not None else None, by_staff=True
    )
    may_book = may_change(user, [one.session for one in found])
    context = {
        "person": person,
        "standing": standing(admission, today=today),
        "answer": _week_answer(week) if moving is None else _fitting(found),
        "week": week,
        "days": choices_by_day(
            found,
            doing,
            week=week,
            today=today,
            may_book=may_book,
            counselor_id=admission.primary_counselor_id,
        ),
        "others_lead": any(not one.why_not and not may_book.get(one.session.pk) for one in found),
        "first": first,
        "doing": doing,
        **context_of_doing,
        "moving": _when(moving.session) if moving is not None else "",
        "switcher": _switcher(first, today, doing),
    }
    return render(request, "patients/sessions.html", context)


def _booking(user: User, person: Patient, booking_id: int) -> Booking:
    rows = Booking.objects.visible_to(user).filter(patient=person)
    booking: Booking = find(rows.select_related("session__site", "session__program", "patient"), booking_id)
    return booking


def _recount(*bookings: Booking) -> None:
    for booking in bookings:
        recount_patient(booking.patient_id, now=now(), first=booking.week, last=booking.week)


def _when(session: Session) -> str:
    return f"{figures.short_day(day_of(session))}, {times_of(session)}"


def _on_offer(user: User, admission: Admission, first: date, moment: datetime, moving: Booking | None) -> list[Session]:
    """The sessions ahead of the admission's program in the week: at its home site, and by video elsewhere."""
    week = admission.week_containing(first)
    near = Q(site_id=admission.site_id) | Q(mode__in=(Mode.TELEHEALTH, Mode.EITHER))
    ahead = open_sessions([admission.program_id], span=week.interval).filter(near, starts_at__gt=moment)
    if moving is not None:
        ahead = ahead.exclude(pk=moving.session_id)
    seen = Session.objects.visible_to(user).values("pk")
    return list(for_display(ahead.filter(pk__in=seen))[:200])


def _asked_week(request: HttpRequest, today: date, moving: Booking | None) -> date:
    form = WeekForm(request.GET)
    usual = moving.week if moving is not None else today
    asked: date = (form.cleaned_data["week"] if form.is_valid() else None) or usual
    return max(min(asked, today + LONGEST_AHEAD), today)


def _week_answer(week: TreatmentWeek | None) -> str:
    if week is None or week.exempt:
        return _("No goal this week")
    if week.shortfall_minutes:
        return _("%(short)s still to book") % {"short": figures.minutes(week.shortfall_minutes)}
    return _("Booked: %(sum)s") % {"sum": figures.minutes(week.projected_minutes)}


def _fitting(found: Sequence[SessionFit]) -> str:
    """How many times could be chosen instead."""
    free = sum(not one.why_not for one in found)
    return ngettext("%(count)d other time fits", "%(count)d other times fit", free) % {"count": free}


def _switcher(first: date, today: date, doing: Doing) -> dict[str, Any]:
    kept = "".join(f"&{name}={value}" for name, value in doing.fields.items())
    return {
        "label": "",
        "range": figures.day_range(first, first + timedelta(days=6)),
        "previous_url": f"?week={first - A_WEEK}{kept}" if first > today else "",
        "next_url": f"?week={first + A_WEEK}{kept}",
    }


def _asked_absence(request: HttpRequest, absences: Sequence[Booking]) -> Booking | None:
    """The absence that `?makes_up=` names, where it is still open."""
    form = MakesUpForm(request.GET)
    asked = form.cleaned_data["makes_up"] if form.is_valid() else None
    return next((one for one in absences if one.pk == asked), None)
