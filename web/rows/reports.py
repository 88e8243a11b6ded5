"""Reports as pages: the cards of the index, the head of each page, and its rows in words."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.domain.reports import Cell, ReportAsked, Row
from attendance.enums import ReportFormat, ReportKind, RunState, WeekState
from attendance.models import ReportRun
from attendance.queries.reports.history import came_and_marked
from attendance.queries.reports.people import people_count, weeks_asked
from attendance.queries.reports.summary import WeekSummary, percent, summaries
from people.domain.time import local_date
from people.models import Patient, User
from people.queries import home_zone
from scheduling.enums import Kind
from web import format as figures

FOUND = 8
ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class ReportCard:
    """One report on the index: what it is for, and where it opens."""

    kind: str
    title: str
    purpose: str
    icon: str
    page_url: str
    formats: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class PersonLinks:
    """One person and the reports about them."""

    name: str
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class RunRow:
    """A report that a worker makes, in words."""

    pk: int
    title: str
    range: str
    state: str
    is_going: bool
    is_done: bool
    done: int
    total: int
    progress: str
    url: str
    file_url: str
    expires: str


def cards(asked: ReportAsked) -> list[ReportCard]:
    """The reports about many people; what is about one begins with finding them."""
    query = _query(asked)
    both = [(ReportFormat.XLSX.value, "XLSX"), (ReportFormat.CSV.value, "CSV")]
    words = {
        ReportKind.HOURS: (
            _("Each person’s weeks: offered, scheduled, attended, billable, against the target."),
            "table",
        ),
        ReportKind.GRID: (_("The familiar sheet: people down, dates across, minutes in the cells."), "grid-3x3"),
        ReportKind.SUMMARY: (
            _("Week by week: who reached their minimum, what was held, who came, which seats."),
            "graph-up",
        ),
    }
    listed = [
        ReportCard(
            kind=kind.value,
            title=str(kind.label),
            purpose=purpose,
            icon=icon,
            page_url=f"{reverse('report', args=[kind.value])}?{query}",
            formats=both,
        )
        for kind, (purpose, icon) in words.items()
    ]
    packet = ReportCard(
        kind=ReportKind.PACKET.value,
        title=str(ReportKind.PACKET.label),
        purpose=_("A sample of people: the hours ledger of each, in one file."),
        icon="briefcase",
        page_url=f"{reverse('report-packet')}?{query}",
        formats=(),
    )
    return [*listed, packet]


def person_links(person: Patient, asked: ReportAsked) -> PersonLinks:
    """What can be made about one person."""
    query = urlencode({"from": asked.first, "to": asked.last})
    history = urlencode({"from": asked.first, "to": asked.last, "patient": person.pk})
    return PersonLinks(
        person.name,
        [
            (_("Hours ledger"), f"{reverse('patient-ledger', args=[person.pk])}?{query}"),
            (_("Attendance history"), f"{reverse('report', args=[ReportKind.HISTORY.value])}?{history}"),
            (_("Letter"), f"{reverse('patient-letter', args=[person.pk])}?{query}"),
        ],
    )


def run_rows(runs: Iterable[ReportRun]) -> list[RunRow]:
    """One's own reports, the latest first."""
    return [run_row(run) for run in runs]


def run_row(run: ReportRun) -> RunRow:
    """How far one is."""
    asked = ReportAsked.from_json(run.asked)
    people = ngettext("%(done)d of %(total)d person", "%(done)d of %(total)d people", run.total)
    return RunRow(
        pk=run.pk,
        title=f"{ReportKind(run.kind).label}, {run.format.upper()}",
        range=figures.day_range(asked.first, asked.last),
        state=str(RunState(run.state).label),
        is_going=run.is_going,
        is_done=run.state == RunState.DONE,
        done=run.done,
        total=max(run.total, 1),
        progress=people % {"done": run.done, "total": run.total},
        url=reverse("report-run", args=[run.pk]),
        file_url=reverse("report-run-file", args=[run.pk]),
        expires=date_format(run.expires_at, "j M, H:i e"),
    )


