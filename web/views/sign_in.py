"""Paper for a session: a sheet on which everybody signs, or a slip for each person where nobody may read the others."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from attendance.queries.roster import booked_names
from people.enums import Look
from people.services.looks import record_look
from scheduling.models import Session
from scheduling.queries import for_display
from web import format as figures
from web.rows.sessions import day_of, kind_of, times_of
from web.views.staff import find, must, now, user_of

EMPTY_LINES = 3
"""Room on the sheet for who comes without a booking."""


@login_required
@require_safe
def sign_in_sheet(request: HttpRequest, session_id: int) -> HttpResponse:
    """Everybody booked, with room to sign. The title is the plain kind: what it is about stands on no paper."""
    return _paper(request, session_id, "signin/sheet.html")


@login_required
@require_safe
def sign_in_slips(request: HttpRequest, session_id: int) -> HttpResponse:
    """A page for each person, so that nobody reads another's name."""
    return _paper(request, session_id, "signin/slips.html")


def _paper(request: HttpRequest, session_id: int, template: str) -> HttpResponse:
    user = user_of(request)
    session: Session = find(for_display(Session.objects.visible_to(user)), session_id)
    must(user, "attendance.see_roster", session)
    record_look(Look.ROSTER, session, actor=user, now=now(), asked={"report": template.partition("/")[2][:-5]})
    context: dict[str, Any] = {
        "session": session,
        "title": kind_of(session),
        "day": figures.short_day(day_of(session)),
        "year": day_of(session).year,
        "times": times_of(session),
        "counselors": [counselor.name for counselor in session.counselors.all()],
        "names": booked_names(session),
        "empty_lines": range(EMPTY_LINES),
        "is_print": bool(request.GET.get("print")),
    }
    return render(request, template, context)
