"""Discharge and leave: first what they cancel, then the change with all of it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.enums import Look
from people.errors import InvalidInput, Refusal
from people.models import Admission, Leave, Patient
from people.queries import latest_admission
from people.services.looks import record_look
from scheduling.services import absences
from scheduling.services.absences import Consequences
from web import format as figures
from web.forms.tracks import DischargeForm, LeaveForm
from web.notices import say_bad, say_done
from web.rows.absences import consequences_view, leave_rows
from web.rows.people import standing
from web.views.staff import must, now, seen_person, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_discharge(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The last day, and what is cancelled after it; a POST discharges."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    admission = _admission(person)
    must(user, "people.change_plan", admission)
    today = local_date(moment, admission.zone)
    given = request.POST if request.method == "POST" else request.GET
    form = DischargeForm(given) if given else DischargeForm(initial={"discharged_on": today})
    done: Consequences | None = None
    if form.is_bound and form.is_valid():
        day, is_post = form.cleaned_data["discharged_on"], request.method == "POST"
        try:
            _row, done = absences.discharge(admission, discharged_on=day, actor=user, now=moment, preview=not is_post)
        except Refusal as refused:
            _complain(form, refused)
        else:
            if is_post:
                recount_patient(person.pk, now=moment, first=day, last=day)
                text = _("Discharged: %(day)s is the last day. %(rest)s")
                say_done(request, text % {"day": figures.short_day(day), "rest": _gone(done)})
                return redirect("patient", patient_id=person.pk)
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    context = {
        "person": person,
        "standing": standing(admission, today=today),
        "form": form,
        "answer": _answer(done) if done else _("When does it end?"),
        "view": consequences_view(done) if done else None,
    }
    return render(request, "absences/discharge.html", context, status=_status(request))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_leave(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Leave that there is, and new leave or other days for one (`?leave=`), with what it cancels and gives back."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    admission = _admission(person)
    must(user, "people.change_plan", admission)
    today = local_date(moment, admission.zone)
    given = request.POST if request.method == "POST" else request.GET
    leave = _leave(admission, given.get("leave"))
    asked = "starts_on" in given
    form = LeaveForm(given) if asked else LeaveForm(initial=_initial(leave, today))
    done: Consequences | None = None
    if asked and form.is_valid():
        is_post = request.method == "POST"
        try:
            done = _do(form, admission, leave, request, moment, preview=not is_post)
        except Refusal as refused:
            _complain(form, refused)
        else:
            if is_post:
                first, last = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
                recount_patient(person.pk, now=moment, first=first, last=last)
                days = figures.day_range(first, last)
                say_done(request, _("Leave: %(days)s. %(rest)s") % {"days": days, "rest": _gone(done)})
                if done.not_booked:
                    say_bad(request, _unbooked(done))
                return redirect("patient-leave", patient_id=person.pk)
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    rows = list(Leave.objects.filter(admission=admission).order_by("-starts_on"))
    context = {
        "person": person,
        "standing": standing(admission, today=today),
        "form": form,
        "leave": leave,
        "rows": leave_rows(rows, today=today),
        "answer": _answer(done) if done else _leave_answer(rows, leave),
        "view": consequences_view(done) if done else None,
    }
    return render(request, "absences/leave.html", context, status=_status(request))


def _do(
    form: LeaveForm, admission: Admission, leave: Leave | None, request: HttpRequest, moment: datetime, *, preview: bool
) -> Consequences:
    said: dict[str, Any] = {**form.cleaned_data, "actor": user_of(request), "now": moment, "preview": preview}
    if leave is None:
        _row, done = absences.add_leave(admission, **said)
    else:
        _row, done = absences.change_leave(leave, **said)
    return done


def _admission(person: Patient) -> Admission:
    admission = latest_admission(person)
    if admission is None:
        raise Http404
    return admission


def _leave(admission: Admission, named: str | None) -> Leave | None:
    """The leave that is to be changed; None for new leave. Raises Http404 for another admission's."""
    if not named:
        return None
    rows = Leave.objects.filter(admission=admission).select_related("admission__site", "admission__program")
    row = rows.filter(pk=int(named)).first() if named.isascii() and named.isdigit() and len(named) < 19 else None
    if row is None:
        raise Http404
    return row


def _initial(leave: Leave | None, today: Any) -> dict[str, Any]:
    if leave is None:
        return {"starts_on": today}
    return {"starts_on": leave.starts_on, "ends_on": leave.ends_on, "reason": leave.reason}


def _complain(form: Any, refused: Refusal) -> None:
    if isinstance(refused, InvalidInput):
        for name, sentences in refused.errors.items():
            form.add_error(name if name in form.fields else None, [str(one) for one in sentences])
    else:
        form.add_error(None, str(refused.detail))


def _status(request: HttpRequest) -> int:
    return 400 if request.method == "POST" else 200


def _answer(done: Consequences) -> str:
    count = len(done.cancelled)
    text = ngettext("%(count)d booking would be cancelled", "%(count)d bookings would be cancelled", count)
    if not count and done.booked_again:
        again = len(done.booked_again)
        text = ngettext("%(count)d evening would be booked again", "%(count)d evenings would be booked again", again)
        return text % {"count": again}
    return text % {"count": count} if count else _("Nothing would be cancelled")


def _gone(done: Consequences) -> str:
    parts = []
    if count := len(done.cancelled):
        text = ngettext("%(count)d booking is cancelled.", "%(count)d bookings are cancelled.", count)
        parts.append(text % {"count": count})
    if count := len(done.booked_again):
        text = ngettext("%(count)d evening is booked again.", "%(count)d evenings are booked again.", count)
        parts.append(text % {"count": count})
    return " ".join(parts) or _("Nothing was booked on these days.")


def _unbooked(done: Consequences) -> str:
    count = len(done.not_booked)
    text = ngettext(
        "%(count)d evening of a standing booking could not be booked.",
        "%(count)d evenings of standing bookings could not be booked.",
        count,
    )
    return text % {"count": count}


def _leave_answer(rows: list[Leave], leave: Leave | None) -> str:
    if leave is not None:
        return figures.day_range(leave.starts_on, leave.ends_on)
    return _("Days away") if rows else _("No leave so far")
