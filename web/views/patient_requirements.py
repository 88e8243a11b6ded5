"""What is asked of one person beside the goal."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from attendance.models import Requirement
from attendance.queries.requirements import judged_requirements
from people.domain.time import local_date
from people.enums import Look
from people.queries import latest_admission
from people.services.looks import record_look
from web.rows.programs import asked_row
from web.rows.requirement_cards import card_of
from web.views.rule_page import asked_rule, rule_page
from web.views.staff import must, now, seen_person, user_of


@login_required
@require_safe
def patient_requirements(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Each rule on its own card, the program's among them; the look is recorded."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    admission = latest_admission(person)
    judged = judged_requirements(admission, now=moment) if admission else []
    today = local_date(moment, admission.zone) if admission else moment.date()
    own = [asked_row(one.requirement, today=today) for one in judged if one.requirement.admission_id]
    words = ngettext("%(count)d rule beside the goal", "%(count)d rules beside the goal", len(judged))
    context = {
        "person": person,
        "admission": admission,
        "answer": words % {"count": len(judged)},
        "cards": [card_of(one) for one in judged],
        "own": own,
        "may_change": admission is not None and user.has_perm("people.change_plan", admission),
    }
    return render(request, "patients/requirements.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_requirement(request: HttpRequest, patient_id: int, requirement_id: int | None = None) -> HttpResponse:
    """Ask something of one person, or change what is asked."""
    person, user = seen_person(request, patient_id), user_of(request)
    must(user, "people.change_plan", person)
    rows = Requirement.objects.filter(admission__patient=person).select_related("admission__program")
    asked = asked_rule(rows, requirement_id)
    owner = asked.admission if asked is not None else latest_admission(person)
    back = reverse("patient-requirements", args=[person.pk])
    if owner is None:
        return redirect(back)
    must(user, "people.change_plan", owner)
    return rule_page(request, owner, asked, about=person.name, back=back)
