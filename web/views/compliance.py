"""The board: who will miss their hours this week, and what can still be done about it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.models import TreatmentWeek
from attendance.queries import Board, board, flags_for_week, trends
from attendance.queries.roster import NEWCOMER_DAYS
from people.domain.time import local_date
from people.domain.weeks import Weekday, week_start
from people.enums import Look
from people.models import Counselor, Program, Site, User
from people.queries import home_zone
from people.services.looks import record_look
from web import format as figures
from web.components.hours_bar import build_hours_bar
from web.forms.board import BoardForm
from web.rows.board import CALM, LOUD, answer, count_cards, hint_of, person_row
from web.views.staff import must, now, staff_page, user_of

ROWS_A_PAGE = 50
A_WEEK = timedelta(days=7)
MOST_COUNSELORS = 300
LIVE_WITHIN = timedelta(minutes=2)
"""A recount follows a change within a minute; figures that wait for longer say from when they are."""


class KnownCountPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of weeks whose number the board has counted already."""

    def __init__(self, weeks: QuerySet[TreatmentWeek], *, total: int) -> None:
        super().__init__(weeks, ROWS_A_PAGE)
        self._total = total

    @cached_property
    def count(self) -> int:
        """The number of rows; no query."""
        return self._total


@staff_page
@require_safe
def compliance(request: HttpRequest) -> HttpResponse:
    """Worst first, a page at a time; filters and the week come with the address. The look is recorded."""
    user, moment = user_of(request), now()
    must(user, "attendance.see_board", user)
    zone = home_zone(user)
    today = local_date(moment, zone)
    programs = list(Program.objects.visible_to(user))
    form = _form(request, user, programs)
    said = form.said
    weekday = programs[0].week_begins if programs else Weekday.MONDAY
    first = week_start(said.get("week", today), weekday)
    found = _found(user, said, first, today)
    counts = found.counts()
    page = _page(request, found, counts, said)
    record_look(Look.REPORT, ("board", None), actor=user, now=moment)
    query = _query_of(said, first, this_week=week_start(today, weekday))
    head, more = answer(counts, first=first, today=today)
    context = {
        "answer": head,
        "answer_more": more,
        "all_well": not (counts["below"] or counts["at_risk"]) and sum(counts.values()) > 0,
        "form": form,
        "counts": counts,
        "cards": count_cards(counts, active=said.get("status", ""), query=query),
        "calm": [(status.value, counts[status], query(status=status.value)) for status in CALM],
        "total": sum(counts.values()),
        "all_url": query(show="all", status=""),
        "is_filtered": bool(said.get("status") or said.get("show")),
        "clear_url": query(status="", show=""),
        "groups": _groups(list(page), user, today, mixed=bool(said.get("show"))),
        "counts_by_status": counts,
        "page": page,
        "query": _page_query(said, first),
        "switcher": _switcher(first, query),
        "age": _age(list(page), moment, zone),
        "head_bar": build_hours_bar(done=0, booked=0, minimum=540, maximum=1140, board=True),
    }
    return render(request, "compliance.html", context)


def _form(request: HttpRequest, user: User, programs: Sequence[Program]) -> BoardForm:
    counselors = Counselor.objects.visible_to(user)[:MOST_COUNSELORS]
    return BoardForm(
        request.GET,
        sites=[(site.pk, site.name) for site in Site.objects.visible_to(user)],
        programs=[(program.pk, program.name) for program in programs],
        counselors=[(counselor.pk, counselor.short_name) for counselor in counselors],
    )


def _found(user: User, said: dict[str, Any], first: date, today: date) -> Board:
    found = board(
        user,
        week=first,
        status=said.get("status"),
        program_id=said.get("program"),
        counselor_id=said.get("counselor"),
        site_id=said.get("site"),
        search=said.get("search", ""),
    )
    if not said.get("new"):
        return found
    newcomers = {
        "admission__admitted_on__gt": today - timedelta(days=NEWCOMER_DAYS),
        "admission__admitted_on__lte": today,
    }
    return Board(found.weeks.filter(**newcomers), found.of_any_status.filter(**newcomers))


def _page(request: HttpRequest, found: Board, counts: dict[str, int], said: dict[str, Any]) -> "Page[TreatmentWeek]":
    """The rows that were asked for: one status, all, or those that need somebody."""
    weeks, total = found.weeks, sum(counts.values())
    if "status" in said:
        total = counts[said["status"]]
    elif "show" not in said and "search" not in said:
        weeks, total = weeks.filter(status__in=LOUD), sum(counts[status] for status in LOUD)
    return KnownCountPaginator(weeks, total=total).get_page(request.GET.get("page"))


def _groups(weeks: Sequence[TreatmentWeek], user: User, today: date, *, mixed: bool) -> list[dict[str, Any]]:
    """The page's rows by status, in the board's order."""
    trend, flags = trends(weeks), flags_for_week(weeks)
    managed = user.scope.managed_site_ids
    return [
        {
            "status": status,
            "hint": hint_of(status),
            "rows": [
                person_row(
                    week,
                    trend=trend[week.pk],
                    flags=flags[week.pk],
                    today=today,
                    may_book=week.site_id in managed,
                )
                for week in group
            ],
        }
        for status, group in groupby(weeks, key=lambda week: str(week.status))
    ]


def _query_of(said: dict[str, Any], first: date, *, this_week: date) -> Callable[..., str]:
    """A function that writes the page's address with some of its parameters changed."""

    def query(**changes: str) -> str:
        kept = {**_parameters(said), "week": "" if first == this_week else first.isoformat(), **changes}
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    return query


def _parameters(said: dict[str, Any]) -> dict[str, str]:
    return {name: "1" if value is True else str(value) for name, value in said.items()}


def _page_query(said: dict[str, Any], first: date) -> str:
    return urlencode({**_parameters(said), "week": first.isoformat()}) + "&"


def _switcher(first: date, query: Callable[..., str]) -> dict[str, str]:
    return {
        "label": "",
        "range": figures.day_range(first, first + timedelta(days=6)),
        "previous_url": query(week=(first - A_WEEK).isoformat()),
        "next_url": query(week=(first + A_WEEK).isoformat()),
    }


def _age(weeks: Iterable[TreatmentWeek], moment: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The moment of the page, and from when its oldest figures are."""
    local = moment.astimezone(zone)
    at = _("%(day)s, %(time)s") % {"day": figures.short_day(local), "time": figures.clock(local)}
    behind = [week for week in weeks if week.stale_at is not None and week.stale_at < moment - LIVE_WITHIN]
    if not behind:
        return {"at": at, "said": _("figures live"), "old": False}
    known = [week.computed_at for week in behind if week.computed_at is not None]
    if len(known) < len(behind):
        return {"at": at, "said": _("some figures are still being counted"), "old": True}
    oldest = min(known).astimezone(zone)
    same_day = oldest.date() == local.date()
    when = figures.clock(oldest) if same_day else f"{figures.short_day(oldest)}, {figures.clock(oldest)}"
    return {"at": at, "said": _("figures from %(time)s") % {"time": when}, "old": True}
