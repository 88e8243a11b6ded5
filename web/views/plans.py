"""A person's plan: what is asked now and next, and its changes, each shown week by week before it is made."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance.models import PlanSuggestion, TreatmentWeek
from attendance.services.plan_suggestions import follow_template
from attendance.services.weeks import recount_patient
from people.domain.plan_edits import FollowSteps
from people.domain.time import local_date
from people.enums import Look
from people.errors import InvalidInput, PlanOutdated, Refusal
from people.models import Admission, Patient, PlanPhase, TrailEntry, User
from people.queries import latest_admission
from people.services.looks import record_look
from people.services.plan_changes import ACTIONS, change_plan, planned_weeks, preview_plan
from scheduling.services.plan_fits import plan_fits
from web.components.step_down import build_step_down
from web.forms.plans import FollowForm, PhaseForm
from web.forms.refusals import blame
from web.notices import say_bad, say_done
from web.rows.people import standing
from web.rows.plan_history import SHOWN, SuggestionCard, changes_of, names_of, suggestion_cards
from web.rows.plans import drawn_weeks, fit_rows, phase_rows, plan_answer, preview_rows, week_rows
from web.views.plan_changes import Asked, change_asked, templates_for
from web.views.staff import must, now, seen_person, user_of

A_WEEK = timedelta(weeks=1)
WEEKS_BACK = 8


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_plan(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The plan, and with `?what=` a change of it as it would be; a POST makes the change as it was shown."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    admission = latest_admission(person)
    if admission is None:
        raise Http404
    phases = list(admission.phases.all())
    today = local_date(moment, admission.zone)
    is_over = admission.discharged_on is not None and admission.discharged_on < today
    may_change = user.has_perm("people.change_plan", admission) and not is_over
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        must(user, "people.change_plan", admission)
    asked = change_asked(given, admission, phases, user, today=today) if may_change and "what" in given else None
    if asked is not None and asked.edit is not None:
        try:
            if request.method == "POST":
                return _made(request, person, admission, asked, moment)
        except PlanOutdated:
            say_bad(request, _("Nothing was changed: the plan is another one by now. Look at it again."))
        except Refusal as refused:
            _complain(asked.form, refused)
        try:
            asked.preview = preview_plan(admission, asked.edit, now=moment)
        except InvalidInput as wrong:
            if not asked.form.errors:
                blame(asked.form, wrong)
    recount_patient(person.pk, now=moment)
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    context = _page(person, admission, phases, user, asked, moment, may_change=may_change)
    return render(request, "plans/page.html", context, status=400 if request.method == "POST" else 200)


def _made(request: HttpRequest, person: Patient, admission: Admission, asked: Asked, moment: datetime) -> HttpResponse:
    """Make the change with its suggestion. Raises what the services raise."""
    said: dict[str, Any] = {"actor": user_of(request), "now": moment, "token": request.POST.get("token", "")[:32]}
    if isinstance(asked.edit, FollowSteps):
        follow_template(admission, asked.edit, suggestion=asked.suggestion, **said)
    elif asked.edit is not None:
        change_plan(admission, asked.edit, **said)
    today = local_date(moment, admission.zone)
    recount_patient(person.pk, now=moment, first=today, last=today + A_WEEK)
    say_done(request, _("The plan is changed. What was in force before today stays as it was."))
    return redirect("patient-plan", patient_id=person.pk)


def _page(
    person: Patient,
    admission: Admission,
    phases: list[PlanPhase],
    user: User,
    asked: Asked | None,
    moment: datetime,
    *,
    may_change: bool,
) -> dict[str, Any]:
    today = local_date(moment, admission.zone)
    preview = asked.preview if asked is not None else None
    shown = preview.after if preview is not None else tuple(row.value for row in phases)
    ahead = preview.weeks if preview is not None else planned_weeks(admission, now=moment)
    past = TreatmentWeek.objects.filter(
        admission=admission, week__gt=today - (WEEKS_BACK + 1) * A_WEEK, week__lte=today
    )
    weeks = drawn_weeks(past, ahead, today=today, preview=preview is not None)
    fits = plan_fits(admission, shown, today=today)
    return {
        "person": person,
        "program": admission.program,
        "standing": standing(admission, today=today),
        "answer": plan_answer([row.value for row in phases], today=today, discharged_on=admission.discharged_on),
        "drawing": build_step_down(weeks) if weeks else None,
        "listed": weeks,
        "phases": phase_rows(phases, today=today, discharged_on=admission.discharged_on),
        "unfit": fit_rows(fits, today=today),
        "has_fits": bool(fits),
        "may_change": may_change,
        "asked": asked,
        **_previewed(asked, today=today, discharged_on=admission.discharged_on),
        **_forms(admission, user, asked, today=today, may_change=may_change),
        **_told(admission, user, moment),
    }


def _previewed(asked: Asked | None, *, today: date, discharged_on: date | None) -> dict[str, Any]:
    if asked is None or asked.preview is None:
        return {}
    return {
        "preview": asked.preview,
        "preview_answer": plan_answer(asked.preview.after, today=today, discharged_on=discharged_on),
        "preview_rows": preview_rows(asked.preview, today=today),
        "preview_weeks": [row for row in week_rows(asked.preview.weeks) if row.is_changed],
        "said": _fields_of(asked),
    }


def _fields_of(asked: Asked) -> list[tuple[str, str]]:
    """The form's values again, as hidden fields of the button that makes the change; as text in no language."""
    found = [("what", asked.what)]
    for name, field in asked.form.fields.items():
        value = asked.form.cleaned_data.get(name)
        values = value if isinstance(value, list) else [value]
        found += [(name, str(field.prepare_value(one))) for one in values if _is_said(one)]
    return found


