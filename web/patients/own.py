"""Whose page it is: the patient behind the account, their admission, and the week that the address names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from people.domain.time import local_date
from people.domain.weeks import Week
from people.models import Admission, Patient
from web import format as figures

WEEKS_AHEAD = 12
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Own:
    """The patient at the screen; `admission` is the one in force, or the next to begin, or None."""

    patient: Patient
    admission: Admission | None
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The date at their home site."""
        return local_date(self.now, self.zone)


PageView = Callable[Concatenate[HttpRequest, Own, ...], HttpResponse]


def own_page(view: PageView) -> Callable[..., HttpResponse]:
    """A page of a patient's own: asks for sign-in, is 404 for an account that is no patient's, and speaks in the time
    zone of their site.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        own = own_of(request, now=timezone.now())
        with timezone.override(own.zone):
            return view(request, own, *args, **kwargs)

    return login_required(guarded)


def own_of(request: HttpRequest, *, now: datetime) -> Own:
    """The patient of the account. Raises Http404 where it has none."""
    patient = Patient.objects.filter(user_id=request.user.pk).first()
    if patient is None:
        raise Http404
    admissions = list(
        Admission.objects.filter(patient=patient).select_related("site", "program", "primary_counselor")
    )
    current = _current(admissions, now=now)
    zone = current.zone if current else admissions[0].zone if admissions else ZoneInfo("UTC")
    return Own(patient, current, zone, now)


def week_named(admission: Admission, text: str, *, now: datetime) -> Week:
    """The week of the address: the one that holds the date `text`, within the admission and twelve weeks ahead.

    What is no date, or lies outside, becomes the nearest week that can be shown.
    """
    today = local_date(now, admission.zone)
    try:
        on = date.fromisoformat(text)
    except ValueError:
        on = today
    first, last = _span(admission, today)
    return admission.week_containing(min(max(on, first), last))


def switcher_of(admission: Admission, week: Week, *, now: datetime, name: str) -> dict[str, str]:
    """Back and forth by weeks on the page of that name, for `_partials/week_switcher.html`."""
    today = local_date(now, admission.zone)
    first, last = _span(admission, today)
    before, after = week.starts_on - A_DAY, week.ends_on + A_DAY
    return {
        "label": week_label(week, today=today),
        "range": figures.day_range(week.starts_on, week.ends_on),
        "previous_url": week_url(name, before) if before >= first else "",
        "next_url": week_url(name, after) if after <= last else "",
    }


def week_label(week: Week, *, today: date) -> str:
    """ "This week", "Next week", "Last week", or nothing."""
    distance = (week.starts_on - today).days
    if week.starts_on <= today <= week.ends_on:
        return gettext("This week")
    if 0 < distance <= 7:
        return gettext("Next week")
    return gettext("Last week") if -14 < distance < 0 and (today - week.ends_on).days <= 7 else ""


def week_url(name: str, on: date, **more: str) -> str:
    """The address of a page at the week that holds the date."""
    return f"{reverse(name)}?{urlencode({'week': on.isoformat(), **more})}"


def _span(admission: Admission, today: date) -> tuple[date, date]:
    """The first and the last day whose weeks can be shown."""
    last = today + timedelta(weeks=WEEKS_AHEAD)
    if admission.discharged_on:
        last = min(last, admission.discharged_on)
    return admission.admitted_on, max(last, admission.admitted_on)


def _current(admissions: list[Admission], *, now: datetime) -> Admission | None:
    """The admission that covers today, else the next one to begin."""
    ahead = []
    for admission in admissions:
        today = local_date(now, admission.zone)
        if admission.covers(today):
            return admission
        if admission.admitted_on > today:
            ahead.append(admission)
    return min(ahead, key=lambda admission: admission.admitted_on, default=None)
