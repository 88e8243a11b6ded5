"""Language and reminders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notifications.models import NotificationPreference
from notifications.queries import preference_of
from notifications.services.preferences import change_preference
from people.services.accounts import change_account
from web.forms.preferences import PreferencesForm
from web.notices import say_done
from web.patients.visit import Visit, patient_page


@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, visit: Visit) -> HttpResponse:
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
