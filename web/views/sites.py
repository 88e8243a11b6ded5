"""A site: when it is open, its rooms, and the days on which it is closed."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from people.domain.time import local_date
from people.errors import InvalidInput, Refusal
from people.models import Room, Site
from people.services.closures import import_holidays
from people.services.places import save_room
from people.services.travel import set_travel
from scheduling.services.opening import change_opening_hours
from web import format as figures
from web.forms.ids import id_of
from web.forms.places import HoursForm, RoomForm, WayForm
from web.notices import say_bad, say_done
from web.rows.closures import closure_rows
from web.rows.places import conflict_lines
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """Hours and rooms, to be read by the site's staff and changed by those who manage it."""
    user = user_of(request)
    place: Site = find(Site.objects.visible_to(user), site_id)
    only_staff(user)
    if request.method != "POST":
        return _page(request, place)
    must(user, "people.change_site", place)
    act = {"room": _save_room, "holidays": _propose_holidays, "way": _save_way}.get(
        request.POST.get("do", ""), _save_hours
    )
    return act(request, place)


def _save_way(request: HttpRequest, place: Site) -> HttpResponse:
    others = _others(request, place)
    form = WayForm(request.POST, others=others)
    if not form.is_valid():
        return _page(request, place, way=form, status=400)
    other = next(one for one in others if str(one.pk) == form.cleaned_data["other"])
    set_travel(place, other, minutes=form.cleaned_data["minutes"], actor=user_of(request), now=now())
    say_done(request, _("Saved."))
    return redirect("site", site_id=place.pk)


def _others(request: HttpRequest, place: Site) -> list[Site]:
    """The other sites that the account manages, and so may say the way to."""
    managed = user_of(request).scope.managed_site_ids
    return list(Site.objects.filter(pk__in=managed).exclude(pk=place.pk).order_by("name", "pk"))


def _propose_holidays(request: HttpRequest, place: Site) -> HttpResponse:
    moment = now()
    try:
        year = local_date(moment, place.zone).year
        added = sum(import_holidays(place, year=one, actor=user_of(request), now=moment) for one in (year, year + 1))
    except InvalidInput as refusal:
        say_bad(request, refusal.detail)
    else:
        words = ngettext("%(count)d holiday to decide on.", "%(count)d holidays to decide on.", added)
        say_done(request, words % {"count": added} if added else _("No holiday is new."))
    return redirect("site", site_id=place.pk)


def _save_hours(request: HttpRequest, place: Site) -> HttpResponse:
    form = HoursForm(request.POST, site=place)
    if not form.is_valid():
        return _page(request, place, hours=form, status=400)
    try:
        _site, back = change_opening_hours(place, form.hours, actor=user_of(request), now=now())
    except Refusal as refusal:
        errors = refusal.errors.values() if isinstance(refusal, InvalidInput) else [[refusal.detail]]
        for sentences in errors:
            form.add_error(None, [str(sentence) for sentence in sentences])
        return _page(request, place, hours=form, conflicts=conflict_lines(refusal), status=refusal.status)
    words = ngettext("%(count)d session is back.", "%(count)d sessions are back.", len(back)) % {"count": len(back)}
    say_done(request, f"{_('Saved.')} {words if back else ''}".strip())
    return redirect("site", site_id=place.pk)


def _save_room(request: HttpRequest, place: Site) -> HttpResponse:
    named = request.POST.get("room", "")
    room = find(place.rooms.all(), id_of(named) or 0) if named else None
    form = RoomForm(request.POST, room=room)
    if form.is_valid():
        said = form.cleaned_data
        active = said["active"] if room is not None else True
        try:
            save_room(
                place, room, name=said["name"], seats=said["seats"], active=active, actor=user_of(request), now=now()
            )
        except InvalidInput as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentences)
        else:
            say_done(request, _("Saved."))
            return redirect("site", site_id=place.pk)
    return _page(request, place, room=(room, form), status=400)


def _page(
    request: HttpRequest,
    place: Site,
    *,
    hours: HoursForm | None = None,
    room: tuple[Room | None, RoomForm] | None = None,
    conflicts: list[str] | None = None,
    way: WayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    changed, form = room or (None, None)
    rooms, others = list(place.rooms.all()), _others(request, place)
    open_days = sum(bool(place.opening_hours.get(str(day))) for day in range(7))
    days = ngettext("Open on %(count)d day a week", "Open on %(count)d days a week", open_days) % {"count": open_days}
    context: dict[str, Any] = {
        "site": place,
        "answer": days if open_days else _("Always open"),
        "hours": hours or HoursForm(site=place),
        "conflicts": conflicts or [],
        "rooms": [
            (one, form if form is not None and changed is not None and changed.pk == one.pk else RoomForm(room=one))
            for one in rooms
        ],
        "closures": closure_rows(place, today=local_date(now(), place.zone)),
        "new_room": form if form is not None and changed is None else RoomForm(),
        "may_change": user.has_perm("people.change_site", place),
        "shows_history": place.pk in user.scope.site_ids,
        "ways": _ways(place),
        "way": way or (WayForm(others=others) if others else None),
    }
    return render(request, "sites/page.html", context, status=status)


def _ways(place: Site) -> list[tuple[str, str]]:
    """Each other site with the time that it takes."""
    minutes = dict(place.ways)
    names = Site.objects.filter(pk__in=minutes).order_by("name", "pk").values_list("pk", "name")
    return [(name, figures.minutes(minutes[pk])) for pk, name in names]
