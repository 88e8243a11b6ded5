"""What somebody must act on: the flags of each person, with the figures that raised them, and what was done so far."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from attendance.enums import FlagKind, FlagState
from attendance.models import Flag
from attendance.permissions import can_act_on_flag
from attendance.queries import flags_for_display
from attendance.queries.flags import who_may_take, with_steps
from attendance.queries.outreach import last_contacts
from attendance.services.absences import STILL_TOLD
from people.domain.time import local_date
from people.enums import Look
from people.models import User
from people.queries import home_zone
from people.services.looks import record_look
from web.forms.flags import ContactForm, FlagListForm, ResolveForm
from web.rows.flags import FlaggedPerson, FlagRow, flag_row, flagged_person
from web.views.staff import now, staff_page, user_of

PEOPLE_A_PAGE = 25
ROSTERS_SHOWN = 25


@staff_page
@require_safe
def flags(request: HttpRequest) -> HttpResponse:
    """By person, whoever has the newest flag first; of one kind, one's own, or the resolved ones where asked.

    The look is recorded.
    """
    user, moment = user_of(request), now()
    form = FlagListForm(request.GET)
    form.is_valid()
    kind = form.cleaned_data.get("kind") if form.cleaned_data.get("kind") in FlagKind.values else ""
    mine, resolved = form.cleaned_data.get("mine"), form.cleaned_data.get("resolved")
    seen = flags_for_display(user)
    seen = seen.filter(state=FlagState.RESOLVED) if resolved else seen.exclude(state=FlagState.RESOLVED)
    seen = seen.filter(assigned_to=user) if mine else seen
    counts = dict(seen.order_by().values_list("kind").annotate(number=Count("pk")))
    shown = seen.filter(kind=kind) if kind else seen
    page = _page_of_people(shown, request)
    rosters = list(with_steps(shown.filter(patient=None))[:ROSTERS_SHOWN]) if page.number == 1 else []
    record_look(Look.REPORT, ("flags", None), actor=user, now=moment)
    view = {"mine": "1" if mine else "", "resolved": "1" if resolved else "", "kind": kind or ""}
    context = {
        "answer": _answer(sum(counts.values()), mine=bool(mine), resolved=bool(resolved)),
        "kinds": [
            {"label": label, "count": counts[value], "url": _query(view, kind=value), "active": value == kind}
            for value, label in FlagKind.choices
            if value in counts
        ],
        "all_active": not kind,
        "all_url": _query(view, kind=""),
        "mine": {"url": _query(view, mine="" if mine else "1"), "active": bool(mine)},
        "resolved": {"url": _query(view, resolved="" if resolved else "1"), "active": bool(resolved)},
        **_read(shown, page, rosters, user, moment),
        "page": page,
        "query": _query(view).removeprefix("?") + "&",
        "contact_form": ContactForm(),
        "resolve_form": ResolveForm(),
        "back": request.get_full_path(),
    }
    return render(request, "flags.html", context)


def _page_of_people(shown: QuerySet[Flag], request: HttpRequest) -> "Page[Any]":
    people = (
        shown.exclude(patient=None)
        .order_by()
        .values("patient_id")
        .annotate(newest=Max("raised_at"))
        .order_by(F("newest").desc(), "patient_id")
    )
    return Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))


def _read(
    shown: QuerySet[Flag], page: "Page[Any]", rosters: Sequence[Flag], user: User, moment: datetime
) -> dict[str, Any]:
    """The rows of the page, read in a constant number of queries."""
    order = [row["patient_id"] for row in page]
    found = list(
        with_steps(shown.filter(patient__in=order))
        .select_related(
            "patient", "admission__site", "admission__primary_counselor__user", "assigned_to", "session__site"
        )
        .order_by("-raised_at", "-pk")
    )
    takers = who_may_take([*found, *rosters])
    zone = home_zone(user)
    today = local_date(moment, zone)
    contacts = last_contacts(order, since=moment - STILL_TOLD)

    def row_of(flag: Flag) -> FlagRow:
        return flag_row(flag, zone=zone, today=today, may_act=_may_act(user, flag), takers=takers.get(flag.pk, ()))

    people: list[FlaggedPerson] = []
    for patient_id in order:
        theirs = [flag for flag in found if flag.patient_id == patient_id]
        if theirs:
            rows = [row_of(flag) for flag in theirs]
            people.append(flagged_person(rows, theirs[0], today=today, contact=contacts.get(patient_id)))
    return {"people": people, "rosters": [row_of(flag) for flag in rosters]}


def _may_act(user: User, flag: Flag) -> bool:
    """The rule of `act_on_flag`, without a query where the site or the caseload decides it."""
    managed = user.scope.managed_site_ids
    about = flag.session or flag.admission
    if about is not None and about.site_id in managed:
        return True
    if flag.admission is not None and user.scope.counselor_id is not None:
        return flag.admission.primary_counselor_id == user.scope.counselor_id or flag.assigned_to_id == user.pk
    return flag.session is not None and bool(can_act_on_flag(user, flag))


def _answer(total: int, *, mine: bool, resolved: bool) -> str:
    if resolved:
        return ngettext("%(count)d flag is resolved", "%(count)d flags are resolved", total) % {"count": total}
    if not total:
        return _("Nothing needs you")
    if mine:
        return ngettext("%(count)d flag is yours", "%(count)d flags are yours", total) % {"count": total}
    return ngettext("%(count)d flag is open", "%(count)d flags are open", total) % {"count": total}


def _query(view: dict[str, str], **changes: str) -> str:
    return "?" + urlencode({name: value for name, value in {**view, **changes}.items() if value})