def page_head(user: User, asked: ReportAsked, person: Patient | None, *, now: dt.datetime) -> dict[str, Any]:
    """The first line, what stands beneath it, and for the summary its drawing."""
    kind = ReportKind(asked.kind)
    head: dict[str, Any] = {"title": str(kind.label), "range": figures.dated_range(asked.first, asked.last)}
    if kind == ReportKind.SUMMARY:
        found = summaries(user, asked, now=now)
        return {**head, "answer": _summary_answer(found, local_date(now, home_zone(user))), "chart": _chart(found)}
    if kind == ReportKind.HISTORY and person is not None:
        return {**head, "answer": _history_answer(asked), "subject": person.name}
    if kind == ReportKind.GRID:
        people = people_count(user, asked)
        words = ngettext("%(people)d person on %(days)d days", "%(people)d people on %(days)d days", people)
        return {**head, "answer": words % {"people": people, "days": len(asked.days)}}
    return {**head, "answer": _hours_answer(user, asked, now)}


def shown_columns(asked: ReportAsked, columns: Sequence[str]) -> list[str]:
    """The columns' names; the grid's dates are short, for they stand side by side."""
    if asked.kind != ReportKind.GRID:
        return list(columns)
    days = [f"{date_format(day, 'D')} {day.day}" for day in asked.days]
    return [columns[0], *days, columns[-1]]


def shown_rows(asked: ReportAsked, rows: Iterator[Row]) -> Iterator[list[list[tuple[str, str]]]]:
    """The rows some at a time; each cell its words and how it stands."""
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield [[_shown(asked, cell, position) for position, cell in enumerate(row)] for row in some]


def _shown(asked: ReportAsked, cell: Cell, position: int) -> tuple[str, str]:
    if isinstance(cell, bool) or cell is None:
        return "", ""
    if isinstance(cell, int):
        return str(cell), "is-number"
    if isinstance(cell, dt.date):
        year = "" if cell.year == asked.last.year else f"{figures.NBSP}{cell.year}"
        return (f"{figures.short_day(cell)}{year}", "")
    is_mark = asked.kind == ReportKind.GRID and position > 0
    return cell, "is-mark" if is_mark else ""


def _hours_answer(user: User, asked: ReportAsked, now: dt.datetime) -> str:
    over = weeks_asked(user, asked).filter(ends_at__lte=now).exclude(status=WeekState.EXEMPT)
    found = over.aggregate(count=Count("pk"), reached=Count("pk", filter=Q(credited_minutes__gte=F("min_minutes"))))
    if not found["count"]:
        return _("No week with a target is over in these dates")
    words = ngettext(
        "%(reached)d of %(count)d week reached its target",
        "%(reached)d of %(count)d weeks reached their target",
        found["count"],
    )
    return words % found


def _history_answer(asked: ReportAsked) -> str:
    came, count = came_and_marked(asked)
    words = ngettext("Came to %(came)d of %(count)d session", "Came to %(came)d of %(count)d sessions", count)
    return words % {"came": came, "count": count}


def _summary_answer(found: Sequence[WeekSummary], today: dt.date) -> str:
    """What share of all programs' last finished weeks reached their target."""
    over = [one for one in found if one.week + dt.timedelta(days=7) <= today and one.asked]
    last = {one.program: one for one in over}  # the oldest first, so that the latest stays
    share = percent(sum(one.reached for one in last.values()), sum(one.asked for one in last.values()))
    if share is None:
        return _("No finished week yet")
    return _("%(share)d%% reached their goal in the last finished week") % {"share": share}


def _chart(found: Sequence[WeekSummary]) -> dict[str, Any]:
    """A line for each program's share, and the hours of each kind by week."""
    weeks = sorted({one.week for one in found})
    shares: dict[str, dict[dt.date, int | None]] = {}
    hours = {kind: dict.fromkeys(weeks, 0) for kind in Kind}
    for one in found:
        shares.setdefault(one.program, {})[one.week] = one.share
        for kind in Kind:
            hours[kind][one.week] += one.minutes[kind]
    return {
        "labels": [figures.day_range(week, week) for week in weeks],
        "lines": {name: [by_week.get(week) for week in weeks] for name, by_week in shares.items()},
        "kinds": {str(kind.label): [round(by_week[week] / 60, 1) for week in weeks] for kind, by_week in hours.items()},
    }


def _query(asked: ReportAsked) -> str:
    said = {"from": asked.first, "to": asked.last, "program": asked.program_id, "site": asked.site_id}
    return urlencode({name: value for name, value in said.items() if value is not None})
