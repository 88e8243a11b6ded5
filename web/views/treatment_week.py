"""One week of one admission as evidence: the frozen figures, every revision, and who touched it."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from attendance.models import TreatmentWeek, WeekRevision
from attendance.queries import unsigned_sessions
from attendance.queries.ledger import make_ups_of
from attendance.queries.touched import touches_of
from attendance.services.closing import close_week, revise_week
from attendance.services.weeks import recount
from people.domain.time import Interval
from people.enums import Look
from people.errors import Refusal
from people.queries import closures_in
from people.services.looks import record_look
from scheduling.models import Session
from web.notices import say_bad, say_done, say_info
from web.rows.board import bar_of, result_of, sum_of
from web.rows.four_figures import four_figures
from web.rows.ledger import closure_words
from web.rows.requirements import standing_line
from web.rows.treatment_week import make_ups_view, range_of, revisions_of, touches_view, unsigned_view, week_answer
from web.views.staff import find, must, now, only_staff, user_of

SIX_DAYS = timedelta(days=6)


@login_required
@require_safe
def treatment_week(request: HttpRequest, week_id: int) -> HttpResponse:
    """The week; the look is recorded."""
    week, user, moment = _seen(request, week_id), user_of(request), now()
    only_staff(user)
    record_look(Look.REPORT, week, actor=user, now=moment, patient_id=week.patient_id)
    if week.closed_at is None:
        recount([week.pk], now=moment)
        week = _seen(request, week_id)
    waiting = unsigned_sessions([week], now=moment)[week.pk]
    unsigned = Session.objects.filter(pk__in=waiting).select_related("site").order_by("starts_at", "pk")
    revisions = list(WeekRevision.objects.filter(week=week).select_related("by").order_by("-number"))
    zone = week.site.zone
    context = {
        "is_print": bool(request.GET.get("print")),
        "week": week,
        "person": week.patient,
        "range": range_of(week),
        "answer": week_answer(week, len(waiting)),
        "bar": bar_of(week),
        "sum": sum_of(week),
        "result": result_of(week),
        "figures": four_figures(week),
        "requirements": [standing_line(one) for one in week.requirements],
        "causes": [closure_words(one) for one in closures_in(week.site, Interval(week.starts_at, week.ends_at))],
        "make_ups": make_ups_view(make_ups_of(week), week),
        "unsigned": unsigned_view(list(unsigned)),
        "revisions": revisions_of(revisions, zone),
        "touches": touches_view(touches_of(week), zone),
        "may_close": week.closed_at is None and week.ends_at <= moment and user.has_perm("attendance.close_week", week),
        "may_revise": week.closed_at is not None and user.has_perm("attendance.close_week", week),
        "may_report": user.has_perm("attendance.report_on", week.patient),
        "ledger_url": f"{reverse('patient-ledger', args=[week.patient_id])}?from={week.week}&to={week.week + SIX_DAYS}",
        "grace_hours": week.program.close_grace_minutes // 60,
    }
    return render(request, "weeks/page.html", context)


@login_required
@require_POST
def treatment_week_close(request: HttpRequest, week_id: int) -> HttpResponse:
    """Close it now, before the sweep does."""
    week, user = _seen(request, week_id), user_of(request)
    must(user, "attendance.close_week", week)
    try:
        close_week(week, actor=user, now=now())
    except Refusal as refused:
        say_bad(request, _("The week stays open. %(why)s") % {"why": refused.detail})
    else:
        say_done(request, _("The week is closed."))
    return redirect("treatment-week", week_id=week.pk)


@login_required
@require_POST
def treatment_week_revise(request: HttpRequest, week_id: int) -> HttpResponse:
    """Judge a closed week again by the plan as it stands now."""
    week, user = _seen(request, week_id), user_of(request)
    must(user, "attendance.close_week", week)
    before = week.revision
    try:
        reason = request.POST.get("reason", "").replace("\x00", "")[:200]
        revised = revise_week(week, reason, actor=user, now=now())
    except Refusal as refused:
        say_bad(request, _("Nothing was changed. %(why)s") % {"why": refused.detail})
    else:
        if revised.revision == before:
            say_info(request, _("Nothing differs from what was closed."))
        else:
            say_done(request, _("Judged again. What it was before is kept below."))
    return redirect("treatment-week", week_id=week.pk)


def _seen(request: HttpRequest, week_id: int) -> TreatmentWeek:
    """The week, where one sees the patient; otherwise it does not exist."""
    rows = TreatmentWeek.objects.visible_to(user_of(request))
    found: TreatmentWeek = find(rows.select_related("patient", "site", "program"), week_id)
    return found
