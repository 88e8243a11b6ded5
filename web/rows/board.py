"""The board's rows, cards and first line."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import WeekState
from attendance.models import Outreach, TreatmentWeek
from attendance.queries import TrendPoint
from attendance.queries.roster import NEWCOMER_DAYS
from people.models import Admission
from scheduling.services.repairs import WeekRepair
from web import format as figures
from web.components.actions import Action
from web.components.hours_bar import HoursBar, build_hours_bar
from web.components.sparkline import SparkWeek
from web.rows.contacts import contact_words
from web.rows.repairs import repair_action, repair_forecast, undo_action
from web.rows.requirements import at_stake_words

LOUD = (WeekState.BELOW, WeekState.AT_RISK, WeekState.OVER)
CALM = (WeekState.ON_TRACK, WeekState.MET, WeekState.EXEMPT)


@dataclass(frozen=True)
class PersonRow:
    """One person's week, as `_partials/person_row.html` draws it."""

    id: str
    name: str
    url: str
    counselor: str
    tag: str
    bar: HoursBar
    sum: str
    result: str
    status: str
    chip: bool
    forecast: str
    forecast_strong: str
    action: Action | None
    contact: str
    contact_unknown: bool
    phone: str
    weeks: Sequence[SparkWeek]
    weeks_url: str = ""
    hours_url: str = ""
    undo: Action | None = None
    asks: str = ""


def person_row(
    week: TreatmentWeek,
    *,
    trend: Sequence[TrendPoint | None],
    today: dt.date,
    usual: dt.date,
    found: WeekRepair | None,
    contact: Outreach | None,
    may_book: bool,
    query: str = "",
    undo: Sequence[int] = (),
    chip: bool = False,
) -> PersonRow:
    """The row of a week, with its patient, program and admission's counselor read.

    A week that does not begin on the board's `usual` date is named. `found` is what would repair it, `contact` when
    somebody last spoke to them, `undo` the bookings that were just made for it, `query` the board's own address.
    """
    forecast, strong = repair_forecast(found) if found else ("", "")
    if not forecast:
        forecast, strong = _forecast(week, today)
    counselor = week.admission.primary_counselor
    record = reverse("patient", args=[week.patient_id])
    return PersonRow(
        id=f"week-{week.pk}",
        name=week.patient.name,
        url=record,
        counselor=_beside_name(counselor.short_name if counselor else _("No counselor"), week, usual),
        tag=newcomer(week.admission, today),
        bar=bar_of(week),
        sum=sum_of(week),
        result=result_of(week),
        status=week.status,
        chip=chip,
        forecast=forecast,
        forecast_strong=strong,
        action=(repair_action(week, found, query) or _action(week, today)) if may_book else None,
        contact=contact_words(contact, week, today),
        contact_unknown=_is_over(week, today),
        phone=week.patient.phone,
        weeks=[_spark(point, last=index == len(trend) - 1, week=week) for index, point in enumerate(trend)],
        weeks_url=f"{reverse('patient', args=[week.patient_id])}#weeks-title",
        hours_url=evidence_url(week),
        undo=undo_action(week, undo, query) if undo and may_book else None,
        asks=at_stake_words([one for one in week.requirements if one["at_stake"]]) if week.at_stake else "",
    )


def evidence_url(week: TreatmentWeek) -> str:
    """Where a week's hours come from, however long ago it was."""
    return f"{reverse('patient-ledger', args=[week.patient_id])}?to={week.week}#week-{week.pk}"


def _beside_name(counselor: str, week: TreatmentWeek, usual: dt.date) -> str:
    if week.week == usual:
        return counselor
    return f"{counselor} · {figures.day_range(week.week, week.week + dt.timedelta(days=6))}"


def bar_of(week: TreatmentWeek) -> HoursBar:
    """The bar on the board's scale."""
    return build_hours_bar(
        done=week.credited_minutes,
        booked=week.booked_minutes,
        minimum=week.min_minutes,
        maximum=week.max_minutes or 1,
        board=True,
    )


def sum_of(week: TreatmentWeek) -> str:
    """ "2 h 31 + 2 h 45 booked"."""
    done = figures.minutes(week.credited_minutes)
    if week.closed_at is not None:
        return _("%(done)s attended") % {"done": done}
    if not week.booked_minutes:
        return _("%(done)s, nothing booked") % {"done": done}
    return _("%(done)s + %(booked)s booked") % {"done": done, "booked": figures.minutes(week.booked_minutes)}


def result_of(week: TreatmentWeek) -> str:
    """ "3 h 44 short", "1 h 30 over 19 h", or nothing."""
    over = week.projected_minutes - week.max_minutes
    if week.status == WeekState.OVER:
        return _("%(over)s over %(most)s") % {
            "over": figures.minutes(over),
            "most": figures.minutes(week.max_minutes),
        }
    if week.shortfall_minutes:
        return _("%(short)s short") % {"short": figures.minutes(week.shortfall_minutes)}
    return ""


