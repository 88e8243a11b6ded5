"""What is asked of one person beside the goal."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from attendance.models import Requirement
from attendance.queries.requirements import judged_requirements
from attendance.services.requirements import add_requirement, change_requirement
from people.domain.time import local_date
from people.enums import Look
from people.errors import InvalidInput
from people.models import Admission, Patient
from people.services.looks import record_look
from web.forms.refusals import blame
from web.forms.requirements import RequirementForm
from web.notices import say_done
from web.rows.programs import asked_row
from web.rows.requirement_cards import card_of
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_safe
def patient_requirements(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Each rule on its own card, the program's among them; the look is recorded."""
    person, user, moment = _seen(request, patient_id), user_of(request), now()
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    admission = _admission(person)
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
    person, user = _seen(request, patient_id), user_of(request)
    admission = _admission(person)
    must(user, "people.change_plan", person)
    rows = Requirement.objects.filter(admission__patient=person).select_related("admission__program")
    asked: Requirement | None = find(rows, requirement_id) if requirement_id else None
    owner = asked.admission if asked is not None else admission
    if owner is None:
        return redirect("patient-requirements", patient_id=person.pk)
    must(user, "people.change_plan", owner)
    form = RequirementForm(request.POST or None, program=owner.program, row=asked)
    if request.method == "POST" and form.is_valid():
        try:
            if asked is None:
                add_requirement(owner, form.rule, actor=user, now=now())
            else:
                change_requirement(asked, form.rule, actor=user, now=now())
        except InvalidInput as refusal:
            blame(form, refusal)
        else:
            say_done(request, _("Saved. Weeks that are closed keep what was asked then."))
            return redirect("patient-requirements", patient_id=person.pk)
    context = {"form": form, "asked": asked, "about": person.name, "person": person}
    return render(request, "programs/requirement.html", context, status=400 if form.errors else 200)


def _seen(request: HttpRequest, patient_id: int) -> Patient:
    user = user_of(request)
    person: Patient = find(Patient.objects.visible_to(user), patient_id)
    only_staff(user)
    return person


def _admission(person: Patient) -> Admission | None:
    rows = Admission.objects.filter(patient=person).select_related("site", "program")
    return rows.order_by("-admitted_on", "-pk").first()
