"""The board over the weeks: a map of people by weeks, and the trends of all of them."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.enums import WeekState
from attendance.models import TreatmentWeek
from attendance.queries.history import WeekTotals, hours_spread, totals_by_week, weeks_of
from people.enums import Look
from people.services.looks import record_look
from web import format as figures
from web.rows.board import CALM, LOUD, answer, evidence_url
from web.views.compliance import BoardAsked, board_asked
from web.views.staff import must, now, staff_page, user_of

PEOPLE_A_PAGE = 50
WEEKS_MAPPED = 12
WEEKS_CHARTED = 26
A_WEEK = timedelta(days=7)


@staff_page
@require_safe
def heat(request: HttpRequest) -> HttpResponse:
    """People by their last twelve weeks, as the board is filtered; each field opens that week. The look is recorded."""
    user, moment = user_of(request), now()
    must(user, "attendance.see_board", user)
    asked = board_asked(request, user, moment)
    record_look(Look.REPORT, ("heat", None), actor=user, now=moment)
    page = Paginator(asked.found.weeks, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    last = asked.day.usual + timedelta(days=6)
    known = weeks_of((week.admission_id for week in rows), last=last, count=WEEKS_MAPPED)
    dates = [asked.day.usual - ago * A_WEEK for ago in range(WEEKS_MAPPED - 1, -1, -1)]
    head, _second_line = answer(asked.found.counts(), first=asked.day.usual, today=asked.day.today)
    context = {
        "answer": head,
        "dates": [figures.day_range(on, on) for on in dates],
        "rows": [
            {
                "name": week.patient.name,
                "url": reverse("patient", args=[week.patient_id]),
                # A program whose weeks begin on another day has its own first dates.
                "cells": [_cell(known[week.admission_id].get(week.week - (asked.day.usual - on))) for on in dates],
            }
            for week in rows
        ],
        "page": page,
        "legend": [status.value for status in (*LOUD, *CALM)],
        **_frame(asked),
    }
    return render(request, "board/heat.html", context)


@staff_page
@require_safe
def trends(request: HttpRequest) -> HttpResponse:
    """Half a year of counts and of the share that reached its goal, and how this week's hours are spread.

    Each drawing stands beside its table. The look is recorded.
    """
    user, moment = user_of(request), now()
    must(user, "attendance.see_board", user)
    asked = board_asked(request, user, moment)
    record_look(Look.REPORT, ("trends", None), actor=user, now=moment)
    said = asked.form.said
    weeks = TreatmentWeek.objects.on_board_of(user)
    narrowed = {"program_id": "program", "site_id": "site", "admission__primary_counselor_id": "counselor"}
    weeks = weeks.filter(**{column: said[name] for column, name in narrowed.items() if name in said})
    totals = totals_by_week(weeks, last=asked.day.usual + timedelta(days=6), count=WEEKS_CHARTED)
    spread = hours_spread(asked.found.of_any_status)
    finished = [one for one in totals if one.week + A_WEEK <= asked.day.today]
    context = {
        "answer": _trend_answer(finished),
        "weeks": [_week_row(one) for one in totals],
        "statuses": [(status.value, status.label) for status in (*LOUD, *CALM)],
        "spread": [{"hours": figures.minutes(hours * 60), "people": number} for hours, number in spread.items()],
        "chart": {
            "labels": [figures.day_range(one.week, one.week) for one in totals],
            # A week that goes on has reached its goal for nobody yet: its share would look like a fall.
            "share": [_share(one) if one in finished else None for one in totals],
            "shareLabel": _("Share that reached the goal, in percent"),
            "counts": {str(status): [one.counts[status] for one in totals] for status in (*LOUD, *CALM)},
            "names": {str(status): str(status.label) for status in (*LOUD, *CALM)},
            "hours": [figures.minutes(hours * 60) for hours in spread],
            "people": list(spread.values()),
            "peopleLabel": _("People"),
        },
        **_frame(asked),
    }
    return render(request, "board/trends.html", context)


def _frame(asked: BoardAsked) -> dict[str, Any]:
    return {
        "board_url": f"{reverse('compliance')}{asked.query()}",
        "query": asked.query().removeprefix("?") + "&",
        "range": figures.day_range(asked.day.usual, asked.day.usual + timedelta(days=6)),
        "previous_url": asked.query(week=(asked.on - A_WEEK).isoformat()),
        "next_url": asked.query(week=(asked.on + A_WEEK).isoformat()),
    }


def _cell(week: TreatmentWeek | None) -> dict[str, str]:
    """One week of one person: its status, its hours, and where its evidence is."""
    if week is None:
        return {"status": "", "hours": "", "url": ""}
    return {
        "status": week.status,
        "label": str(WeekState(week.status).label),
        "hours": figures.minutes(week.projected_minutes),
        "url": evidence_url(week),
    }


def _share(one: WeekTotals) -> int | None:
    return round(100 * one.reached / one.asked) if one.asked else None


def _trend_answer(finished: list[WeekTotals]) -> str:
    if not finished or _share(finished[-1]) is None:
        return _("No finished week yet")
    return _("%(share)d%% reached their goal in the last finished week") % {"share": _share(finished[-1])}


def _week_row(one: WeekTotals) -> dict[str, Any]:
    share = _share(one)
    return {
        "range": figures.day_range(one.week, one.week + timedelta(days=6)),
        "counts": [one.counts[status] for status in (*LOUD, *CALM)],
        "share": "" if share is None else _("%(share)d%%") % {"share": share},
        "hours": figures.minutes(one.credited_minutes),
    }
