"""All repairs of a board's list at once: a look at them first, then each person's in a transaction of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from attendance.enums import WeekState
from attendance.models import TreatmentWeek
from attendance.services.flags import evaluate_patients
from attendance.services.weeks import recount
from people.enums import Look
from people.errors import Refusal
from people.models import User
from people.services.looks import record_look
from scheduling.models import Booking
from scheduling.services.book_all import book_all
from web import format as figures
from web.components.actions import Action
from web.forms.repair import PicksForm
from web.rows.board_rows import repairs_of
from web.rows.repairs import named, undo_action
from web.views.board_repair import nothing_booked, sessions_of, when_of
from web.views.compliance import board_asked
from web.views.staff import must, now, staff_page, user_of

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Pick:
    """A repair to tick: whose, what it books, and what the week then comes to."""

    value: str
    name: str
    url: str
    what: str
    total: str


@dataclass(frozen=True)
class Outcome:
    """What came of one person's repair; where it was booked, with a way back."""

    name: str
    url: str
    done: bool
    words: str
    undo: Action | None = None


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def repairs(request: HttpRequest) -> HttpResponse:
    """What would repair everybody at risk on the board as it is filtered; a POST books what is ticked, and says of
    each what came of it.
    """
    user, moment = user_of(request), now()
    must(user, "attendance.see_board", user)
    if not user.scope.managed_site_ids:
        raise PermissionDenied
    record_look(Look.REPORT, ("repairs", None), actor=user, now=moment)
    if request.method == "POST":
        return _book(request, user, moment)
    asked = board_asked(request, user, moment, status=WeekState.AT_RISK)
    weeks = [week for week in asked.found.weeks[:MOST_AT_ONCE] if week.site_id in user.scope.managed_site_ids]
    found = repairs_of(weeks, asked.day)
    picks = [
        Pick(
            value=f"{week.pk}-" + ",".join(str(option.id) for option in one.repair.added),
            name=week.patient.name,
            url=reverse("patient", args=[week.patient_id]),
            what=named(one.repair.added, one.zone),
            total=figures.minutes(one.total_minutes),
        )
        for week in weeks
        if (one := found.get(week.pk)) is not None and one.repair is not None and one.repair.reaches
    ]
    context = {
        "answer": ngettext("%(count)d week can be repaired", "%(count)d weeks can be repaired", len(picks))
        % {"count": len(picks)},
        "picks": picks,
        "board_url": f"{reverse('compliance')}{asked.query()}",
        "query": asked.query(),
    }
    return render(request, "board/repairs.html", context)


def _book(request: HttpRequest, user: User, moment: datetime) -> HttpResponse:
    form = PicksForm(request.POST)
    if not form.is_valid():
        raise Http404
    picks: dict[int, list[int]] = form.cleaned_data["pick"]
    weeks = (
        TreatmentWeek.objects.on_board_of(user)
        .filter(pk__in=picks)
        .select_related("patient", "program", "site")
        .in_board_order()
    )
    listed = list(weeks)
    if len(listed) != len(picks):
        raise Http404
    query = request.POST.get("query", "")
    outcomes = [_one(week, picks[week.pk], user, moment, query) for week in listed]
    recount([week.pk for week in listed], now=moment)
    evaluate_patients([week.patient_id for week in listed], now=moment)
    done = sum(one.done for one in outcomes)
    answer = ngettext("%(count)d week is repaired", "%(count)d weeks are repaired", done) % {"count": done}
    context: dict[str, Any] = {
        "answer": answer,
        "outcomes": outcomes,
        "left": len(outcomes) - done,
        "board_url": f"{reverse('compliance')}{query if query.startswith('?') else ''}",
    }
    return render(request, "board/repairs_done.html", context)


def _one(week: TreatmentWeek, session_ids: Sequence[int], user: User, moment: datetime, query: str) -> Outcome:
    """One person's repair, in a transaction of its own: a refusal is theirs alone."""
    sessions = sessions_of(user, session_ids)
    for session in sessions:
        must(user, "scheduling.change_booking", Booking(patient=week.patient, session=session))
    url = reverse("patient", args=[week.patient_id])
    try:
        booked = book_all(week.patient, session_ids, actor=user, now=moment)
    except Refusal as refused:
        return Outcome(week.patient.name, url, False, nothing_booked(refused))
    undo = undo_action(week, [booking.pk for booking in booked], query)
    return Outcome(week.patient.name, url, True, _("Booked: %(when)s.") % {"when": when_of(sessions)}, undo)
