"""Reports: what there is, each as a page to read or print, and each as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from attendance.domain.reports import Report, ReportAsked, Row
from attendance.enums import ReportFormat, ReportKind
from attendance.models import ReportRun, TreatmentWeek
from attendance.queries.reports import report
from attendance.queries.reports.people import people_count, people_within, weeks_asked
from attendance.services.report_files import MIME, file_of, in_language
from attendance.services.report_looks import AS_PAGE, people_reported, report_opened
from attendance.services.report_runs import is_long, kept_from, request_run
from attendance.services.weeks import recount_patient
from people.errors import InvalidInput
from people.models import Patient, User
from web import format as figures
from web.forms.reports import FileForm, ReportForm, people_named
from web.notices import say_bad
from web.rows.reports import FOUND, cards, page_head, person_links, run_rows, shown_columns, shown_rows
from web.views.staff import find, must, now, staff_page, today_of, user_of

ROWS_HERE = "<!-- rows -->"
FOOT_HERE = "<!-- foot -->"
LONGEST_GRID = 31
PEOPLE_SHOWN = 200
RUNS_ASKED = 100
"""Of one's latest files so many are asked about; those that are shown are the first among them."""
FORMATS = ((ReportFormat.XLSX.value, "XLSX"), (ReportFormat.CSV.value, "CSV"))
OF_ONE = (ReportKind.LEDGER, ReportKind.HISTORY)


@staff_page
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What each report is for, over the dates, program and site chosen here; and the files that wait for one."""
    user, moment = user_of(request), now()
    must(user, "attendance.make_reports", user)
    form = ReportForm(request.GET, user=user)
    if not form.is_valid():
        return _again(request, _("Reports"), form)
    asked = form.asked(ReportKind.HOURS, today=today_of(user, now=moment))
    mine = list(ReportRun.objects.visible_to(user).filter(expires_at__gt=moment)[:RUNS_ASKED])
    kept = kept_from(user, mine)
    named = request.GET.get("person", "").replace("\x00", "").strip()[:150]
    context = {
        "form": ReportForm(_as_query(asked), user=user),
        "people": people_count(user, asked),
        "range": figures.day_range(asked.first, asked.last),
        "cards": cards(asked),
        "runs": run_rows([run for run in mine if run.pk not in kept][:FOUND]),
        "named": named,
        "found": [person_links(one, asked) for one in _reportable(user, named)[:FOUND]] if named else [],
        "query": _as_query(asked),
    }
    return render(request, "reports/index.html", context)


@staff_page
@require_safe
def report_page(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A report to read or print, streamed as its rows are read. Each look is recorded, and whom it is about."""
    if kind not in (ReportKind.HOURS, ReportKind.GRID, ReportKind.SUMMARY, ReportKind.HISTORY):
        raise Http404
    user, moment = user_of(request), now()
    must(user, "attendance.make_reports", user)
    person = _of_one(user, kind, request.GET.getlist("patient"))
    form = ReportForm(request.GET, user=user, of_one=person is not None)
    if not form.is_valid():
        return _again(request, _title(kind), form, (person.pk,) if person else ())
    asked = form.asked(kind, today=today_of(user, now=moment), patient_ids=(person.pk,) if person else ())
    too_long = is_long(user, asked) or (kind == ReportKind.GRID and len(asked.days) > LONGEST_GRID)
    context = {
        **page_head(user, asked, person, now=moment),
        "asked": asked,
        "form": ReportForm(_as_query(asked), user=user, of_one=person is not None),
        "person": person,
        "query": {**_as_query(asked), **({"patient": person.pk} if person else {})},
        "too_long": too_long,
        "formats": FORMATS,
        "rows_here": ROWS_HERE,
        "foot_here": FOOT_HERE,
        "is_print": bool(request.GET.get("print")),
    }
    if too_long:
        return render(request, "reports/table.html", context)
    report_opened(asked, form=AS_PAGE, actor=user, now=moment)
    read = report(user, asked, now=moment, told=lambda ids: people_reported(ids, asked, actor=user, now=moment))
    (table,) = read.tables
    context["columns"] = shown_columns(asked, table.columns)
    page = render_to_string("reports/table.html", context, request)
    return StreamingHttpResponse(
        in_language(translation.get_language() or "en", _streamed(page, read, table.rows)),
        content_type="text/html; charset=utf-8",
    )


