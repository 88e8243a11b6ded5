"""Somebody came without an appointment: found by name, booked and marked in one step."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from attendance.queries.walk_ins import MOST, walk_in_candidates
from attendance.services.walk_ins import add_walk_in
from people.errors import NotThere, Refusal
from people.models import Patient
from scheduling.errors import BY_CODE, LIFTED_BY_STAFF
from scheduling.models import Session
from scheduling.queries import for_display
from web.forms.walk_ins import SearchForm, WalkInForm
from web.notices import say_done
from web.rows.sessions import described, times_of
from web.views.staff import find, must, now, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def walk_in(request: HttpRequest, session_id: int) -> HttpResponse:
    """Search by name (`?name=`) among those whom the account sees; a POST adds one, or says beside them why not."""
    session = find(for_display(Session.objects.visible_to(user_of(request))), session_id)
    must(user_of(request), "attendance.take_roster", session)
    form = SearchForm(request.POST if request.method == "POST" else request.GET)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    if request.method != "POST":
        return _page(request, session, name)
    asked = WalkInForm(request.POST)
    if not asked.is_valid():
        return _page(request, session, name, status=400)
    said = asked.cleaned_data
    person = find(Patient.objects.visible_to(user_of(request)), said["patient"])
    try:
        add_walk_in(session, person, actor=user_of(request), now=now(), override_reason=said["override_reason"])
    except NotThere as refused:
        raise Http404 from refused
    except Refusal as refused:
        return _page(request, session, name or person.name, refused=(person, refused), status=refused.status)
    say_done(request, _("%(name)s is on the roster, and marked present.") % {"name": person.name})
    return redirect("roster", session_id=session.pk)


def _page(
    request: HttpRequest,
    session: Session,
    name: str,
    *,
    refused: tuple[Patient, Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    people = walk_in_candidates(session, user_of(request), name=name)
    rows = [_row(person, refused) for person in people]
    context = {
        "session": session,
        "name": name,
        "rows": rows,
        "is_cut": len(rows) == MOST,
        "answer": _answer(session),
        "described": f"{times_of(session, spaced=True)} · {described(session, with_counselors=True)}",
    }
    return render(request, "roster/walk_in.html", context, status=status)


def _answer(session: Session) -> str:
    if session.seats_left == 0:
        return _("Every seat is taken")
    left = session.seats_left
    return ngettext("%(count)d seat is left", "%(count)d seats are left", left) % {"count": left}


def _row(person: Patient, refused: tuple[Patient, Refusal] | None) -> dict[str, Any]:
    """One person found; of whoever was refused, why, and whether a reason would lift it."""
    if refused is None or refused[0].pk != person.pk:
        return {"person": person}
    refusal = refused[1]
    codes = refusal.data.get("codes", [refusal.code])
    reasons = [str(BY_CODE[code].title) for code in codes if code in BY_CODE] or [str(refusal.detail)]
    return {"person": person, "why": ". ".join(reasons), "may_lift": set(codes) <= LIFTED_BY_STAFF}
