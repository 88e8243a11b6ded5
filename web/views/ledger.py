"""A person's hours ledger: each week against its target, and beneath it every minute and how it came about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.domain.requirements import Judgement, PeriodsJudgement, Window
from attendance.models import TreatmentWeek
from attendance.queries import TREND_WEEKS, unsigned_sessions
from attendance.queries.ledger import LedgerWeek, ledger
from attendance.queries.reports.foot import figures_foot, partial_weeks_lines
from attendance.queries.requirements import judged_requirements
from attendance.queries.week_actions import actions_by_week
from attendance.services.weeks import recount_patient
from people.domain.time import Interval, local_date
from people.enums import Look
from people.models import Admission, Patient, SiteClosure, User
from people.queries import closures_in, home_zone, last_look, latest_admission
from people.services.looks import record_look
from web import format as figures
from web.forms.ledger import LedgerForm
from web.rows.contacts import when_said
from web.rows.ledger import (
    RequirementCard,
    answer,
    closure_words,
    ledger_week,
    plan_card,
)
from web.rows.people import standing
from web.rows.policies import policy_lines
from web.rows.requirement_cards import card_of, stay_words
from web.views.staff import must, now, seen_person, today_of, user_of

A_WEEK = timedelta(days=7)


@login_required
@require_safe
def patient_ledger(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Every week that holds one of the dates, the newest first; without dates, the last eight weeks and this one.

    The look is recorded, with its dates. `print=1` shows every week unfolded, for paper.
    """
    person, user, moment = seen(request, patient_id), user_of(request), now()
    admission = latest_admission(person)
    today = local_date(moment, admission.zone) if admission else today_of(user, now=moment)
    form = LedgerForm(request.GET)
    first, last = form.span(first=today - TREND_WEEKS * A_WEEK, last=today)
    before = last_look(person.pk, before=moment, but=user)
    asked = {"report": "ledger", "from": first.isoformat(), "to": last.isoformat()}
    record_look(Look.REPORT, person, actor=user, now=moment, patient_id=person.pk, asked=asked)
    recount_patient(person.pk, now=moment, first=first, last=last)
    entries = ledger(person.pk, first=first, last=last)[::-1]
    weeks = [entry.week for entry in entries]
    context = {
        "person": person,
        "standing": standing(admission, today=today),
        "answer": answer(weeks, now=moment),
        "form": form if form.errors else LedgerForm({"from": first, "to": last, "kind": form.listed}),
        "range": figures.dated_range(first, last),
        "last_look": _opened_by(before, home_zone(user)),
        "cards": [plan_card(weeks, now=moment), *requirement_cards(weeks, first=first, last=last, now=moment)],
        "weeks": _week_views(
            entries, person, moment=moment, kind=form.listed, every_open=bool(request.GET.get("print"))
        ),
        "foot": _foot(weeks, now=moment),
        "definitions": figures_foot(),
        "policies": policy_lines([record for entry in entries for record in entry.records]),
        "partial_weeks": partial_weeks_lines(((week.program, week.week) for week in weeks), stretch=figures.day_range),
        "print_url": f"{reverse('patient-ledger', args=[person.pk])}?from={first}&to={last}&kind={form.listed}&print=1",
        "file_query": {"from": first, "to": last, "patient": person.pk},
        "formats": (("xlsx", "XLSX"), ("csv", "CSV")),
        "packet_formats": (("xlsx", _("Packet for a reviewer")),),
        "is_print": bool(request.GET.get("print")),
    }
    return render(request, "patients/ledger.html", context)


def requirement_cards(
    weeks: Sequence[TreatmentWeek], *, first: date, last: date, now: datetime
) -> list[RequirementCard]:
    """What a payer, a licence, a court or the program asks beside the plan in each stay that has one of the weeks, a
    card each: the weeks or months that meet the dates; an average or a total is that of the whole stay.
    """
    stays = sorted({week.admission for week in weeks}, key=lambda one: one.admitted_on)
    return [
        card_of(replace(one, judgement=_within(one.judgement, first, last)), stay_words(stay) if stays[1:] else "")
        for stay in stays
        for one in judged_requirements(_read(stay, weeks), now=now)
    ]


def _read(admission: Admission, weeks: Sequence[TreatmentWeek]) -> Admission:
    """The admission with the site and program that one of its weeks has read."""
    own = next(week for week in weeks if week.admission_id == admission.pk)
    admission.site, admission.program = own.site, own.program
    return admission


def _within(judgement: Judgement, first: date, last: date) -> Judgement:
    if not isinstance(judgement, PeriodsJudgement):
        return judgement
    longest = timedelta(days=31 if judgement.window == Window.MONTH else 7)
    periods = [one for one in judgement.periods if one.starts_on <= last and first < one.starts_on + longest]
    return replace(judgement, periods=tuple(periods))


def seen(request: HttpRequest, patient_id: int) -> Patient:
    """The person, if the account sees them (404) and may have their hours reported (403)."""
    person = seen_person(request, patient_id)
    must(user_of(request), "attendance.report_on", person)
    return person


def _week_views(
    entries: list[LedgerWeek], person: Patient, *, moment: datetime, kind: str, every_open: bool
) -> list[Any]:
    weeks = [entry.week for entry in entries]
    actions = actions_by_week(person.pk, weeks)
    unsigned = unsigned_sessions(weeks, now=moment)
    closed = {site: closures_in(site, _span(weeks)) for site in {week.site for week in weeks}}
    return [
        ledger_week(
            entry,
            zone=entry.week.site.zone,
            now=moment,
            actions=actions[entry.week.pk],
            unsigned=len(unsigned[entry.week.pk]),
            causes=_causes(closed[entry.week.site], entry.week),
            kind=kind,
            is_open=every_open or at == 0,
        )
        for at, entry in enumerate(entries)
    ]


def _causes(closures: Sequence[SiteClosure], week: TreatmentWeek) -> list[str]:
    """Why evenings of the week were lost."""
    return [closure_words(one) for one in closures if one.interval.overlaps(_span([week]))]


def _span(weeks: Sequence[TreatmentWeek]) -> Interval:
    """From the first of the weeks to the last."""
    return Interval(min(week.starts_at for week in weeks), max(week.ends_at for week in weeks))


def _foot(weeks: Sequence[TreatmentWeek], *, now: datetime) -> dict[str, Any]:
    """The sum of the weeks that are over, and what that makes a week."""
    over = [week for week in weeks if week.ends_at <= now]
    total = sum(week.credited_minutes for week in over)
    return {"count": len(over), "total": total, "average": total // len(over) if over else 0}


def _opened_by(look: Any, zone: Any) -> str:
    if look is None:
        return ""
    name = User.objects.filter(pk=look.actor_id).values_list("name", flat=True).first() if look.actor_id else None
    said = {"who": name or _("somebody"), "when": when_said(look.at, zone)}
    return _("Last opened by %(who)s, %(when)s") % said