def _is_said(value: Any) -> bool:
    """Nothing hours a week are said too; an empty text and a box without its tick are not."""
    return value is not None and value is not False and value != ""


def _forms(
    admission: Admission,
    user: User,
    asked: Asked | None,
    *,
    today: date,
    may_change: bool,
) -> dict[str, Any]:
    """The forms, for whoever may change the plan: the one that is at hand as it was filled in."""
    if not may_change:
        return {}
    begins = next_week(admission, today)
    at_hand = {asked.what: asked.form} if asked is not None else {}
    templates = templates_for(admission, user)
    return {
        "follow_form": at_hand.get("follow") or FollowForm(templates=templates, initial={"starts_on": begins}),
        "has_templates": bool(templates),
        "add_form": at_hand.get("add") or PhaseForm(initial={"starts_on": begins, "days_per_week": 3}),
        "change_form": at_hand.get("change"),
        "may_change_templates": user.has_perm("people.change_templates", admission.program),
    }


def _told(admission: Admission, user: User, moment: datetime) -> dict[str, Any]:
    """What waits to be decided, and how the plan came to be."""
    rows = list(
        PlanSuggestion.objects.filter(admission=admission).select_related("patient", "admission__site", "decided_by")[
            : 2 * SHOWN
        ]
    )
    entries = list(
        TrailEntry.objects.filter(patient_id=admission.patient_id, action__in=ACTIONS.values()).order_by("-at", "-pk")[
            :SHOWN
        ]
    )
    begins = {admission.pk: next_week(admission, local_date(moment, admission.zone))}
    decided = [one for one in rows if one.decision]
    return {
        "suggestions": suggestion_cards(
            [one for one in rows if not one.decision], next_week=begins, managed=user.scope.managed_site_ids
        ),
        "history": changes_of(entries, decided, names_of(entries), zone=admission.zone),
    }


def open_suggestions(admission: Admission, user: User, *, today: date) -> list[SuggestionCard]:
    """What waits to be decided about the admission's plan; one query."""
    rows = PlanSuggestion.objects.open().filter(admission=admission).select_related("patient", "admission__site")
    begins = {admission.pk: next_week(admission, today)}
    return suggestion_cards(list(rows), next_week=begins, managed=user.scope.managed_site_ids)


def next_week(admission: Admission, today: date) -> date:
    """The first day of the patient's next week: where a change begins unless somebody says otherwise."""
    return admission.week_containing(max(today, admission.admitted_on) + A_WEEK).starts_on


def _complain(form: forms.Form, refused: Refusal) -> None:
    if isinstance(refused, InvalidInput):
        blame(form, refused)
    else:
        form.add_error(None, str(refused.detail))
