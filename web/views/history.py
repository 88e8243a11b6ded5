"""What was changed, by whom and when: a week of the schedule, a session, a series, a site, a counselor, a person."""

from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from people.domain.time import local_date
from people.domain.weeks import Weekday, week_containing
from people.enums import Look
from people.models import Counselor, Site, SiteClosure, TrailEntry, User
from people.queries import home_zone, trail_about, zone_of_patient
from people.services.looks import record_look
from scheduling.models import Session, SessionSeries
from scheduling.permissions import knows_why_off
from web import format as figures
from web.forms.schedule import ScheduleForm
from web.rows.history import history_lines
from web.rows.sessions import day_of, times_of
from web.views.schedule_edits import week_address
from web.views.staff import find, must, now, only_staff, seen_person, staff_page, user_of

A_PAGE = 100
Whole = Mapping[str, Collection[int]]


@staff_page
@require_safe
def schedule_history(request: HttpRequest) -> HttpResponse:
    """A site's week: what was done to its sessions, those called off among them, and to the closures in it."""
    user, moment = user_of(request), now()
    sites = list(Site.objects.filter(pk__in=user.scope.site_ids))
    form = ScheduleForm(request.GET, sites=[(site.pk, site.name) for site in sites])
    form.is_valid()
    site = next((one for one in sites if one.pk == form.cleaned_data.get("site")), next(iter(sites), None))
    if site is None:
        raise PermissionDenied
    on = form.cleaned_data.get("week") or local_date(moment, site.zone)
    week = week_containing(on, zone=site.zone, first_weekday=Weekday.MONDAY)
    sessions = Session.objects.filter(site=site).starting_in(week.interval)
    about: Whole = {
        "session": list(sessions.order_by().values_list("pk", flat=True)),
        "siteclosure": [row.pk for row in SiteClosure.objects.near(week.interval).filter(site=site)],
    }
    heading = {
        "over": figures.day_range(week.starts_on, week.ends_on),
        "back": f"{reverse('schedule')}?site={site.pk}&week={week.starts_on}",
        "back_to": _("Schedule"),
    }
    return _page(request, trail_about(about), site.zone, heading, named=True, may_open=True)


@login_required
@require_safe
def session_history(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session, held or not."""
    user = user_of(request)
    session: Session = find(Session.objects.visible_to(user).select_related("site", "series"), session_id)
    _must_see_whole(user, session.site_id)
    heading = {
        "over": f"{figures.short_day(day_of(session))}, {times_of(session)}",
        "back": week_address(session.site, session.starts_at),
        "back_to": _("Schedule"),
        "series_url": reverse("series-history", args=[session.series_id]) if session.series_id else "",
    }
    return _page(request, trail_about({"session": [session.pk]}), session.site.zone, heading)


@login_required
@require_safe
def series_history(request: HttpRequest, series_id: int) -> HttpResponse:
    """A series and each of its sessions."""
    user = user_of(request)
    series: SessionSeries = find(SessionSeries.objects.visible_to(user).select_related("site"), series_id)
    _must_see_whole(user, series.site_id)
    about: Whole = {
        "sessionseries": [series.pk],
        "session": list(series.sessions.order_by().values_list("pk", flat=True)),
    }
    managed = series.site_id in user.scope.managed_site_ids
    heading = {
        "over": series.title,
        "back": reverse("schedule-series", args=[series.pk]) if managed else reverse("schedule"),
        "back_to": series.title if managed else _("Schedule"),
    }
    return _page(request, trail_about(about), series.site.zone, heading, named=True, may_open=True)


@login_required
@require_safe
def site_history(request: HttpRequest, site_id: int) -> HttpResponse:
    """A site's hours, rooms and closures."""
    user = user_of(request)
    site: Site = find(Site.objects.visible_to(user), site_id)
    only_staff(user)
    _must_see_whole(user, site.pk)
    about: Whole = {
        "site": [site.pk],
        "room": list(site.rooms.values_list("pk", flat=True)),
        "siteclosure": list(site.closures.values_list("pk", flat=True)),
    }
    heading = {"over": site.name, "back": reverse("site", args=[site.pk]), "back_to": site.name}
    return _page(request, trail_about(about), site.zone, heading, named=True)


@login_required
@require_safe
def counselor_history(request: HttpRequest, counselor_id: int) -> HttpResponse:
    """A counselor's hours, time off and profile; what they lead is in the history of its sessions."""
    user = user_of(request)
    person: Counselor = find(Counselor.objects.visible_to(user), counselor_id)
    only_staff(user)
    if not knows_why_off(user, person):
        raise PermissionDenied
    times = Q(subject_type__in=("counseloravailability", "timeoff"))
    own = Q(subject_type="counselor", subject_id=person.pk)
    entries = TrailEntry.objects.filter(
        own | (times & (Q(after__counselor=person.pk) | Q(before__counselor=person.pk)))
    )
    heading = {"over": person.name, "back": reverse("counselor", args=[person.pk]), "back_to": person.name}
    return _page(request, entries.order_by("-at", "-pk"), home_zone(user), heading, named=True)


@login_required
@require_safe
def patient_history(request: HttpRequest, patient_id: int) -> HttpResponse:
    """A person's record: every change of it, and with `?looks=1` who opened it; this look is recorded too.

    For whoever answers for them, as their hours are: not for one who leads a session that they come to.
    """
    person, user = seen_person(request, patient_id), user_of(request)
    must(user, "attendance.report_on", person)
    record_look(Look.PATIENT, person, actor=user, now=now(), patient_id=person.pk)
    entries = TrailEntry.objects.filter(patient_id=person.pk).order_by("-at", "-pk")
    looks = request.GET.get("looks") == "1"
    heading = {
        "over": person.name,
        "back": reverse("patient", args=[person.pk]),
        "back_to": person.name,
        "looks_url": "?" if looks else "?looks=1",
        "looks": looks,
        "query": "looks=1&" if looks else "",
    }
    found = entries if looks else entries.exclude(action__in=Look.values)
    return _page(request, found, zone_of_patient(person) or home_zone(user), heading, named=True)


def _must_see_whole(user: User, site_id: int) -> None:
    """Raises PermissionDenied for whoever does not see the site as a whole."""
    if site_id not in user.scope.site_ids:
        raise PermissionDenied


def _page(
    request: HttpRequest,
    entries: QuerySet[TrailEntry],
    zone: ZoneInfo,
    heading: dict[str, Any],
    *,
    named: bool = False,
    may_open: bool = False,
) -> HttpResponse:
    page = Paginator(entries, A_PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    words = ngettext("%(count)d entry", "%(count)d entries", count)
    context = {
        **heading,
        "answer": words % {"count": count} if count else _("Nothing was changed"),
        "page": page,
        "lines": history_lines(list(page), zone=zone, named=named, may_open=may_open),
    }
    return render(request, "history/page.html", context)
