"""Entering and changing a rule beside the goal, the program's or one person's."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from attendance.models import Requirement
from attendance.services.requirements import add_requirement, change_requirement
from people.errors import InvalidInput
from people.models import Admission, Program
from web.forms.refusals import blame
from web.forms.requirements import RequirementForm
from web.notices import say_done
from web.views.staff import find, now, user_of


def asked_rule(rows: QuerySet[Requirement], requirement_id: int | None) -> Requirement | None:
    """The rule that the address names; None where it is about a new one. Raises Http404."""
    found: Requirement | None = find(rows, requirement_id) if requirement_id else None
    return found


def rule_page(
    request: HttpRequest, owner: Admission | Program, asked: Requirement | None, *, about: str, back: str
) -> HttpResponse:
    """The form; a POST keeps the rule and goes `back`."""
    program = owner if isinstance(owner, Program) else owner.program
    form = RequirementForm(request.POST or None, program=program, row=asked)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": user_of(request), "now": now()}
        try:
            if asked is None:
                add_requirement(owner, form.rule, **said)
            else:
                change_requirement(asked, form.rule, **said)
        except InvalidInput as refusal:
            blame(form, refusal)
        else:
            say_done(request, _("Saved. Weeks that are closed keep what was asked then."))
            return redirect(back)
    context = {"form": form, "asked": asked, "about": about, "back": back}
    return render(request, "programs/requirement.html", context, status=400 if form.errors else 200)
