"""The counselors of one's sites, and one of them: their week, their hours and their time off."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from people.domain.time import Interval, local_date
from people.domain.weeks import Week, Weekday, week_containing
from people.models import Counselor, Site, User
from people.queries import home_zone
from scheduling.enums import SessionState
from scheduling.models import CounselorAvailability, Session, SessionCounselor, TimeOff
from scheduling.permissions import knows_why_off
from scheduling.queries import for_display
from scheduling.services.staffing import Staff
from web import format as figures
from web.forms.counselors import HoursEndForm, HoursForm
from web.forms.dates import AskedDay
from web.rows.counselors import (
    counselor_row,
    draw_counselor_week,
    hours_row,
    off_row,
    profile_line,
    week_answer,
    weekday_of,
)
from web.views.staff import find, now, only_staff, staff_page, user_of

A_WEEK = timedelta(days=7)
SOON = timedelta(days=14)


@staff_page
@require_safe
def counselors(request: HttpRequest) -> HttpResponse:
    """Everybody at one's sites: what they hold, how much they lead this week, and who is off."""
    user, moment = user_of(request), now()
    zone = home_zone(user)
    people = list(Counselor.objects.visible_to(user).prefetch_related("held_credentials"))
    week = week_containing(local_date(moment, zone), zone=zone, first_weekday=Weekday.MONDAY)
    led, off, uncovered = _led_minutes(people, week), _off_soon(people, moment), _uncovered(people, moment)
    rows = [
        counselor_row(
            one,
            led_minutes=led[one.pk],
            uncovered=uncovered[one.pk],
            off=off.get(one.pk, ()),
            zone=zone,
            today=local_date(moment, zone),
            now=moment,
        )
        for one in people
    ]
    context = {"answer": _answer(people, off, sum(uncovered.values()), moment), "rows": rows}
    return render(request, "counselors/list.html", context)


@login_required
@require_safe
def counselor(request: HttpRequest, counselor_id: int) -> HttpResponse:
    """One of them. Patients know them by name alone: the page is the staff's."""
    user, moment = user_of(request), now()
    person: Counselor = find(Counselor.objects.visible_to(user).prefetch_related("held_credentials"), counselor_id)
    only_staff(user)
    return render(request, "counselors/page.html", counselor_context(user, person, request.GET.get("week"), moment))


def counselor_context(
    user: User, person: Counselor, asked: str | None, moment: datetime, *, hours_form: HoursForm | None = None
) -> dict[str, Any]:
    """All that the page shows; a form that was refused stands in place of an empty one."""
    sites = sites_of(person)
    zone = zone_of(sites, user)
    today = local_date(moment, zone)
    week = week_containing(_day(asked) or today, zone=zone, first_weekday=Weekday.MONDAY)
    found = for_display(Session.objects.visible_to(user).filter(counselors=person).live().starting_in(week.interval))
    sessions = list(found.order_by("starts_at", "pk"))
    may_change, may_times = (
        user.has_perm(name, person) for name in ("people.change_counselor", "people.change_counselor_times")
    )
    times = Staff.load([person.pk], week.interval).of(person.pk)
    uncovered = _uncovered([person], moment)[person.pk]
    return {
        "person": person,
        "answer": week_answer(person, sessions, uncovered),
        "profile": profile_line(person, today=today),
        "grid": draw_counselor_week(week, zone, times, sessions, urls=_urls(user, sessions), now=moment),
        "switcher": _switcher(week),
        "hours": _hours(person, sites),
        "end_form": HoursEndForm(),
        "hours_form": hours_form or (HoursForm(sites=sites, initial={"starts_on": today}) if may_times else None),
        "times_off": _times_off(user, person, zone, moment),
        "may_change": may_change,
        "may_times": may_times,
        "shows_history": knows_why_off(user, person),
    }


def sites_of(person: Counselor) -> list[Site]:
    """Where they work, by name."""
    return list(person.sites.all())


def zone_of(sites: list[Site], user: User) -> ZoneInfo:
    """The clocks that somebody's page goes by: those of their first site."""
    return sites[0].zone if sites else home_zone(user)


