"""Correcting a signed mark: with a reason, and what it said before stays beside it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance.enums import AttendanceStatus
from attendance.models import AttendanceRecord
from attendance.services.amending import amend as amend_record
from people.enums import Look
from people.errors import InvalidInput, Refusal
from people.services.looks import record_look
from scheduling.enums import Mode
from scheduling.models import Session
from scheduling.queries import for_display
from web import format as figures
from web.forms.amend import AmendForm
from web.forms.refusals import blame
from web.notices import say_bad, say_done
from web.rows.amendments import amendment_view
from web.rows.deductions import deduction_words
from web.rows.sessions import times_of
from web.views.staff import find, must, now, today_of, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, attendance_id: int) -> HttpResponse:
    """Look at one signed mark (recorded) with all that it ever said, or say what it should have said, and why."""
    seen = AttendanceRecord.objects.visible_to(user_of(request)).select_related("patient", "session__site")
    record: AttendanceRecord = find(seen, attendance_id)
    session = for_display(Session.objects.filter(pk=record.session_id)).get()
    must(user_of(request), "attendance.sign_roster", session)
    form = AmendForm(request.POST or None, record=record, session=session)
    if request.method != "POST":
        record_look(Look.ROSTER, session, actor=user_of(request), now=now(), patient_id=record.patient_id)
        return _page(request, record, session, form)
    if form.is_valid():
        try:
            amend_record(record, form.row(), form.cleaned_data["reason"], actor=user_of(request), now=now())
        except InvalidInput as refused:
            blame(form, form.named(refused))
        except Refusal as refused:
            say_bad(request, str(refused.detail))
            return redirect("roster", session_id=session.pk)
        else:
            say_done(request, _("%(name)s is amended.") % {"name": record.patient.name})
            return redirect("roster", session_id=session.pk)
    return _page(request, record, session, form, status=400)


def _page(
    request: HttpRequest, record: AttendanceRecord, session: Session, form: AmendForm, *, status: int = 200
) -> HttpResponse:
    zone = session.site.zone
    on = session.starts_at.astimezone(zone).date()
    day = figures.relative_day(on, today=today_of(user_of(request), now=now()))
    history = record.amendments.select_related("by")
    context = {
        "record": record,
        "session": session,
        "form": form,
        "answer": _answer(record),
        "sum": _sum(record),
        "when": _("%(day)s, %(times)s") % {"day": day, "times": times_of(session, spaced=True)},
        "amendments": [amendment_view(one, zone) for one in history],
        "may_be_by_video": session.mode != Mode.TELEHEALTH,
        "is_signed": session.state == "signed",
    }
    return render(request, "roster/amend.html", context, status=status)


def _answer(record: AttendanceRecord) -> str:
    counted = figures.minutes(record.credited_minutes)
    return _("%(name)s: %(time)s counted") % {"name": record.patient.name, "time": counted}


def _sum(record: AttendanceRecord) -> str:
    """ "Present: 180 planned − 15 break − 14 late = 151 min"."""
    label = AttendanceStatus(record.status).label
    if record.status != AttendanceStatus.PRESENT:
        return str(label)
    words = deduction_words()
    parts = [_("%(minutes)d planned") % {"minutes": record.planned_minutes}]
    parts += [f"{one['minutes']} {words.get(one['why'], one['why'])}" for one in record.deductions]
    return (
        f"{label}: "
        + f" {figures.MINUS} ".join(parts)
        + " = "
        + _("%(minutes)d min") % {"minutes": record.credited_minutes}
    )
