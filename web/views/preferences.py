"""Language and reminders."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notifications.models import NotificationPreference
from notifications.queries import preference_of
from notifications.services.preferences import change_preference
from people.models import Patient, User
from people.services.accounts import change_account
from web.forms.preferences import LanguageForm, PreferencesForm
from web.notices import say_done
from web.patients.visit import Visit, patient_page
from web.views.staff import now, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """A patient's language and reminders; the language alone for the staff. Anybody else finds nothing."""
    user = user_of(request)
    if user.is_clinic_staff and not Patient.objects.filter(user=user).exists():
        return _of_staff(request, user)
    return _of_patient(request)


@patient_page
def _of_patient(request: HttpRequest, visit: Visit) -> HttpResponse:
    """How the person wants to be told, and in which language."""
    kept = preference_of(visit.patient)
    if request.method != "POST":
        initial = {name: getattr(kept, name) for name in ("email_enabled", "quiet_from", "quiet_until")}
        form = PreferencesForm(initial={**initial, "language": visit.user.language})
        return render(request, "preferences/page.html", _context(visit, form, kept))
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return render(request, "preferences/page.html", _context(visit, form, kept), status=400)
    _save(visit, form)
    return _saved(request, form)


def _of_staff(request: HttpRequest, user: User) -> HttpResponse:
    if request.method != "POST":
        form = LanguageForm(initial={"language": user.language})
        return render(request, "preferences/language.html", {"form": form})
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return render(request, "preferences/language.html", {"form": form}, status=400)
    change_account(user, name=user.name, language=form.cleaned_data["language"], actor=user, now=now())
    return _saved(request, form)


def _saved(request: HttpRequest, form: LanguageForm) -> HttpResponse:
    with translation.override(form.cleaned_data["language"]):
        say_done(request, _("Saved."))
    return redirect("preferences")


def _save(visit: Visit, form: PreferencesForm) -> None:
    wanted = form.cleaned_data
    change_account(visit.user, name=visit.user.name, language=wanted["language"], actor=visit.user, now=visit.now)
    change_preference(
        visit.patient,
        email_enabled=wanted["email_enabled"],
        quiet_from=wanted["quiet_from"],
        quiet_until=wanted["quiet_until"],
        actor=visit.user,
        now=visit.now,
    )


def _context(visit: Visit, form: PreferencesForm, kept: NotificationPreference) -> dict[str, object]:
    address = visit.patient.email
    return {"form": form, "is_reminded": bool(kept.email_enabled and address), "address": address}