def _hours(person: Counselor, sites: list[Site]) -> list[Any]:
    rows = CounselorAvailability.objects.filter(counselor=person).select_related("site")
    return [hours_row(row, many_sites=len(sites) > 1) for row in sorted(rows, key=weekday_of)]


def _times_off(user: User, person: Counselor, zone: ZoneInfo, moment: datetime) -> list[Any]:
    rows = list(TimeOff.objects.filter(counselor=person, ends_at__gt=moment).order_by("starts_at", "pk"))
    knows = bool(knows_why_off(user, person))
    led = _led_ahead([person], moment)
    return [
        off_row(row, zone=zone, knows_why=knows, uncovered=sum(row.interval.overlaps(one) for one in led[person.pk]))
        for row in rows
    ]


def _urls(user: User, sessions: list[Session]) -> dict[int, str]:
    """The schedule's page of each session, for whoever may change it."""
    managed = user.scope.managed_site_ids
    return {one.pk: reverse("schedule-session", args=[one.pk]) for one in sessions if one.site_id in managed}


def _led_minutes(people: list[Counselor], week: Week) -> Counter[int]:
    rows = SessionCounselor.objects.filter(
        counselor__in=people, live=True, starts_at__gte=week.starts_at, starts_at__lt=week.ends_at
    )
    led: Counter[int] = Counter()
    for pk, start, end in rows.values_list("counselor_id", "starts_at", "ends_at"):
        led[pk] += Interval(start, end).minutes
    return led


def _off_soon(people: list[Counselor], moment: datetime) -> dict[int, list[Interval]]:
    rows = TimeOff.objects.filter(counselor__in=people, ends_at__gt=moment, starts_at__lt=moment + SOON)
    found: dict[int, list[Interval]] = defaultdict(list)
    for pk, start, end in rows.values_list("counselor_id", "starts_at", "ends_at"):
        found[pk].append(Interval(start, end))
    return found


def _led_ahead(people: list[Counselor], moment: datetime) -> dict[int, list[Interval]]:
    """What they lead from now on while they are off: one query, for all of them."""
    rows = SessionCounselor.objects.filter(
        counselor__in=people, session__state=SessionState.SCHEDULED, starts_at__gt=moment
    )
    found: dict[int, list[Interval]] = defaultdict(list)
    for pk, start, end in rows.values_list("counselor_id", "starts_at", "ends_at"):
        found[pk].append(Interval(start, end))
    return found


def _uncovered(people: list[Counselor], moment: datetime) -> Counter[int]:
    """How many of their sessions ahead lie in their time off."""
    off: dict[int, list[Interval]] = defaultdict(list)
    rows = TimeOff.objects.filter(counselor__in=people, ends_at__gt=moment)
    for pk, start, end in rows.values_list("counselor_id", "starts_at", "ends_at"):
        off[pk].append(Interval(start, end))
    away = [one for one in people if one.pk in off]
    led = _led_ahead(away, moment) if away else {}
    return Counter(
        {one.pk: sum(any(gone.overlaps(held) for gone in off[one.pk]) for held in led.get(one.pk, ())) for one in away}
    )


def _answer(people: list[Counselor], off: dict[int, list[Interval]], uncovered: int, moment: datetime) -> str:
    if uncovered:
        words = ngettext("%(count)d session needs a counselor", "%(count)d sessions need a counselor", uncovered)
        return words % {"count": uncovered}
    if not people:
        return _("No counselors yet")
    away = sum(any(one.contains(moment) for one in times) for times in off.values())
    if away:
        return ngettext("%(count)d of %(all)d is off", "%(count)d of %(all)d are off", away) % {
            "count": away,
            "all": len(people),
        }
    return _("Everybody is there")


def _day(text: str | None) -> date | None:
    try:
        day: date | None = AskedDay().clean(text or "")
    except ValidationError:
        return None
    return day


def _switcher(week: Week) -> dict[str, str]:
    return {
        "label": "",
        "range": figures.day_range(week.starts_on, week.ends_on),
        "previous_url": f"?week={week.starts_on - A_WEEK}",
        "next_url": f"?week={week.starts_on + A_WEEK}",
    }
