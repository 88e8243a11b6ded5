"""Who may lead a program's sessions."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.errors import InvalidInput
from people.models import Program
from people.services.counselors import require_credentials
from web.forms.program_credentials import ProgramCredentialsForm
from web.notices import say_bad, say_done
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_POST
def program_credentials(request: HttpRequest, program_id: int) -> HttpResponse:
    """From now on these are asked for; what is planned stays as it is."""
    user = user_of(request)
    row: Program = find(Program.objects.visible_to(user), program_id)
    only_staff(user)
    must(user, "people.change_program", row)
    form = ProgramCredentialsForm(request.POST, program=row)
    try:
        if not form.is_valid():
            raise InvalidInput({"required_credentials": _("A credential is a short code, such as LAC.")})
        codes = form.cleaned_data["required_credentials"]
        require_credentials(row, codes, foci=form.of_foci(), actor=user, now=now())
    except InvalidInput as refused:
        say_bad(request, str(refused.detail))
    else:
        say_done(request, _("Saved. New sessions are held against this."))
    return redirect("program", program_id=row.pk)
