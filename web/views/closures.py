"""Closing a site: looked at first, then done; and opening it again."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from people.enums import ClosureKind, ClosureState, Look
from people.errors import InvalidInput
from people.models import Site, SiteClosure
from people.services.closures import fields_of
from people.services.looks import record_looks
from scheduling.enums import SessionState
from scheduling.errors import PreviewOutdated
from scheduling.services.closure_preview import ClosurePreview, preview_closure
from scheduling.services.closures import close_site, lift_closure
from web.forms.ids import ids_of
from web.forms.places import ClosureForm
from web.forms.refusals import blame
from web.notices import say_done
from web.rows.closures import closure_view, days_of
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def closure_new(request: HttpRequest, site_id: int) -> HttpResponse:
    """A closure of a site; nothing is written before its consequences were shown."""
    place = _site(request, site_id)
    said = request.POST if request.method == "POST" else request.GET if "starts_on" in request.GET else None
    return _look_or_close(request, place, None, ClosureForm(said))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def closure(request: HttpRequest, site_id: int, closure_id: int) -> HttpResponse:
    """One that stands or is proposed: changed, decided on, or lifted."""
    place = _site(request, site_id)
    row: SiteClosure = find(SiteClosure.objects.filter(site=place).select_related("site"), closure_id)
    if request.method == "POST" and request.POST.get("do") == "lift":
        return _lift(request, row)
    kept = {name: value for name, value in vars(fields_of(row)).items() if name != "kind"}
    said = request.POST if request.method == "POST" else request.GET if "starts_on" in request.GET else None
    form = ClosureForm(said, initial=kept) if said is not None else ClosureForm(_as_sent(ClosureForm(initial=kept)))
    return _look_or_close(request, place, row, form)


def _site(request: HttpRequest, site_id: int) -> Site:
    user = user_of(request)
    place: Site = find(Site.objects.visible_to(user), site_id)
    only_staff(user)
    must(user, "people.change_site", place)
    return place


def _as_sent(form: ClosureForm) -> dict[str, Any]:
    """What the form would send unchanged."""
    sent = {field.name: field.value() for field in form}
    return {name: value for name, value in sent.items() if value not in (None, "", False)}


def _look_or_close(request: HttpRequest, place: Site, row: SiteClosure | None, form: ClosureForm) -> HttpResponse:
    user, moment = user_of(request), now()
    preview, status, notice = None, 200, ""
    if form.is_bound and form.is_valid():
        fields = form.fields_for(row.kind if row is not None else ClosureKind.CLOSURE)
        try:
            if request.POST.get("step") == "apply":
                shown = ids_of(request.POST.get("confirmed", ""))
                restore = request.POST.get("restore") == "1"
                close_site(place, fields, actor=user, now=moment, confirmed=shown, closure=row, restore=restore)
                say_done(request, _("Closed: %(days)s.") % {"days": days_of(fields)})
                return redirect("site", site_id=place.pk)
            preview = preview_closure(place, fields, now=moment, closure=row)
        except InvalidInput as refusal:
            blame(form, refusal)
        except PreviewOutdated as refusal:
            preview, status = refusal.data.get("preview"), 409
            notice = _("%(why)s. Nothing was saved; look again.") % {"why": refusal.title}
    if form.is_bound and form.errors:
        status = 400
    if preview is not None:
        record_looks(Look.PATIENT, preview.patients, actor=user, now=moment)
    return _page(request, place, row, form, preview, status=status, notice=notice)


def _lift(request: HttpRequest, row: SiteClosure) -> HttpResponse:
    restore = request.POST.get("restore") == "1"
    back = lift_closure(row, actor=user_of(request), now=now(), restore=restore)
    words = ngettext("%(count)d session is back.", "%(count)d sessions are back.", len(back)) % {"count": len(back)}
    say_done(request, f"{_('Open: %(days)s.') % {'days': days_of(row)}} {words if back else ''}".strip())
    return redirect("site", site_id=row.site_id)


def _page(
    request: HttpRequest,
    place: Site,
    row: SiteClosure | None,
    form: ClosureForm,
    preview: ClosurePreview | None,
    *,
    status: int,
    notice: str,
) -> HttpResponse:
    view = closure_view(preview) if preview is not None else None
    stands = row is not None and row.state == ClosureState.IN_FORCE
    gone = row.sessions.filter(state=SessionState.CANCELLED, starts_at__gt=now()).count() if row and stands else 0
    answer = view.answer if view is not None else _("When is it closed?")
    as_it_is = stands and preview is not None and row is not None and preview.fields == fields_of(row)
    if as_it_is and row is not None and view is not None and not view.sessions:
        answer = _("Closed: %(days)s") % {"days": days_of(row)}
    context = {
        "site": place,
        "row": row,
        "stands": stands,
        "as_it_is": as_it_is,
        "proposed": row is not None and row.state == ClosureState.PROPOSED,
        "gone": gone,
        "answer": answer,
        "form": form,
        "view": view,
        "sent": [(field.html_name, field.value()) for field in form if field.value()] if view is not None else [],
        "notice": notice,
    }
    return render(request, "sites/closure.html", context, status=status)
