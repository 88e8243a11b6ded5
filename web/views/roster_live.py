"""A roster that is open on two screens: each asks every few seconds whether the other changed anything."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from attendance.queries import roster_stamp
from people.enums import Look
from people.models import TrailEntry
from people.services.looks import record_look
from scheduling.models import Session
from scheduling.queries import for_display
from web.views.roster import as_it_stands
from web.views.staff import find, must, now, user_of

ONE_LOOK = timedelta(hours=12)
"""A page that stays open is one look; without one recorded so lately, what is shown here is a look of its own."""


@login_required
@require_safe
def roster_live(request: HttpRequest, session_id: int) -> HttpResponse:
    """304 while the stamp is the one that is on the screen; otherwise the roster as it stands now."""
    session = find(for_display(Session.objects.visible_to(user_of(request))), session_id)
    must(user_of(request), "attendance.take_roster", session)
    etag = f'"{roster_stamp(session, now=now())}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        unchanged = HttpResponseNotModified()
        unchanged["ETag"] = etag
        return unchanged
    _record_look(request, session)
    answer = JsonResponse(as_it_stands(request, session))
    answer["ETag"] = etag
    return answer


def _record_look(request: HttpRequest, session: Session) -> None:
    looks = TrailEntry.objects.filter(subject_type="session", subject_id=session.pk, action=Look.ROSTER)
    if not looks.filter(actor_id=user_of(request).pk, at__gt=now() - ONE_LOOK).exists():
        record_look(Look.ROSTER, session, actor=user_of(request), now=now())
