"""Thinking about a track: which series together make a week, before anybody joins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.queries.requirements import weekly_rules
from people.models import Program
from scheduling.models import SessionSeries
from scheduling.services.yields import yield_of
from web.forms.tracks import DesignForm
from web.rows.tracks import series_choices, yield_view
from web.views.staff import now, staff_page, today_of, user_of


@staff_page
@require_safe
def tracks(request: HttpRequest) -> HttpResponse:
    """The series of a program to tick, and what they come to in a week."""
    user = user_of(request)
    today = today_of(user, now=now())
    programs = list(Program.objects.visible_to(user).filter(series__site__in=user.scope.staff_site_ids).distinct())
    first = DesignForm(request.GET, programs=[(one.pk, one.name) for one in programs], series=())
    chosen = first.cleaned_data["program"] if first.is_valid() or "program" in first.cleaned_data else None
    program = next((one for one in programs if one.pk == chosen), programs[0] if programs else None)
    rows = [] if program is None else _series(request, program)
    listed = [one for one in rows if one.ends_on is None or one.ends_on >= today]
    form = DesignForm(request.GET, programs=[(one.pk, one.name) for one in programs], series=[one.pk for one in listed])
    ticked = form.cleaned_data["series"] if form.is_valid() else []
    picked = [one for one in listed if one.pk in ticked]
    yields = None
    if picked and program:
        rules = weekly_rules(program, on=today)
        yields = yield_view(yield_of(picked, program=program, from_on=today, rules=rules))
    context = {
        "form": form,
        "program": program,
        "programs": programs,
        "choices": series_choices(listed, ticked),
        "yields": yields,
        "answer": yields.answer if yields else _("What does a track come to?"),
    }
    return render(request, "tracks/design.html", context)


def _series(request: HttpRequest, program: Program) -> list[SessionSeries]:
    rows = SessionSeries.objects.visible_to(user_of(request)).filter(program=program)
    return list(rows.select_related("site", "program", "room").prefetch_related("pauses")[:200])