def _forecast(week: TreatmentWeek, today: dt.date) -> tuple[str, str]:
    """What the week can still come to, in words and as a figure."""
    reachable = figures.minutes(week.projected_minutes + week.bookable_minutes)
    if week.status == WeekState.BELOW and week.closed_at is not None:
        return _("Closed with"), figures.minutes(week.credited_minutes)
    if week.status == WeekState.BELOW and _is_over(week, today):
        return _("Came to"), reachable
    if week.status == WeekState.BELOW:
        return _("Best in reach"), reachable
    if week.status == WeekState.AT_RISK:
        return _("Can still reach"), reachable
    if week.status == WeekState.OVER:
        return _("Done and booked make"), figures.minutes(week.projected_minutes)
    if week.status == WeekState.ON_TRACK:
        return _("Done and booked make"), figures.minutes(week.projected_minutes)
    if week.status == WeekState.MET:
        return _("Goal reached with"), figures.minutes(week.credited_minutes)
    return _("No goal this week"), ""


def _action(week: TreatmentWeek, today: dt.date) -> Action | None:
    """The way to what would repair it: the sessions of that week, or what is booked too much."""
    if week.closed_at is not None or _is_over(week, today):
        return None
    if week.status == WeekState.OVER:
        return Action(_("See bookings"), reverse("patient", args=[week.patient_id]), hint=week.patient.name)
    if week.status not in (WeekState.BELOW, WeekState.AT_RISK):
        return None
    label = _("See what fits") if week.bookable_minutes else _("See options")
    url = f"{reverse('patient-sessions', args=[week.patient_id])}?week={week.week}"
    return Action(label, url, hint=week.patient.name)


def _is_over(week: TreatmentWeek, today: dt.date) -> bool:
    return week.week + dt.timedelta(days=6) < today


def newcomer(admission: Admission, today: dt.date) -> str:
    """ "New · day 9" in the first 30 days."""
    day = (today - admission.admitted_on).days + 1
    return _("New · day %(day)d") % {"day": day} if 1 <= day <= NEWCOMER_DAYS else ""


def _spark(point: TrendPoint | None, *, last: bool, week: TreatmentWeek) -> SparkWeek:
    if point is None:
        return SparkWeek(None)
    is_open = last and week.closed_at is None
    return SparkWeek(point.projected_minutes if is_open else point.credited_minutes, point.min_minutes, is_open=is_open)


def answer(counts: Mapping[str, int], *, first: dt.date, today: dt.date) -> tuple[str, str]:
    """The first line of the board, and a quieter second one or nothing."""
    below, at_risk = counts[WeekState.BELOW], counts[WeekState.AT_RISK]
    short = below + at_risk
    if not sum(counts.values()):
        return _("Nobody is listed here"), _("Try another week, or fewer filters.")
    if not short:
        return _("Everyone is on track."), _("Next check tonight.") if first <= today else ""
    if first + dt.timedelta(days=6) < today:
        words = ngettext("%(count)d person was short that week.", "%(count)d people were short that week.", short)
        return words % {"count": short}, ""
    if first > today:
        words = ngettext("%(count)d person is short that week.", "%(count)d people are short that week.", short)
    else:
        words = ngettext("%(count)d person is short this week.", "%(count)d people are short this week.", short)
    can = ngettext("%(count)d can still make it.", "%(count)d can still make it.", at_risk) % {"count": at_risk}
    return words % {"count": short} + (f" {can}" if at_risk else ""), ""


def count_cards(counts: Mapping[str, int], *, active: str, query: Any, is_over: bool) -> list[dict[str, Any]]:
    """The six cards; each filters, and the active one lifts its filter again."""
    notes = {
        WeekState.BELOW: _("Ended short of the goal") if is_over else _("Nothing free reaches the goal"),
        WeekState.AT_RISK: _("Can still reach the goal"),
        WeekState.OVER: _("Above the maximum"),
        WeekState.ON_TRACK: _("Booked to the goal"),
        WeekState.MET: _("Goal attended"),
        WeekState.EXEMPT: _("No hours expected"),
    }
    return [
        {
            "status": status.value,
            "count": counts[status],
            "note": notes[status],
            "active": status == active,
            "url": query(status="" if status == active else status.value),
        }
        for status in (*LOUD, *CALM)
    ]


def hint_of(status: str, *, is_over: bool) -> str:
    """What to do about a group; nothing in a week that is over."""
    if is_over:
        return ""
    return {
        WeekState.BELOW: _("Call these first: they need a new session, a shift swap or a changed plan"),
        WeekState.AT_RISK: _("There are free sessions that fit their work hours"),
        WeekState.OVER: _("More is booked than their week may hold"),
    }.get(WeekState(status), "")
