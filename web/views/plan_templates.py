"""A program's plan templates: made and changed, and after how many weeks something is suggested."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from people.domain.plan_templates import USUAL_STEPS, Step
from people.errors import InvalidInput
from people.models import PlanTemplate, Program, User
from people.services.plan_templates import change_template, make_template, remove_template, set_suggestion_weeks
from web.forms.plans import StepFormSet, SuggestAfterForm, TemplateForm, step_initial, step_words
from web.forms.refusals import blame, words_of
from web.notices import say_done
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan_templates(request: HttpRequest, program_id: int) -> HttpResponse:
    """The templates with their steps; a POST says after how many weeks something is suggested."""
    user = user_of(request)
    program = _program(user, program_id)
    form = SuggestAfterForm(request.POST if request.method == "POST" else None, initial=_weeks_of(program))
    if request.method == "POST":
        must(user, "people.change_templates", program)
        if form.is_valid():
            set_suggestion_weeks(program, **form.cleaned_data, actor=user, now=now())
            say_done(request, _("Suggestions follow these weeks from now on."))
            return redirect("plan-templates", program_id=program.pk)
    rows = PlanTemplate.objects.filter(program=program).prefetch_related("steps")
    shown = [(row, [step_words(step, number=at) for at, step in enumerate(row.values, start=1)]) for row in rows]
    text = ngettext("%(count)d plan template", "%(count)d plan templates", len(shown)) % {"count": len(shown)}
    context = {
        "answer": text if shown else _("No plan template yet"),
        "program": program,
        "rows": shown,
        "form": form,
        "may_change": user.has_perm("people.change_templates", program),
    }
    return render(request, "plans/templates.html", context, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan_template_new(request: HttpRequest, program_id: int) -> HttpResponse:
    """A new template; the first one of a program begins with the usual steps."""
    user = user_of(request)
    program = _program(user, program_id)
    must(user, "people.change_templates", program)
    is_first = not PlanTemplate.objects.filter(program=program).exists()
    name, steps = (_("Step-down"), USUAL_STEPS) if is_first else ("", ())
    return _edit(request, program, None, name=name, steps=steps)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan_template(request: HttpRequest, program_id: int, template_id: int) -> HttpResponse:
    """A template as a form: a row for each step."""
    user = user_of(request)
    program = _program(user, program_id)
    template: PlanTemplate = find(PlanTemplate.objects.filter(program=program), template_id)
    must(user, "people.change_templates", program)
    return _edit(request, program, template, name=template.name, steps=template.values)


@login_required
@require_POST
def plan_template_remove(request: HttpRequest, program_id: int, template_id: int) -> HttpResponse:
    """Offer it no more."""
    user = user_of(request)
    program = _program(user, program_id)
    template: PlanTemplate = find(PlanTemplate.objects.filter(program=program), template_id)
    must(user, "people.change_templates", program)
    remove_template(template, actor=user, now=now())
    say_done(request, _("The template is gone. Plans that came from it stay as they are."))
    return redirect("plan-templates", program_id=program.pk)


def _edit(
    request: HttpRequest, program: Program, template: PlanTemplate | None, *, name: str, steps: tuple[Step, ...]
) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = TemplateForm(given, initial={"name": name})
    rows = StepFormSet(given, initial=step_initial(steps), prefix="steps")
    if given is not None and form.is_valid() and rows.is_valid():
        chosen = [one for one in rows.forms if one.has_changed() or one.initial]
        kept = [one for one in chosen if not one.cleaned_data.get("DELETE")]
        said: dict[str, Any] = {
            "name": form.cleaned_data["name"],
            "steps": [one.as_step() for one in kept],
            "actor": user_of(request),
            "now": now(),
        }
        try:
            if template is None:
                make_template(program, **said)
            else:
                change_template(template, **said)
        except InvalidInput as wrong:
            _blame(form, kept, wrong)
        else:
            say_done(request, _("The template is kept. Plans that came from it stay as they are."))
            return redirect("plan-templates", program_id=program.pk)
    context = {"program": program, "template": template, "form": form, "rows": rows}
    return render(request, "plans/template.html", context, status=400 if given is not None else 200)


def _blame(form: TemplateForm, steps: list[Any], wrong: InvalidInput) -> None:
    """A sentence about `steps[2].weeks` stands at that step's field."""
    for field, sentences in wrong.errors.items():
        place, _dot, name = field.partition("].")
        if name:
            row: forms.Form = steps[int(place.removeprefix("steps["))]
            row.add_error(name if name in row.fields else None, words_of(sentences))
        else:
            blame(form, InvalidInput({field: sentences}))


def _weeks_of(program: Program) -> dict[str, int]:
    return {name: getattr(program, name) for name in SuggestAfterForm.base_fields}


def _program(user: User, program_id: int) -> Program:
    """The program, for the staff of its sites. Raises Http404 where one does not see it."""
    program: Program = find(Program.objects.visible_to(user), program_id)
    only_staff(user)
    return program
