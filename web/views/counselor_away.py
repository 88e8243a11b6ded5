"""Somebody is away: what they would have led, who takes each, and the time off, all in one step."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from people.domain.time import local_date
from people.errors import Refusal
from people.models import Counselor, User
from scheduling.models import TimeOff
from scheduling.queries import for_display
from scheduling.services.counselor_times import led_between
from scheduling.services.cover import SessionCover, covers_of
from scheduling.services.handover import Away, Handover, Settlement, settle
from web import format as figures
from web.forms.counselors import AwayForm
from web.notices import say_bad, say_done
from web.rows.away import away_row, call_list_url
from web.views.counselor_times import seen
from web.views.counselors import sites_of, zone_of
from web.views.staff import find, now, user_of

CALL_OFF = "cancel"
MOST = 60


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counselor_away(request: HttpRequest, counselor_id: int) -> HttpResponse:
    """From when to when, then each session with the best who is free; a POST does all of it or nothing.

    `off` names time off that was entered before, for what is still to be covered in it.
    """
    user, moment = user_of(request), now()
    person = seen(user, counselor_id, "people.change_counselor_times")
    given = request.POST if request.method == "POST" else request.GET
    off = _off(person, given.get("off", ""))
    today = local_date(moment, zone_of(sites_of(person), user))
    form = AwayForm(given) if "first" in given else AwayForm(initial={"first": today, "last": today})
    covers: list[SessionCover] = []
    if form.is_bound and form.is_valid():
        away = _away(person, form, off)
        led = led_between(person, starts_at=away.starts_at, ends_at=away.ends_at, by=user, now=moment)
        rows = for_display(led)
        covers = covers_of(rows[:MOST], without={person.pk})
        if request.method == "POST":
            try:
                done = _settle(request, user, away, covers, moment, keep=off is None)
            except Refusal as refused:
                say_bad(request, _("Nothing was changed. %(why)s") % {"why": f"{refused.detail}."})
            else:
                return _said(request, person, done)
    managed = user.scope.managed_site_ids
    shown = [
        away_row(one, may_cancel=one.session.site_id in managed, chosen=request.POST.get(f"session-{one.session.pk}"))
        for one in covers
    ]
    looked = form.is_bound and form.is_valid()
    context = {
        "person": person,
        "form": form,
        "rows": shown,
        "looked": looked,
        "off": off,
        "span": _span(form, off) if looked else "",
        "answer": _answer(person, covers, looked=looked),
    }
    return render(request, "counselors/away.html", context, status=400 if request.method == "POST" else 200)


def _off(person: Counselor, named: str) -> TimeOff | None:
    if not named:
        return None
    if not (named.isascii() and named.isdigit()):
        raise Http404
    row: TimeOff = find(TimeOff.objects.filter(counselor=person), int(named[:19]))
    return row


def _away(person: Counselor, form: AwayForm, off: TimeOff | None) -> Away:
    """Time off that was entered before keeps its own ends."""
    if off is not None:
        return Away(person, off.starts_at, off.ends_at, off.reason)
    sites = sites_of(person)
    if not sites:
        raise Http404
    starts_at, ends_at = form.span(sites[0])
    return Away(person, starts_at, ends_at, form.cleaned_data["reason"])


def _settle(
    request: HttpRequest, user: User, away: Away, covers: list[SessionCover], moment: datetime, *, keep: bool
) -> Settlement:
    """What was chosen for each session. Only whoever manages its site calls one off."""
    handovers, called_off = [], []
    for cover in covers:
        said = request.POST.get(f"session-{cover.session.pk}", "")
        if said == CALL_OFF:
            if not user.has_perm("scheduling.change_session", cover.session):
                raise Http404
            called_off.append(cover.session.pk)
        elif said:
            substitute = next((one for one in cover.candidates if str(one.counselor.pk) == said), None)
            if substitute is None:
                raise Http404
            handovers.append(Handover(cover.session.pk, substitute.counselor.pk, away.counselor.pk))
    reason = _("The counselor is away") if called_off else ""
    return settle(handovers, called_off, actor=user, now=moment, reason=reason, away=away, keep_time_off=keep)


def _said(request: HttpRequest, person: Counselor, done: Settlement) -> HttpResponse:
    parts = [_("Kept: %(name)s is away.") % {"name": person.short_name}]
    if count := len(done.covered):
        words = ngettext("%(count)d session has somebody else.", "%(count)d sessions have somebody else.", count)
        parts.append(words % {"count": count})
    if count := len(done.called_off):
        words = ngettext("%(count)d session is called off.", "%(count)d sessions are called off.", count)
        parts.append(words % {"count": count})
    say_done(request, " ".join(parts))
    if done.called_off:
        return redirect(call_list_url(done.called_off[0], done.called_off))
    return redirect(reverse("counselor", args=[person.pk]))


def _span(form: AwayForm, off: TimeOff | None) -> str:
    """ "26–27 Nov, all day": what was looked at, in words."""
    if off is not None:
        return ""
    said = form.cleaned_data
    first, last = said["first"], said["last"] or said["first"]
    days = figures.short_day(first) if first == last else figures.day_range(first, last)
    if said["starts"] and said["ends"]:
        zone = UTC
        begin, end = (datetime.combine(first, at, tzinfo=zone) for at in (said["starts"], said["ends"]))
        return _("%(days)s, %(times)s") % {"days": days, "times": figures.time_range(begin, end, zone=zone)}
    if said["starts"]:
        return _("%(days)s, from %(time)s on") % {"days": days, "time": _clock_of(first, said["starts"])}
    if said["ends"]:
        return _("%(days)s, until %(time)s") % {"days": days, "time": _clock_of(last, said["ends"])}
    return _("%(days)s, all day") % {"days": days}


def _clock_of(on: date, at: time) -> str:
    return figures.clock(datetime.combine(on, at, tzinfo=UTC), zone=UTC)


def _answer(person: Counselor, covers: list[SessionCover], *, looked: bool) -> str:
    said: dict[str, Any] = {"name": person.short_name, "count": len(covers)}
    if not looked:
        return _("When is %(name)s away?") % said
    if not covers:
        return _("%(name)s leads nothing then") % said
    stuck = sum(one.proposed is None for one in covers)
    if stuck:
        words = ngettext(
            "Nobody is free for %(stuck)d of %(count)d sessions",
            "Nobody is free for %(stuck)d of %(count)d sessions",
            stuck,
        )
        return words % {**said, "stuck": stuck}
    return (
        ngettext(
            "Somebody is free for the session of %(name)s",
            "Somebody is free for all %(count)d sessions of %(name)s",
            len(covers),
        )
        % said
    )
