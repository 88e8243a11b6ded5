"""A session's roster: everybody here with one button, then the exceptions, then the signature."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance.errors import Stale
from attendance.queries import roster_of, roster_rows, roster_stamp
from attendance.services.roster import mark_all_present, save_rows, sign_roster
from people.enums import Look
from people.errors import InvalidInput, Refusal
from people.services.looks import record_look
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.queries import for_display
from scheduling.services.telehealth import open_links
from web import format as figures
from web.forms.roster import Marks, read_marks
from web.notices import say_bad, say_done
from web.rows.excuses import excuse_sources, excuses_of
from web.rows.roster import RosterView, all_here, roster_view
from web.rows.sessions import described, times_of
from web.views.staff import find, must, now, today_of, user_of

LONGEST_VERSION = 18


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, session_id: int) -> HttpResponse:
    """Look at it (recorded), or send marks: `do` is save, all (everybody else is here) or sign.

    A script asks for JSON and sends the rows that changed; without one the whole form comes at once, with the version
    that it was made from.
    """
    session = find(for_display(Session.objects.visible_to(user_of(request))), session_id)
    must(user_of(request), "attendance.see_roster", session)
    if request.method != "POST":
        record_look(Look.ROSTER, session, actor=user_of(request), now=now())
        return _page(request, session)
    must(user_of(request), "attendance.take_roster", session)
    marks = read_marks(request.POST, session, whole="version" in request.POST)
    by_script = request.accepts("application/json") and not request.accepts("text/html")
    try:
        _do(request, session, marks)
    except InvalidInput as refused:
        marks.blame(refused)
        if by_script:
            return JsonResponse({"errors": marks.errors}, status=400)
        return _page(request, session, marks=marks, status=400)
    except Refusal as refused:
        signing = request.POST.get("do") == "sign"
        if signing or not by_script:  # a script that signs shows the page again
            say_bad(request, _why(refused))
        if by_script:
            return JsonResponse({"detail": _why(refused), "code": refused.code}, status=refused.status)
        return redirect("roster", session_id=session.pk)
    return _saved(request, session) if by_script else redirect("roster", session_id=session.pk)


def _do(request: HttpRequest, session: Session, marks: Marks) -> None:
    """Save what was sent, then do what was asked for. Raises InvalidInput for marks that cannot be read."""
    moment, actor = now(), user_of(request)
    if marks.errors:
        raise InvalidInput({})
    if marks.rows:
        save_rows(session, marks.rows, actor=actor, now=moment, expected_version=_version(request))
    asked = request.POST.get("do", "save")
    if asked == "all":
        mark_all_present(session, actor=actor, now=moment)
    elif asked == "sign":
        must(actor, "attendance.sign_roster", session)
        sign_roster(session, actor=actor, now=moment)
        say_done(request, _("The roster is signed."))


def _version(request: HttpRequest) -> int | None:
    """The version that the whole form was made from; a script sends single rows, and none."""
    text = request.POST.get("version", "")
    return int(text[:LONGEST_VERSION]) if text.isascii() and text.isdigit() else None


def _why(refused: Refusal) -> str:
    if isinstance(refused, Stale):
        return _("Somebody else has changed this roster meanwhile. Look it over, and mark again what is missing.")
    return str(refused.detail)


def _page(request: HttpRequest, session: Session, *, marks: Marks | None = None, status: int = 200) -> HttpResponse:
    context = {
        **_heading(request, session),
        **_sheet(request, session, marks=marks),
        "stamp": roster_stamp(session, now=now()),
        "back": _way_back(request, session),
        "join_url": session.telehealth_url if open_links([session], user_of(request), now=now()) else "",
        "cover_url": _cover_url(request, session),
    }
    return render(request, "roster/page.html", context, status=status)


def _way_back(request: HttpRequest, session: Session) -> tuple[str, str]:
    """Where the roster was opened from, with its name: a counselor's today, for others the schedule of its week."""
    if user_of(request).scope.counselor_id is not None:
        return reverse("today"), _("Today")
    day = session.starts_at.astimezone(session.site.zone).date()
    return f"{reverse('schedule')}?week={day.isoformat()}&site={session.site_id}", _("Schedule")


def _cover_url(request: HttpRequest, session: Session) -> str:
    """Where somebody else is found to lead it; nothing once it has begun, or where it is none of one's business."""
    ahead = session.state == SessionState.SCHEDULED and session.starts_at > now()
    may = ahead and user_of(request).has_perm("scheduling.cover_session", session)
    return reverse("session-cover", args=[session.pk]) if may else ""


def _saved(request: HttpRequest, session: Session) -> JsonResponse:
    """What a script needs to show the roster as it now stands."""
    at = figures.clock(now(), zone=session.site.zone)
    return JsonResponse({**as_it_stands(request, session), "saved": _("Saved %(time)s") % {"time": at}})


def as_it_stands(request: HttpRequest, session: Session) -> dict[str, Any]:
    """The roster for a script that has it on the screen: its version and stamp, and the sheet to take parts from."""
    stamp = roster_stamp(session, now=now())
    context = _sheet(request, session)
    return {
        "version": context["sheet"].version,
        "stamp": stamp,
        "signed": bool(context["sheet"].signed),
        "html": render_to_string("roster/_sheet.html", context, request),
    }


def _sheet(request: HttpRequest, session: Session, *, marks: Marks | None = None) -> dict[str, Any]:
    sheet = roster_view(
        session,
        roster_of(session),
        roster_rows(session, now=now()),
        may_take=session.is_live and user_of(request).has_perm("attendance.take_roster", session),
        viewer_id=user_of(request).pk,
        now=now(),
        errors=marks.errors if marks else None,
        typed=marks.typed if marks else None,
    )
    return {
        "session": session,
        "sheet": sheet,
        "all_here": all_here(sheet.total),
        "excuses": excuses_of(session),
        "sources": excuse_sources(),
        "next": _next(session, sheet),
    }


def _next(session: Session, sheet: RosterView) -> dict[str, str]:
    """What the bar at the foot says is to be done, and whom it leads to."""
    if sheet.unmarked:
        first = sheet.unmarked[0]
        said = _("Mark %(name)s, then sign.") % {"name": first.name}
        if len(sheet.unmarked) > 1:
            said = _("%(count)d people are still to mark.") % {"count": len(sheet.unmarked)}
        go = _("Go to %(name)s") % {"name": first.name.partition(" ")[0]}
        return {"said": said, "go": go, "key": str(first.key)}
    if not sheet.is_over:
        over = figures.clock(session.ends_at, zone=session.site.zone)
        return {"said": _("Everybody is marked. Sign once it is over, at %(time)s.") % {"time": over}}
    return {"said": _("Everybody is marked.")}


def _heading(request: HttpRequest, session: Session) -> dict[str, object]:
    on = session.starts_at.astimezone(session.site.zone).date()
    day = figures.relative_day(on, today=today_of(user_of(request), now=now()))
    times = times_of(session, spaced=True)
    return {
        "heading": _("%(day)s, %(times)s") % {"day": day, "times": times},
        "described": described(session, with_counselors=True),
        "cancelled": not session.is_live,
    }
