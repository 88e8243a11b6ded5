"""Suggestions for plans: those that wait, and deciding them."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from attendance.enums import SuggestionKind
from attendance.models import PlanSuggestion
from attendance.services.plan_suggestions import accept, dismiss
from people.domain.time import local_date
from people.enums import Look
from people.errors import Refusal
from people.services.looks import record_look
from web.forms.plans import DecisionForm
from web.notices import say_bad, say_done
from web.rows.plan_history import suggestion_cards
from web.views.plans import next_week
from web.views.staff import find, must, now, only_staff, staff_page, user_of

ROWS_A_PAGE = 50


@staff_page
@require_safe
def plan_suggestions(request: HttpRequest) -> HttpResponse:
    """Whose plan could step down, and whose should be looked at, of the people that one answers for."""
    user, moment = user_of(request), now()
    must(user, "attendance.see_board", user)
    rows = (
        PlanSuggestion.objects.on_board_of(user)
        .open()
        .select_related("patient", "admission__site", "admission__program")
        .order_by("kind", "week", "pk")
    )
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    begins = {row.admission_id: next_week(row.admission, local_date(moment, row.admission.zone)) for row in listed}
    cards = suggestion_cards(listed, next_week=begins, managed=user.scope.managed_site_ids)
    record_look(Look.REPORT, ("plan suggestions", None), actor=user, now=moment)
    counts = PlanSuggestion.objects.on_board_of(user).open_counts()
    context = {
        "answer": counted(counts) or _("No plan waits for a decision"),
        "down": [card for card in cards if card.kind == SuggestionKind.STEP_DOWN],
        "review": [card for card in cards if card.kind == SuggestionKind.REVIEW],
        "page": page,
        "query": "",
    }
    return render(request, "plans/suggestions.html", context)


@login_required
@require_POST
def suggestion_accept(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """Somebody takes it up; the plan is changed on its page."""
    row = _decidable(request, suggestion_id)
    done = _("Taken up. Change the plan below, if it needs it.")
    _do(request, lambda: accept(row, actor=user_of(request), now=now()), done)
    return redirect(f"{reverse('patient-plan', args=[row.patient_id])}#change")


@login_required
@require_POST
def suggestion_dismiss(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """The plan stays as it is, for a reason."""
    row = _decidable(request, suggestion_id)
    form = DecisionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    done = _("The plan stays as it is.")
    _do(request, lambda: dismiss(row, reason=reason, actor=user_of(request), now=now()), done)
    return redirect("patient-plan", patient_id=row.patient_id)


def counted(counts: dict[str, int]) -> str:
    """ "2 could step down, 1 to review"; nothing where nothing waits."""
    down, review = counts.get(SuggestionKind.STEP_DOWN, 0), counts.get(SuggestionKind.REVIEW, 0)
    parts = []
    if down:
        parts.append(ngettext("%(count)d could step down", "%(count)d could step down", down) % {"count": down})
    if review:
        parts.append(ngettext("%(count)d plan to review", "%(count)d plans to review", review) % {"count": review})
    return ", ".join(parts)


def _decidable(request: HttpRequest, suggestion_id: int) -> PlanSuggestion:
    user = user_of(request)
    row: PlanSuggestion = find(PlanSuggestion.objects.visible_to(user).select_related("admission"), suggestion_id)
    only_staff(user)
    must(user, "people.change_plan", row.admission)
    return row


def _do(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except Refusal as refused:
        say_bad(request, str(refused.detail))
    else:
        say_done(request, done)
