"""What is done about a flag from its page, and a contact noted on a person's record."""

from collections.abc import Callable

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attendance.models import Flag
from attendance.queries import flags_for_display
from attendance.services.outreach import acknowledge, add_note, assign, note_contact, resolve
from people.errors import Refusal
from people.models import User
from web.forms.flags import AssignForm, ContactForm, ResolveForm
from web.notices import say_bad, say_done
from web.views.staff import find, must, now, seen_person, user_of


@login_required
@require_POST
def flag_acknowledge(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Somebody has seen it."""
    flag, user = _flag(request, flag_id), user_of(request)
    return _do(request, flag, lambda: acknowledge(flag, actor=user, now=now()), _("Noted that you have seen it."))


@login_required
@require_POST
def flag_assign(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Give it to somebody, or back."""
    flag, user = _flag(request, flag_id), user_of(request)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return _blame(request, flag, form)
    wanted = form.cleaned_data["assigned_to"]
    assignee: User | None = find(User.objects.all(), wanted) if wanted else None
    said = _("It is with %(name)s now.") % {"name": assignee.name} if assignee else _("It is with nobody now.")
    return _do(request, flag, lambda: assign(flag, assignee, actor=user, now=now()), said)


@login_required
@require_POST
def flag_note(request: HttpRequest, flag_id: int) -> HttpResponse:
    """A contact or a note about it."""
    flag, user = _flag(request, flag_id), user_of(request)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _blame(request, flag, form)
    said = form.cleaned_data
    return _do(
        request,
        flag,
        lambda: add_note(flag, said["text"], kind=said["kind"], outcome=said["outcome"], actor=user, now=now()),
        _("Noted."),
    )


@login_required
@require_POST
def flag_resolve(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Settle it, with a reason."""
    flag, user = _flag(request, flag_id), user_of(request)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return _blame(request, flag, form)
    reason = form.cleaned_data["reason"]
    return _do(request, flag, lambda: resolve(flag, reason, actor=user, now=now()), _("It is settled."))


@login_required
@require_POST
def patient_contact(request: HttpRequest, patient_id: int) -> HttpResponse:
    """A contact or a note about a person, whether or not a flag stands."""
    user = user_of(request)
    person = seen_person(request, patient_id)
    must(user, "attendance.note_contact", person)
    form = ContactForm(request.POST)
    if not form.is_valid():
        _say_errors(request, form)
        return redirect("patient", patient_id=person.pk)
    said = form.cleaned_data
    try:
        note_contact(person, kind=said["kind"], outcome=said["outcome"], text=said["text"], actor=user, now=now())
    except Refusal as refused:
        say_bad(request, str(refused.detail))
    else:
        say_done(request, _("Noted."))
    return redirect("patient", patient_id=person.pk)


def _flag(request: HttpRequest, flag_id: int) -> Flag:
    """A flag that the account sees and may act on."""
    user = user_of(request)
    flag: Flag = find(flags_for_display(user), flag_id)
    must(user, "attendance.act_on_flag", flag)
    return flag


def _do(request: HttpRequest, flag: Flag, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except Refusal as refused:
        say_bad(request, _("Nothing was changed. %(why)s") % {"why": str(refused.detail)})
    else:
        say_done(request, said)
    return _back(request, flag)


def _blame(request: HttpRequest, flag: Flag, form: forms.Form) -> HttpResponse:
    _say_errors(request, form)
    return _back(request, flag)


def _say_errors(request: HttpRequest, form: forms.Form) -> None:
    words = " ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items())
    say_bad(request, _("Nothing was changed. %(why)s") % {"why": words})


def _back(request: HttpRequest, flag: Flag) -> HttpResponse:
    """The list as it was, at the flag."""
    back = request.POST.get("back", "")
    home = reverse("flags")
    same = back.startswith(home) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(f"{back if same else home}#flag-{flag.pk}")
