"""One series: made, changed, paused and ended, always looked at first."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from people.domain.time import parse_wall, resolve_wall
from people.errors import Refusal
from scheduling.enums import SessionState
from scheduling.errors import STAFFING
from scheduling.models import Session, SessionSeries
from scheduling.queries import for_display
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.series_changes import Scope, SeriesEdit, fields_of
from scheduling.services.series_pauses import pause_edit, resume_edit
from web import format as figures
from web.forms.ids import id_of
from web.forms.schedule_edit import PauseForm, SeriesForm, rule_fields
from web.notices import say_done
from web.rows.schedule import session_entry
from web.rows.sessions import day_of, times_of
from web.views.schedule_edits import answer_edit, refused, show_errors, week_address
from web.views.schedule_sessions import place_of_new
from web.views.staff import find, must, now, staff_page, user_of

MOST_SHOWN = 26


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_series(request: HttpRequest, series_id: int) -> HttpResponse:
    """The series' form, its pauses and what is to come; a POST shows what it would do first."""
    user = user_of(request)
    seen = SessionSeries.objects.visible_to(user).select_related("program", "site", "room")
    series: SessionSeries = find(seen, series_id)
    must(user, "scheduling.change_session", series)
    do = request.POST.get("do", "")
    form = SeriesForm(
        request.POST if do == "change" else None, program=series.program, site=series.site, initial=_initial(series)
    )
    pause_form = PauseForm(request.POST if do == "pause" else None)
    if request.method != "POST":
        return _page(request, series, form, pause_form)
    shown = form if do == "change" else pause_form
    try:
        edit = _edit(request, series, form, pause_form)
        if edit is not None:
            return answer_edit(request, edit, series=series, session=None, back=request.path)
    except Refusal as refusal:
        if do == "resume":
            return refused(request, refusal, request.path)
        show_errors(shown, refusal)
    return _page(request, series, form, pause_form, status=400)


def _edit(request: HttpRequest, series: SessionSeries, form: SeriesForm, pauses: PauseForm) -> SeriesEdit | None:
    """What the POST asks for; None where its form is not sound."""
    do = request.POST.get("do", "")
    if do == "pause" and pauses.is_valid():
        asked = pauses.cleaned_data
        return pause_edit(series, starts_on=asked["starts_on"], ends_on=asked["ends_on"], reason=asked["reason"])
    if do == "resume":
        return resume_edit(series, find(series.pauses.all(), id_of(request.POST.get("pause", "")) or 0))
    if do != "change" or not form.is_valid():
        return None
    names = set(form.changed_data)
    changes = form.offered(names)
    if names & {"days", "every", "rrule"}:
        changes["rrule"] = form.rule
    if names & {"starts_on", "at"}:
        changes["starts_at_local"] = form.starts_at_local
    if "ends_on" in names:
        changes["ends_on"] = form.cleaned_data["ends_on"]
    return SeriesEdit(
        Scope.ALL,
        changes,
        without_clashing=request.POST.get("without_clashing") == "1",
        override_reason=form.cleaned_data["override_reason"],
    )


def _initial(series: SessionSeries) -> dict[str, Any]:
    fields, first = fields_of(series), parse_wall(series.starts_at_local)
    return {
        "title": fields.title,
        "kind": fields.kind,
        "focus": fields.focus,
        "starts_on": first.date(),
        "at": first.time(),
        "duration_minutes": fields.duration_minutes,
        "breaks": fields.breaks,
        "capacity": fields.capacity,
        "room": str(fields.room.pk if fields.room else ""),
        "counselors": [str(one.pk) for one in fields.counselors],
        "mode": fields.mode,
        "ends_on": fields.ends_on,
        **rule_fields(fields.rrule),
    }


def _page(
    request: HttpRequest, series: SessionSeries, form: SeriesForm, pause_form: PauseForm, *, status: int = 200
) -> HttpResponse:
    moment = now()
    ahead = series.sessions.filter(starts_at__gt=moment).exclude(state=SessionState.CANCELLED)
    count = ahead.count()
    rows = list(for_display(ahead.order_by("starts_at", "pk"))[:MOST_SHOWN])
    words = ngettext("%(count)d session is planned", "%(count)d sessions are planned", count)
    context = {
        "series": series,
        "answer": words % {"count": count},
        "form": form,
        "pause_form": pause_form,
        "pauses": [
            {"pk": row.pk, "range": figures.day_range(row.starts_on, row.ends_on), "reason": row.reason}
            for row in series.pauses.all()
        ],
        "entries": [
            (session_entry(row, now=moment, may_open=False), reverse("schedule-session", args=[row.pk])) for row in rows
        ],
        "shut": [(_when(row), _why_shut(row)) for row in _shut(series, moment) if row.is_shut_out],
        "back": week_address(series.site, rows[0].starts_at if rows else moment),
    }
    return render(request, "schedule/series.html", context, status=status)


def _shut(series: SessionSeries, moment: datetime) -> QuerySet[Session]:
    """Evenings still to come that were called off, with the closure that did."""
    rows: QuerySet[Session] = series.sessions.filter(starts_at__gt=moment, state=SessionState.CANCELLED)
    return rows.select_related("closed_by", "site").order_by("starts_at", "pk")


def _when(row: Session) -> str:
    return f"{figures.short_day(day_of(row))}, {times_of(row)}"


def _why_shut(row: Session) -> str:
    if row.closed_by is not None:
        return _("Closed: %(reason)s") % {"reason": row.closed_by.reason}
    return _("Outside the opening hours")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_series_new(request: HttpRequest) -> HttpResponse:
    """A series and its sessions up to the horizon."""
    user = user_of(request)
    must(user, "scheduling.change_session")
    program, site, places = place_of_new(request, user)
    if program is None or site is None:
        return render(request, "schedule/new.html", {"places": places, "what": "series"})
    first = {"duration_minutes": 180, "breaks": ((90, 15),), "capacity": 12, "every": 1}
    form = SeriesForm(request.POST or None, initial=first, program=program, site=site)
    may_leave_out = False
    if request.method == "POST" and form.is_valid():
        fields = SeriesFields(
            program=program,
            site=site,
            rrule=form.rule,
            starts_at_local=form.starts_at_local,
            ends_on=form.cleaned_data["ends_on"],
            **form.offered(),
        )
        try:
            series = create_series(
                fields,
                actor=user,
                now=now(),
                weeks=settings.HORIZON_WEEKS,
                override_reason=form.cleaned_data["override_reason"],
                without_clashing=request.POST.get("without_clashing") == "1",
            )
        except Refusal as refusal:
            show_errors(form, refusal)
            may_leave_out = refusal.code in STAFFING
        else:
            say_done(request, _("The series is on the schedule."))
            first_at = resolve_wall(parse_wall(series.starts_at_local), site.zone)
            return redirect(week_address(site, max(first_at, now())))
    status = 400 if form.errors else 200
    context = {
        "form": form,
        "places": places,
        "program": program,
        "site": site,
        "what": "series",
        "may_leave_out": may_leave_out,
    }
    return render(request, "schedule/new.html", context, status=status)
