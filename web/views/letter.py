"""A letter that says when somebody was here, and not why: for an employer, a school or a court date."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from attendance.queries.attended import attended_times
from people.domain.time import local_date
from people.enums import Look
from people.models import Patient, Site, User
from people.queries import latest_admission
from people.services.looks import record_look
from web import format as figures
from web.forms.ledger import DatesForm
from web.patients.visit import Visit, patient_page
from web.views.ledger import seen
from web.views.staff import now, today_of, user_of

USUAL = timedelta(weeks=4)


@require_safe
@patient_page
def letter(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The patient's own letter; making it is recorded too."""
    site = visit.admissions[0].site if visit.admissions else None
    context = _letter(request, visit.patient, site, actor=visit.user, today=visit.today, moment=visit.now)
    return render(request, "letter/page.html", {**context, "is_own": True})


@login_required
@require_safe
def patient_letter(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The same letter, made for them by staff."""
    person, user, moment = seen(request, patient_id), user_of(request), now()
    admission = latest_admission(person)
    today = local_date(moment, admission.zone) if admission else today_of(user, now=moment)
    site = admission.site if admission else None
    return render(request, "letter/page.html", _letter(request, person, site, actor=user, today=today, moment=moment))


def _letter(
    request: HttpRequest, person: Patient, site: Site | None, *, actor: User, today: date, moment: datetime
) -> dict[str, Any]:
    form = DatesForm(request.GET)
    first, last = form.span(first=today - USUAL, last=today)
    asked = {"report": "letter", "from": first.isoformat(), "to": last.isoformat()}
    record_look(Look.REPORT, person, actor=actor, now=moment, patient_id=person.pk, asked=asked)
    times = attended_times(person.pk, first=first, last=last)
    query = f"from={first.isoformat()}&to={last.isoformat()}"
    return {
        "person": person,
        "site": site,
        "today": f"{figures.short_day(today)} {today.year}",
        "form": form if form.errors else DatesForm({"from": first, "to": last}),
        "range": figures.dated_range(first, last),
        "times": [
            (figures.short_day(one.starts), one.starts.year, figures.time_range(one.starts, one.ends)) for one in times
        ],
        "print_url": f"{request.path}?{query}&print=1",
        "is_print": bool(request.GET.get("print")),
        "is_own": False,
    }
