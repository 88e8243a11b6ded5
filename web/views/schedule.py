"""A site's week, day by day: what is on, who leads it, how full it is, and what lacks a counselor."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from people.domain.time import local_date
from people.domain.weeks import Weekday, week_containing
from people.models import Site, User
from scheduling.models import Session, SessionCounselor
from scheduling.queries import for_display
from scheduling.services.staffing import absent_from
from web import format as figures
from web.forms.schedule import VIEWS, ScheduleForm
from web.rows.schedule import SessionEntry, session_entry
from web.rows.schedule_grid import calendar_data, schedule_grid
from web.rows.schedule_notices import ScheduleWeek, notices_of
from web.views.staff import now, staff_page, user_of

A_WEEK = timedelta(days=7)


@staff_page
@require_safe
def schedule(request: HttpRequest) -> HttpResponse:
    """One site's week; the first site of the account unless another is asked for."""
    user, moment = user_of(request), now()
    sites = list(Site.objects.filter(pk__in=user.scope.staff_site_ids))
    form = ScheduleForm(request.GET, sites=[(site.pk, site.name) for site in sites])
    form.is_valid()
    asked = form.cleaned_data
    site = _site(sites, asked.get("site"), user)
    if site is None:
        return render(request, "schedule/page.html", {"answer": _("You have no site yet"), "days": []})
    today = local_date(moment, site.zone)
    week = week_containing(asked.get("week") or today, zone=site.zone, first_weekday=Weekday.MONDAY)
    found = Session.objects.visible_to(user).filter(site=site).live().starting_in(week.interval)
    sessions = list(for_display(found).order_by("starts_at", "pk"))
    whole = site.pk in user.scope.site_ids
    led = set() if whole else _led(user.scope.counselor_id, sessions)
    may_change = user.has_perm("scheduling.change_session", Session(site=site))
    absent = absent_from(sessions)
    entries = [
        session_entry(
            session,
            now=moment,
            may_open=whole or session.pk in led,
            may_change=may_change,
            absent=absent.get(session.pk, frozenset()),
        )
        for session in sessions
    ]
    view = asked.get("view") or "rooms"
    context = {
        "answer": _answer(entries, ahead=week.ends_at > moment),
        "form": form,
        "site": site,
        "sites": sites,
        "notices": notices_of(ScheduleWeek(site, week.starts_on, sessions, user, moment, absent)) if whole else [],
        "days": _days(entries, today),
        "this_week": today,
        "week_start": week.starts_on.isoformat(),
        "switcher": _switcher(week.starts_on, site.pk, view),
        "view": view,
        "views": [(name, label, f"?site={site.pk}&week={week.starts_on}&view={name}") for name, label in VIEWS],
        "grid": schedule_grid(view, sessions, entries, site=site, first=week.starts_on, today=today)
        if view in {"rooms", "counselors"}
        else None,
        "calendar": calendar_data(sessions, entries, site=site, first=week.starts_on, now=moment)
        if view == "hours"
        else None,
        "may_change": may_change,
        "shows_site": whole,
    }
    return render(request, "schedule/page.html", context)


def _site(sites: Sequence[Site], asked: int | None, user: User) -> Site | None:
    """The one asked for, else that of the account's first role, else none."""
    wanted = [asked, *(site_id for _, site_id in user.scope.memberships)]
    by_id = {site.pk: site for site in sites}
    return next((by_id[site_id] for site_id in wanted if site_id in by_id), None)


def _led(counselor_id: int | None, sessions: Sequence[Session]) -> set[int]:
    leads = SessionCounselor.objects.filter(counselor_id=counselor_id or 0, session__in=sessions)
    return set(leads.values_list("session_id", flat=True))


def _answer(entries: Sequence[SessionEntry], *, ahead: bool) -> str:
    """The first line: what needs somebody."""
    lacking = [entry for entry in entries if entry.needs_counselor]
    if len(lacking) == 1:
        return _("%(when)s needs a counselor") % {"when": lacking[0].when}
    if lacking:
        return ngettext("%(count)d session needs a counselor", "%(count)d sessions need a counselor", len(lacking)) % {
            "count": len(lacking)
        }
    if not entries:
        return _("Nothing is on in this week")
    return _("Every session has a counselor") if ahead else _("This week is over")


def _days(entries: Sequence[SessionEntry], today: date) -> list[dict[str, Any]]:
    return [
        {"name": figures.long_day(on), "is_today": on == today, "entries": list(group)}
        for on, group in groupby(entries, key=lambda entry: entry.on)
    ]


def _switcher(first: date, site_id: int, view: str) -> dict[str, str]:
    return {
        "label": "",
        "range": figures.day_range(first, first + timedelta(days=6)),
        "previous_url": f"?site={site_id}&week={first - A_WEEK}&view={view}",
        "next_url": f"?site={site_id}&week={first + A_WEEK}&view={view}",
    }
