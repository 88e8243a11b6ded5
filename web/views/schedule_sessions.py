"""One session of the schedule: made, changed, moved or called off, always looked at first."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from people.domain.time import parse_wall, resolve_wall, to_wall
from people.errors import Refusal
from people.models import Program, Site, User
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.queries import for_display
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import create_session
from scheduling.services.slots import open_to_all
from web import format as figures
from web.forms.schedule_edit import SessionForm, breaks_text
from web.notices import say_done
from web.rows.series_preview import moment as moment_of
from web.rows.sessions import counselors_of, day_of, described, times_of
from web.views.schedule_edits import answer_edit, refused, session_edit, show_errors, week_address
from web.views.staff import find, must, now, staff_page, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """The session's form; a POST shows what it would do, and the page that follows does it."""
    user, moment = user_of(request), now()
    session: Session = find(for_display(Session.objects.visible_to(user)), session_id)
    must(user, "scheduling.change_session", session)
    back = week_address(session.site, session.starts_at) + (
        "&view=hours" if request.POST.get("view") == "hours" else ""
    )
    options: dict[str, Any] = {
        "program": session.program,
        "site": session.site,
        "of_series": session.series_id is not None,
        "initial": _initial(session),
    }
    if request.method != "POST":
        return _page(request, session, SessionForm(**options), back=back, over=_is_over(session, moment))
    if request.POST.get("do") == "open":
        open_to_all(session, actor=user, now=moment)
        say_done(request, _("Everybody in the program may book it now."))
        return redirect("schedule-session", session_id=session.pk)
    left_out = request.POST.get("without_clashing") == "1"
    try:
        if request.POST.get("do") == "cancel":
            reason = request.POST.get("reason", "").replace("\x00", "")[:300]
            edit = SeriesEdit(Scope.THIS, occurrence=session.occurrence_local, cancel=True, reason=reason)
            return answer_edit(request, edit, series=session.series, session=session, back=back)
        form = SessionForm(_filled(request, session), **options)
        if not form.is_valid():
            return _page(request, session, form, back=back, over=False, status=400)
    except Refusal as refusal:
        return refused(request, refusal, back)
    try:
        edit = session_edit(form, session, without_clashing=left_out)
        return answer_edit(request, edit, series=session.series, session=session, back=back)
    except Refusal as refusal:
        show_errors(form, refusal)
        return _page(request, session, form, back=back, over=False, status=400)


def _filled(request: HttpRequest, session: Session) -> Any:
    """What was sent; a drag sends only what it moved, and the rest is as it is."""
    if request.POST.get("only") != "moved":
        return request.POST
    sent = request.POST.copy()
    for name, value in _initial(session).items():
        if name in sent or name in {"on", "at"} or (name == "counselors" and "counselors_named" in sent):
            continue
        if isinstance(value, list):
            sent.setlist(name, value)
        else:
            sent[name] = breaks_text(value) if name == "breaks" else str(value)
    return sent


def _initial(session: Session) -> dict[str, Any]:
    local = to_wall(session.starts_at, session.site.zone)
    minute = timedelta(minutes=1)
    return {
        "scope": Scope.THIS.value,
        "on": local.date(),
        "at": local.time(),
        "duration_minutes": (session.ends_at - session.starts_at) // minute,
        "breaks": tuple(
            ((pause.start - session.starts_at) // minute, (pause.end - pause.start) // minute)
            for pause in session.break_intervals
        ),
        "title": session.title,
        "kind": session.kind,
        "focus": session.focus,
        "capacity": session.capacity,
        "room": str(session.room_id or ""),
        "counselors": [str(one.pk) for one in session.counselors.all()],
        "mode": session.mode,
    }


def _is_over(session: Session, moment: Any) -> bool:
    return session.state != SessionState.SCHEDULED or session.starts_at <= moment


def _page(
    request: HttpRequest, session: Session, form: SessionForm, *, back: str, over: bool, status: int = 200
) -> HttpResponse:
    context = {
        "session": session,
        "heading": f"{figures.short_day(day_of(session))}, {times_of(session)}",
        "described": " · ".join(part for part in (session.title, described(session), counselors_of(session)) if part),
        "seats": _("%(taken)d of %(seats)d seats taken") % {"taken": session.seats_taken, "seats": session.capacity},
        "form": form,
        "over": over,
        "kept_for": session.caseload_of.short_name if session.caseload_of else "",
        "opens_at": _opens_at(session),
        "back": back,
        "series_url": reverse("schedule-series", args=[session.series_id]) if session.series_id else "",
        "roster_url": reverse("roster", args=[session.pk]),
    }
    return render(request, "schedule/session.html", context, status=status)


def _opens_at(session: Session) -> str:
    """When what is kept for a counselor's people opens by itself; nothing where it does not."""
    hours = session.program.slots_open_before_hours
    return moment_of(session.starts_at - timedelta(hours=hours), session.site.zone) if hours is not None else ""


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_session_new(request: HttpRequest) -> HttpResponse:
    """A session of no series."""
    user = user_of(request)
    must(user, "scheduling.change_session")
    program, site, places = place_of_new(request, user)
    if program is None or site is None:
        return render(request, "schedule/new.html", {"places": places, "what": "session"})
    options: dict[str, Any] = {"program": program, "site": site, "of_series": False}
    first = {"duration_minutes": 180, "breaks": ((90, 15),), "capacity": 12, "on": request.GET.get("on", "")}
    form = SessionForm(request.POST or None, initial=first, **options)
    if request.method == "POST" and form.is_valid():
        start = resolve_wall(parse_wall(form.starts_at_local), site.zone)
        minute = timedelta(minutes=1)
        common = form.offered()
        length, breaks = common.pop("duration_minutes"), common.pop("breaks")
        fields = SessionFields(
            program=program,
            site=site,
            starts_at=start,
            ends_at=start + length * minute,
            breaks=tuple((start + after * minute, start + (after + pause) * minute) for after, pause in breaks),
            **common,
        )
        try:
            reason = form.cleaned_data["override_reason"]
            create_session(fields, actor=user, now=now(), override_reason=reason)
        except Refusal as refusal:
            show_errors(form, refusal)
        else:
            say_done(request, _("The session is on the schedule."))
            return redirect(week_address(site, start))
    status = 400 if form.errors else 200
    context = {"form": form, "places": places, "program": program, "site": site, "what": "session"}
    return render(request, "schedule/new.html", context, status=status)


def place_of_new(request: HttpRequest, user: User) -> tuple[Program | None, Site | None, list[dict[str, Any]]]:
    """Where something new is to be: the program and the site of the address, else the first that one manages."""
    rows = (
        Program.sites.through.objects.filter(site_id__in=user.scope.managed_site_ids)
        .select_related("program", "site")
        .order_by("site__name", "program__name")
    )
    pairs = [(row.program, row.site) for row in rows]
    asked = {name: _number(request.GET.get(name)) for name in ("program", "site")}
    fitting = [pair for pair in pairs if asked["program"] in (None, pair[0].pk) and asked["site"] in (None, pair[1].pk)]
    chosen = next(iter(fitting), (None, None))
    places = [
        {
            "name": f"{program.name} · {site.name}",
            "query": f"?program={program.pk}&site={site.pk}",
            "is_chosen": (program, site) == chosen,
        }
        for program, site in pairs
    ]
    return chosen[0], chosen[1], places if len(places) > 1 else []


def _number(text: str | None) -> int | None:
    if not text or not (text.isascii() and text.isdigit()) or len(text) > 18:
        return None
    return int(text)
