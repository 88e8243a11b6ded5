"""A report that a worker makes: how far it is, fetching it, and stopping it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from attendance.domain.reports import ReportAsked
from attendance.enums import ReportFormat
from attendance.errors import ReportNotReady
from attendance.models import ReportRun
from attendance.services.report_files import MIME
from attendance.services.report_runs import cancel_run, download, is_kept_from
from people.errors import NotThere
from web.notices import say_bad, say_done
from web.rows.reports import run_row
from web.views.reports import as_download
from web.views.staff import find, now, user_of


@login_required
@require_safe
def report_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far it is. The part that moves asks for itself again until the file is there."""
    run = _mine(request, run_id)
    template = "reports/_run.html" if request.headers.get("HX-Request") else "reports/run.html"
    return render(request, template, {"run": run_row(run)})


@login_required
@require_safe
def report_run_file(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The file, for whoever asked for it and still answers for all whom it holds."""
    run = _mine(request, run_id)
    try:
        pieces = download(run, actor=user_of(request), now=now())
    except NotThere as gone:
        raise Http404 from gone
    except ReportNotReady as refused:
        say_bad(request, refused.detail)
        return redirect("report-run", run_id=run.pk)
    name = ReportAsked.from_json(run.asked).file_name(run.format)
    return as_download(pieces, name, MIME[ReportFormat(run.format)])


@login_required
@require_POST
def report_run_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Stop it."""
    run = _mine(request, run_id)
    if cancel_run(run, now=now()):
        say_done(request, _("The report is not made."))
    else:
        say_bad(request, _("The report was through already."))
    return redirect("report-run", run_id=run.pk)


def _mine(request: HttpRequest, run_id: int) -> ReportRun:
    """One's own. Raises Http404 for whoever reports on nobody any more, or no longer sees all that the file holds."""
    user = user_of(request)
    run: ReportRun = find(ReportRun.objects.visible_to(user).filter(expires_at__gt=now()), run_id)
    if is_kept_from(user, run):
        raise Http404
    return run