@staff_page
@require_POST
def report_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A report as a file: streamed at once, or where it is long made by a worker, to be fetched from its own page."""
    if kind not in ReportKind.values:
        raise Http404
    user, moment = user_of(request), now()
    must(user, "attendance.make_reports", user)
    named = request.POST.getlist("patient")
    person = _of_one(user, kind, named)
    ids = (person.pk,) if person else _sample(user, kind, named)
    form = FileForm(request.POST, user=user)
    if not form.is_valid():
        return _again(request, _title(kind), form, ids)
    file_format = form.file_format(kind)
    asked = form.asked(kind, today=today_of(user, now=moment), patient_ids=ids)
    if is_long(user, asked):
        try:
            run = request_run(asked, file_format=file_format, actor=user, now=moment)
        except InvalidInput as refused:
            say_bad(request, refused.detail)
            return redirect("reports")
        return redirect("report-run", run_id=run.pk)
    if person is not None:
        recount_patient(person.pk, now=moment, first=asked.first, last=asked.last)
    report_opened(asked, form=file_format, actor=user, now=moment)
    read = report(user, asked, now=moment, told=lambda ids: people_reported(ids, asked, actor=user, now=moment))
    return as_download(
        file_of(read, file_format, language=user.language),
        asked.file_name(file_format),
        MIME[ReportFormat(file_format)],
    )


@staff_page
@require_safe
def packet(request: HttpRequest) -> HttpResponse:
    """Choose the people of a packet: by ticking, or so many picked by chance, as a reviewer asks for."""
    user, moment = user_of(request), now()
    must(user, "attendance.make_reports", user)
    form = ReportForm(request.GET, user=user)
    if not form.is_valid():
        return _again(request, _title(ReportKind.PACKET), form)
    asked = form.asked(ReportKind.PACKET, today=today_of(user, now=moment))
    ids = weeks_asked(user, asked).values("patient_id")
    people = Patient.objects.filter(pk__in=ids)
    count = people.count()
    by_chance = request.GET.get("pick", "")
    picked = set()
    if by_chance.isascii() and by_chance.isdigit() and by_chance:
        picked = set(people.order_by("?").values_list("pk", flat=True)[: min(int(by_chance[:3]), 100)])
    shown = people.filter(pk__in=picked) if picked else people
    context = {
        "form": ReportForm(_as_query(asked), user=user),
        "asked": asked,
        "query": _as_query(asked),
        "count": count,
        "people": [(one, one.pk in picked) for one in shown.order_by("name", "pk")[:PEOPLE_SHOWN]],
        "more": max(0, count - PEOPLE_SHOWN) if not picked else 0,
    }
    return render(request, "reports/packet.html", context)


def _title(kind: str) -> str:
    return str(ReportKind(kind).label)


def _again(request: HttpRequest, title: str, form: ReportForm, patient_ids: Sequence[int] = ()) -> HttpResponse:
    """What was asked for cannot be read: the form as it was filled in, with what is wrong. Nothing is made."""
    context = {"title": title, "form": form, "patient_ids": patient_ids}
    return render(request, "reports/again.html", context, status=400)


def as_download(pieces: Iterator[bytes], name: str, mime: str) -> StreamingHttpResponse:
    """The pieces as a file to keep, under a neutral name."""
    answer = StreamingHttpResponse((piece for piece in pieces if piece), content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _streamed(page: str, read: Report, rows: Iterator[Row]) -> Iterator[bytes]:
    """The page up to where its rows stand, the rows as they are read, and the rest with the foot."""
    head, rest = page.split(ROWS_HERE)
    between, tail = rest.split(FOOT_HERE)
    yield head.encode()
    for some in shown_rows(read.asked, rows):
        yield render_to_string("reports/_rows.html", {"rows": some}).encode()
    yield between.encode()
    yield render_to_string("reports/_foot.html", {"lines": read.foot()}).encode()
    yield tail.encode()


def _of_one(user: User, kind: str, named: Sequence[str]) -> Patient | None:
    """The person of a report about one. Raises Http404 where they are not seen, PermissionDenied past the caseload."""
    if kind not in OF_ONE:
        return None
    ids = people_named(list(named))
    person: Patient = find(Patient.objects.visible_to(user), ids[0] if ids else 0)
    must(user, "attendance.report_on", person)
    return person


def _sample(user: User, kind: str, named: list[str]) -> tuple[int, ...]:
    """The people of a packet. Raises Http404 where none is named, or one is not within what the account reports on."""
    if kind != ReportKind.PACKET:
        return ()
    ids = people_named(named)
    if not ids or people_within(user, ids) != len(ids):
        raise Http404
    return ids


def _reportable(user: User, named: str) -> QuerySet[Patient]:
    """Whom of that name the account may report on, as `attendance.report_on` says of each."""
    return Patient.objects.named(named).filter(
        pk__in=TreatmentWeek.objects.on_board_of(user).order_by().values("patient_id")
    )


def _as_query(asked: ReportAsked) -> dict[str, Any]:
    said = {"from": asked.first, "to": asked.last, "program": asked.program_id, "site": asked.site_id}
    return {name: value for name, value in said.items() if value is not None}
