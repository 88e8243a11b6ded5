"""Whom to phone: people who do not know yet of a change within a day, or that a seat is held for them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from attendance.enums import CallOutcome
from notifications.change_texts import change_line
from notifications.services.calls import ToCall, note_call, people_to_call
from people.enums import Look, Role
from people.errors import Refusal
from people.services.looks import record_look
from web.notices import say_bad, say_done, say_info
from web.views.staff import must, now, seen_person, staff_page, user_of

OUTCOMES = (CallOutcome.REACHED, CallOutcome.LEFT_MESSAGE, CallOutcome.NO_ANSWER)


@staff_page
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The most pressing first, each with what to say. The look is recorded."""
    user, moment = user_of(request), now()
    found = people_to_call(user, now=moment)
    record_look(Look.REPORT, ("calls", None), actor=user, now=moment)
    words = ngettext("%(count)d person to call", "%(count)d people to call", len(found)) % {"count": len(found)}
    context = {
        "answer": words if found else _("Nobody to call"),
        "people": [_row(one, request.user.language) for one in found],  # type: ignore[union-attr]
        "may_note": user.has_role(Role.COUNSELOR, Role.COORDINATOR, Role.DIRECTOR),
        "outcomes": [(one.value, one.label) for one in OUTCOMES],
    }
    return render(request, "calls.html", context)


@login_required
@require_POST
def calls_note(request: HttpRequest, patient_id: int) -> HttpResponse:
    """They were called."""
    user = user_of(request)
    person = seen_person(request, patient_id)
    must(user, "attendance.note_contact", person)
    try:
        knows = note_call(person, outcome=request.POST.get("outcome", ""), actor=user, now=now())
    except Refusal as refused:
        say_bad(request, str(refused.detail))
    else:
        if knows:
            say_done(request, _("Noted: %(name)s knows.") % {"name": person.name})
        else:
            say_info(request, _("Noted. %(name)s stays on the list.") % {"name": person.name})
    return redirect("calls")


def _row(one: ToCall, language: str) -> dict[str, Any]:
    return {
        "pk": one.patient.pk,
        "name": one.patient.name,
        "phone": one.patient.phone,
        "lines": [change_line(line, staff=False, sites=one.sites, language=language) for line in one.lines],
        "why": one.reason.label,
    }
