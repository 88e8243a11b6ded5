"""A program's rules: how attendance counts, and what is asked beside the goal."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attendance.models import Requirement
from people.errors import InvalidInput
from people.models import Program
from people.services.programs import change_policy, latest_today, withdraw_policy
from web.forms.program_credentials import ProgramCredentialsForm
from web.forms.program_make_ups import MakeUpForm
from web.forms.refusals import blame
from web.forms.requirements import PolicyForm
from web.notices import say_bad, say_done
from web.rows.programs import asked_row, policy_rows
from web.views.rule_page import asked_rule, rule_page
from web.views.staff import find, must, now, only_staff, staff_page, today_of, user_of

A_DAY = timedelta(days=1)


@staff_page
@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """The programs at one's sites."""
    user = user_of(request)
    rows = list(
        Program.objects.visible_to(user)
        .annotate(templates=Count("plan_templates", distinct=True))
        .order_by("name", "pk")
    )
    count = ngettext("%(count)d program", "%(count)d programs", len(rows)) % {"count": len(rows)}
    return render(request, "programs/list.html", {"programs": rows, "answer": count})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program(request: HttpRequest, program_id: int) -> HttpResponse:
    """Its rules; a POST lets it count otherwise from a day on."""
    row, user = _seen(request, program_id), user_of(request)
    if request.method != "POST":
        return _page(request, row)
    must(user, "people.change_program", row)
    form = PolicyForm(request.POST)
    if form.is_valid():
        try:
            change_policy(row, form.policy, in_force_from=form.cleaned_data["in_force_from"], actor=user, now=now())
        except InvalidInput as refusal:
            blame(form, refusal)
        else:
            say_done(request, _("Saved. What was counted before that day stays."))
            return redirect("program", program_id=row.pk)
    return _page(request, row, policy=form, status=400)


@login_required
@require_POST
def program_policy_withdraw(request: HttpRequest, program_id: int) -> HttpResponse:
    """Take back a change that has not begun."""
    row, user = _seen(request, program_id), user_of(request)
    must(user, "people.change_program", row)
    form = PolicyForm({"in_force_from": request.POST.get("in_force_from", "")})
    form.is_valid()
    day = form.cleaned_data.get("in_force_from")
    try:
        if day is not None:
            withdraw_policy(row, in_force_from=day, actor=user, now=now())
            say_done(request, _("Taken back."))
    except InvalidInput as refusal:
        say_bad(request, str(refusal.errors["in_force_from"][0]))
    return redirect("program", program_id=row.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program_requirement(request: HttpRequest, program_id: int, requirement_id: int | None = None) -> HttpResponse:
    """Ask something of everybody in the program, or change what is asked."""
    row = _seen(request, program_id)
    must(user_of(request), "people.change_program", row)
    asked = asked_rule(_asked(row), requirement_id)
    return rule_page(request, row, asked, about=row.name, back=reverse("program", args=[row.pk]))


def _asked(row: Program) -> QuerySet[Requirement]:
    return Requirement.objects.filter(program=row).order_by("name", "pk")


def _seen(request: HttpRequest, program_id: int) -> Program:
    user = user_of(request)
    found: Program = find(Program.objects.visible_to(user), program_id)
    only_staff(user)
    return found


def _page(request: HttpRequest, row: Program, *, policy: PolicyForm | None = None, status: int = 200) -> HttpResponse:
    user, moment = user_of(request), now()
    today = today_of(user, now=moment)
    asked = [asked_row(one, today=today) for one in _asked(row)]
    live = sum(not one.is_over for one in asked)
    words = ngettext("%(count)d rule beside the goal", "%(count)d rules beside the goal", live)
    context = {
        "program": row,
        "answer": words % {"count": live},
        "policies": policy_rows(row, today=today),
        "asked": asked,
        "policy": policy or PolicyForm.of(row.policy_on(today), latest_today(row, now=moment) + A_DAY),
        "may_change": user.has_perm("people.change_program", row),
        "make_ups": MakeUpForm(program=row),
        "credentials": ProgramCredentialsForm(program=row),
        "lead_with": " · ".join(row.required_credentials),
    }
    return render(request, "programs/page.html", context, status=status)
