"""A counselor's day: what waits for a signature first, then today's sessions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from attendance.queries.rosters_due import rosters_left, rosters_of_day
from people.domain.time import Interval, local_date
from people.domain.weeks import Weekday, week_containing
from people.queries import home_zone
from scheduling.queries import for_display
from web import format as figures
from web.rows.sessions import times_of
from web.rows.today import is_due, is_to_sign, roster_entry
from web.views.staff import now, staff_page, user_of

MOST_LEFT = 20
"""How many unsigned rosters of earlier days are listed at once."""


@staff_page
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The day of whoever leads sessions; others are shown the schedule."""
    user, moment = user_of(request), now()
    if user.scope.counselor_id is None:
        return redirect("schedule")
    zone = home_zone(user)
    on = local_date(moment, zone)
    midnights = week_containing(on, zone=zone, first_weekday=Weekday(on.weekday())).starts_at
    tomorrow = week_containing(on, zone=zone, first_weekday=Weekday((on.weekday() + 1) % 7)).ends_at
    left = list(for_display(rosters_left(user, before=midnights))[: MOST_LEFT + 1])
    held = list(for_display(rosters_of_day(user, day=Interval(midnights, tomorrow))))
    due = [session for session in (*left, *held) if is_due(session, now=moment)]
    first = due[0] if due else None
    context = {
        "answer": _answer(left, held, moment),
        "day": figures.long_day(on),
        "left": [roster_entry(one, now=moment, today=on, first=one is first) for one in left[:MOST_LEFT]],
        "more_left": len(left) > MOST_LEFT,
        "entries": [roster_entry(one, now=moment, today=on, first=one is first) for one in held],
    }
    return render(request, "today.html", context)


def _answer(left: list[Any], held: list[Any], moment: Any) -> str:
    """The first line: what is to be done, or what comes next."""
    if left:
        words = ngettext(
            "%(count)d roster of an earlier day is not signed",
            "%(count)d rosters of earlier days are not signed",
            len(left),
        )
        return words % {"count": len(left)} if len(left) <= MOST_LEFT else _("Many rosters are not signed")
    for session in held:
        if is_to_sign(session, now=moment):
            return _("The roster of %(times)s is yours to sign") % {"times": times_of(session)}
        if is_due(session, now=moment):
            return _("The roster of %(times)s is yours to take") % {"times": times_of(session)}
    ahead = [session for session in held if session.starts_at > moment]
    if ahead:
        people = ngettext("%(count)d person", "%(count)d people", ahead[0].people) % {"count": ahead[0].people}
        at = figures.clock(ahead[0].starts_at, zone=ahead[0].site.zone)
        return _("Next at %(time)s: %(people)s") % {"time": at, "people": people}
    return _("Today is done") if held else _("Nothing today")
