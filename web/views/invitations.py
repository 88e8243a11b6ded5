"""Answering an invitation by its link: no account, no name, nothing but when and where."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people.errors import Refusal
from scheduling.enums import InvitationState, Mode
from scheduling.models import Invitation
from scheduling.services.invitations import answer, by_link
from scheduling.services.telehealth import is_open, opens_later
from web import format as figures
from web.notices import say_bad
from web.rows.sessions import day_of, times_of

ANSWERS = {"yes": True, "no": False}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Shows when and where; POST answers yes or no. A link that leads nowhere any more is no link (404)."""
    found = by_link(token, now=timezone.now())
    if found is None:
        raise Http404
    with translation.override(found.member.language):
        if request.method == "POST":
            return _answer(request, found, token)
        return render(request, "invitations/page.html", _context(found))


def _answer(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    if request.POST.get("answer") not in ANSWERS:
        say_bad(request, _("Choose yes or no."))
        return redirect("invitation", token=token)
    try:
        answer(found, coming=ANSWERS[request.POST["answer"]], now=timezone.now())
    except Refusal as refused:
        say_bad(request, f"{refused.detail}.")
    return redirect("invitation", token=token)


def _context(found: Invitation) -> dict[str, object]:
    session, now = found.session, timezone.now()
    near, by_video = is_open(session, now=now), session.mode == Mode.TELEHEALTH
    parts = (session.site.directions, session.room.name if session.room else "")
    return {
        "when": f"{figures.short_day(day_of(session))}, {times_of(session)}",
        "by_video": by_video,
        "place": session.site.address,
        "note": "" if by_video else ", ".join(part for part in parts if part),
        "phone": session.site.phone,
        "state": found.state,
        "answered": found.state != InvitationState.ASKED,
        "coming": found.state == InvitationState.COMING,
        "has_begun": now >= session.starts_at,
        "opens_later": opens_later(session, now=now),
        "join_url": session.telehealth_url if near and found.state == InvitationState.COMING else "",
    }
