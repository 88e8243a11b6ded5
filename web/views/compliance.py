"""The board: who will miss their hours this week, and what can still be done about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from attendance.enums import WeekState
from attendance.models import BoardFilter, PlanSuggestion, TreatmentWeek
from attendance.queries import Board, board
from attendance.queries.roster import NEWCOMER_DAYS
from people.domain.time import local_date
from people.domain.weeks import Weekday, week_start
from people.enums import Look
from people.models import Counselor, Program, Site, User
from people.queries import home_zone
from people.services.looks import record_look
from web import format as figures
from web.components.actions import Action
from web.components.hours_bar import build_hours_bar
from web.forms.board import BoardForm
from web.forms.repair import DoneForm
from web.rows.board import CALM, LOUD, answer, count_cards, hint_of
from web.rows.board_rows import BoardDay, JustBooked, rows_of
from web.views.plan_suggestions import counted
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
    asked = board_asked(request, user, moment)
    form, said, found, query = asked.form, asked.form.said, asked.found, asked.query
    first, today, zone = asked.day.usual, asked.day.today, asked.zone
    counts = found.counts()
    just = _just_booked(request)
    page = _page(request, found, counts, said)
    listed = [*_kept(found, just, page), *page]
    record_look(Look.REPORT, ("board", None), actor=user, now=moment)
    head, more = answer(counts, first=first, today=today)
    is_over = first + A_WEEK <= today
    context = {
        "answer": head,
        "answer_more": more,
        "all_well": not (counts["below"] or counts["at_risk"]) and sum(counts.values()) > 0,
        "form": form,
        "counts": counts,
        "cards": count_cards(counts, active=said.get("status", ""), query=query, is_over=is_over),
        "kept": [_kept_filter(one, query) for one in BoardFilter.objects.filter(user=user)],
        "kept_query": query(),
        "calm": [(status.value, counts[status], query(status=status.value)) for status in CALM],
        "total": sum(counts.values()),
        "all_url": query(show="all", status=""),
        "is_filtered": bool(said.get("status") or said.get("show")),
        "clear_url": query(status="", show=""),
        "groups": _groups(listed, asked.day, just, _preview(user, counts, query, is_over=is_over)),
        "counts_by_status": counts,
        "page": page,
        "query": query(week=asked.on.isoformat()).removeprefix("?") + "&",
        "switcher": _switcher(first, asked.on, query),
        "plans": counted(PlanSuggestion.objects.on_board_of(user).open_counts()),
        "age": _age(list(page), moment, zone),
        "head_bar": build_hours_bar(done=0, booked=0, minimum=540, maximum=1140, board=True),
    }
    return render(request, "compliance.html", context)


@dataclass(frozen=True)
class BoardAsked:
    """A board as its address asks for it: `on` is a day of its week, `query` writes its address with changes."""

    form: BoardForm
    found: Board
    day: BoardDay
    on: date
    zone: ZoneInfo
    query: Callable[..., str]


def board_asked(request: HttpRequest, user: User, moment: datetime, *, status: str | None = None) -> BoardAsked:
    """What the address narrows the board to; with `status` that one, whatever the address says."""
    zone = home_zone(user)
    today = local_date(moment, zone)
    programs = list(Program.objects.filter(sites__in=user.scope.staff_site_ids).distinct())
    form = _form(request, user, programs)
    said = form.said
    on = said.get("week", today)
    query = _query_of(said, on, today)
    found = _found(user, {**said, **({"status": status} if status else {})}, on, today)
    day = BoardDay(user, moment, today, week_start(on, _usual_weekday(programs)), query())
    return BoardAsked(form, found, day, on, zone, query)


def _kept_filter(kept: BoardFilter, query: Callable[..., str]) -> dict[str, Any]:
    """A kept list: its address, and whether it is the one that is on."""
    said = {name: str(value) for name, value in sorted(kept.said.items())}  # PostgreSQL keeps no order of names
    active = bool(said) and dict(parse_qsl(query(week="").removeprefix("?"))) == said
    return {"pk": kept.pk, "name": kept.name, "url": f"?{urlencode(said)}", "active": active}


def _preview(user: User, counts: dict[str, int], query: Callable[..., str], *, is_over: bool) -> Action | None:
    """The way to all repairs of the list, for whoever may book them."""
    count = counts[WeekState.AT_RISK]
    if is_over or not count or not user.scope.managed_site_ids:
        return None
    label = ngettext("Preview the repair", "Preview all %(count)d repairs", count) % {"count": count}
    return Action(label, f"{reverse('repairs')}{query(status='', show='')}")


def _form(request: HttpRequest, user: User, programs: Sequence[Program]) -> BoardForm:
    here = user.scope.staff_site_ids
    counselors = Counselor.objects.filter(sites__in=here).distinct()[:MOST_COUNSELORS]
    return BoardForm(
        request.GET,
        sites=[(site.pk, site.name) for site in Site.objects.filter(pk__in=here)],
        programs=[(program.pk, program.name) for program in programs],
        counselors=[(counselor.pk, counselor.short_name) for counselor in counselors],
    )


def _usual_weekday(programs: Sequence[Program]) -> Weekday:
    """On which day most programs begin their weeks, the earlier in the week where they are even."""
    days = [program.week_begins for program in programs]
    return max(sorted(set(days)), key=days.count, default=Weekday.MONDAY)


def _found(user: User, said: dict[str, Any], on: date, today: date) -> Board:
    found = board(
        user,
        week=on,
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


def _groups(
    weeks: Sequence[TreatmentWeek], day: BoardDay, just: JustBooked, preview: Action | None
) -> list[dict[str, Any]]:
    """The page's rows by status, in the board's order; a week that begins on another day than `usual` says so.

    What was just booked comes first, in a group of its own.
    """
    booked = [week for week in weeks if week.pk in just.by_week]
    shown = [*booked, *(week for week in weeks if week.pk not in just.by_week)]
    rows = dict(zip((week.pk for week in shown), rows_of(shown, day, just=just), strict=True))
    groups = [
        {
            "status": status,
            "hint": hint_of(status, is_over=day.usual + A_WEEK <= day.today),
            "rows": [rows[week.pk] for week in group],
            "action": preview if status == WeekState.AT_RISK else None,
        }
        for status, group in groupby(shown[len(booked) :], key=lambda week: str(week.status))
    ]
    if booked:
        groups.insert(0, {"status": "", "hint": "", "rows": [rows[week.pk] for week in booked], "action": None})
    return groups


def _just_booked(request: HttpRequest) -> JustBooked:
    """What the address says was just booked."""
    form = DoneForm(request.GET)
    if not form.is_valid() or not form.cleaned_data["booked"] or not form.cleaned_data["done"]:
        return JustBooked()
    week_id = form.cleaned_data["done"]
    return JustBooked({week_id: form.cleaned_data["booked"]})


def _kept(found: Board, just: JustBooked, page: Iterable[TreatmentWeek]) -> list[TreatmentWeek]:
    """The weeks that were just booked, where they are on this board, and no longer on this page of it."""
    if not just.by_week:
        return []
    shown = {week.pk for week in page}
    return [week for week in found.weeks.filter(pk__in=just.by_week) if week.pk not in shown]


def _query_of(said: dict[str, Any], on: date, today: date) -> Callable[..., str]:
    """A function that writes the page's address with some of its parameters changed."""
    kept = {name: "1" if value is True else str(value) for name, value in said.items()}
    kept["week"] = "" if on == today else on.isoformat()

    def query(**changes: str) -> str:
        return "?" + urlencode({name: value for name, value in {**kept, **changes}.items() if value})

    return query


def _switcher(first: date, on: date, query: Callable[..., str]) -> dict[str, str]:
    return {
        "label": "",
        "range": figures.day_range(first, first + timedelta(days=6)),
        "previous_url": query(week=(on - A_WEEK).isoformat()),
        "next_url": query(week=(on + A_WEEK).isoformat()),
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
