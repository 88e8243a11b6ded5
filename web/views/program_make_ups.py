"""Until how long after an absence a program lets it be made up for."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.models import Program
from people.services.booking_rules import booking_rules_of, change_booking_rules
from web.forms.program_make_ups import MakeUpForm
from web.notices import say_bad, say_done
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_POST
def program_make_ups(request: HttpRequest, program_id: int) -> HttpResponse:
    """From now on this many days; what is already made up for stays so."""
    user = user_of(request)
    row: Program = find(Program.objects.visible_to(user), program_id)
    only_staff(user)
    must(user, "people.change_program", row)
    form = MakeUpForm(request.POST, program=row)
    if form.is_valid():
        rules = replace(booking_rules_of(row), make_up_days=form.cleaned_data["make_up_days"])
        change_booking_rules(row, rules, actor=user, now=now())
        say_done(request, _("Saved. It holds from now on."))
    else:
        why = form.errors["make_up_days"][0]
        say_bad(request, _("Days after an absence: %(why)s") % {"why": why})
    return redirect("program", program_id=row.pk)
