"""A counselor's hours, time off and profile, written; and the slots that are cut from the hours."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from people.domain.time import local_date
from people.errors import InvalidInput, Refusal
from people.models import Counselor, Site, User
from people.services.counselors import change_profile, profile_of
from scheduling.models import CounselorAvailability, Session, TimeOff
from scheduling.services.counselor_times import (
    AvailabilityFields,
    add_availability,
    change_availability,
    remove_availability,
    remove_time_off,
)
from scheduling.services.slots import MADE_ALREADY, OVER_ALREADY, Slot, make_slots
from web import format as figures
from web.forms.counselors import CredentialForms, HoursEndForm, HoursForm, ProfileForm, SlotsForm
from web.notices import say_bad, say_done
from web.views.counselors import counselor_context, sites_of, zone_of
from web.views.staff import find, must, now, only_staff, user_of


@login_required
@require_POST
def counselor_hours(request: HttpRequest, counselor_id: int) -> HttpResponse:
    """New hours; refused, the page comes back with what was typed."""
    user, moment = user_of(request), now()
    person = seen(user, counselor_id, "people.change_counselor_times")
    form = HoursForm(request.POST, sites=sites_of(person))
    if form.is_valid():
        try:
            add_availability(person, form.fields_said(), actor=user, now=moment)
        except InvalidInput as refused:
            _complain(form, refused)
        else:
            say_done(request, _("The hours are kept."))
            return redirect("counselor", counselor_id=person.pk)
    context = counselor_context(user, person, None, moment, hours_form=form)
    return render(request, "counselors/page.html", context, status=400)


@login_required
@require_POST
def counselor_hours_change(request: HttpRequest, counselor_id: int, hours_id: int) -> HttpResponse:
    """Take hours away, or give them a last day (`do=end`)."""
    user, moment = user_of(request), now()
    person = seen(user, counselor_id, "people.change_counselor_times")
    rows = CounselorAvailability.objects.filter(counselor=person).select_related("site", "counselor")
    row: CounselorAvailability = find(rows, hours_id)
    try:
        if request.POST.get("do") == "end":
            form = HoursEndForm(request.POST)
            if not form.is_valid():
                raise InvalidInput({"ends_on": _("Choose the last day.")})
            known = {name: getattr(row, name) for name in AvailabilityFields.__dataclass_fields__}
            fields = AvailabilityFields(**{**known, "ends_on": form.cleaned_data["ends_on"]})
            change_availability(row, fields, actor=user, now=moment)
        else:
            remove_availability(row, actor=user, now=moment)
    except Refusal as refused:
        say_bad(request, str(refused.detail))
    else:
        say_done(request, _("The hours are changed."))
    return redirect("counselor", counselor_id=person.pk)


@login_required
@require_POST
def counselor_off_remove(request: HttpRequest, counselor_id: int, off_id: int) -> HttpResponse:
    """They are there after all."""
    user = user_of(request)
    person = seen(user, counselor_id, "people.change_counselor_times")
    row: TimeOff = find(TimeOff.objects.filter(counselor=person), off_id)
    remove_time_off(row, actor=user, now=now())
    say_done(request, _("The time off is taken back. What others cover by now stays theirs."))
    return redirect("counselor", counselor_id=person.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counselor_profile(request: HttpRequest, counselor_id: int) -> HttpResponse:
    """What they speak, may lead, and how much of it in a day."""
    user, moment = user_of(request), now()
    person = seen(user, counselor_id, "people.change_counselor")
    known, data = profile_of(person), request.POST if request.method == "POST" else None
    form = ProfileForm(
        data, initial={"languages": list(known.languages), "daily_maximum_minutes": known.daily_maximum_minutes}
    )
    held = [{"code": one.code, "number": one.number, "valid_until": one.valid_until} for one in known.credentials]
    credentials = CredentialForms(data, initial=held, prefix="credential")
    if data is not None and form.is_valid() and credentials.is_valid():
        try:
            change_profile(person, form.profile(credentials), actor=user, now=moment)
        except InvalidInput as refused:
            _complain(form, refused)
        else:
            say_done(request, _("The profile is kept."))
            return redirect("counselor", counselor_id=person.pk)
    context = {"person": person, "form": form, "credentials": credentials}
    return render(request, "counselors/profile.html", context, status=200 if data is None else 400)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counselor_slots(request: HttpRequest, counselor_id: int) -> HttpResponse:
    """How the hours would be cut, looked at by GET; a POST makes the sessions."""
    user, moment = user_of(request), now()
    person = seen(user, counselor_id, "people.change_counselor_times")
    sites = sites_of(person)
    given = request.POST if request.method == "POST" else (request.GET or None)
    today = local_date(moment, zone_of(sites, user))
    form = SlotsForm(given, sites=sites, initial={"starts_on": today, "title": _("One-to-one")})
    slots: list[Slot] = []
    if form.is_bound and form.is_valid():
        is_post = request.method == "POST"
        _must_plan(user, person, form.chosen_site)
        try:
            slots = make_slots(person, form.wish(), actor=user, now=moment, preview=not is_post)
        except InvalidInput as refused:
            _complain(form, refused)
        else:
            if is_post:
                made = sum(one.session is not None for one in slots)
                words = ngettext(
                    "%(count)d session is on the schedule.", "%(count)d sessions are on the schedule.", made
                )
                say_done(request, words % {"count": made})
                return redirect("counselor", counselor_id=person.pk)
    context = {
        "person": person,
        "form": form,
        "looked": form.is_bound and form.is_valid() and not form.errors,
        "answer": _slots_answer(form, slots),
        "days": _slot_days([one for one in slots if one.session is not None], form) if slots else [],
        "left_out": _slot_days([one for one in slots if one.session is None], form) if slots else [],
        "count": sum(one.session is not None for one in slots),
    }
    return render(request, "counselors/slots.html", context, status=400 if request.method == "POST" else 200)


def seen(user: User, counselor_id: int, permission: str) -> Counselor:
    """The counselor, where the account may do this with them: unseen 404, seen and not permitted 403."""
    person: Counselor = find(Counselor.objects.visible_to(user), counselor_id)
    only_staff(user)
    must(user, permission, person)
    return person


def _must_plan(user: User, person: Counselor, site: Site) -> None:
    """Somebody else's slots are planned by whoever manages the site."""
    if user.scope.counselor_id != person.pk:
        must(user, "scheduling.change_session", Session(site=site))


def _complain(form: Any, refused: InvalidInput) -> None:
    names = {
        "starts_at_local": "starts",
        "ends_at_local": "ends",
        "rrule": "days",
        "last": "ends_on",
    }
    for name, sentences in refused.errors.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, [str(one) for one in sentences])


def _slots_answer(form: SlotsForm, slots: list[Slot]) -> str:
    if not form.is_bound or form.errors:
        return _("How are the hours to be cut?")
    count = sum(one.session is not None for one in slots)
    if not count:
        return _("There is nothing to make")
    return ngettext("%(count)d slot can be made", "%(count)d slots can be made", count) % {"count": count}


def _slot_days(slots: list[Slot], form: SlotsForm) -> list[dict[str, Any]]:
    """Slots by day; of those that are over nothing is said."""
    zone = form.chosen_site.zone
    days: dict[Any, list[dict[str, Any]]] = {}
    for one in slots:
        if one.why_not == OVER_ALREADY:
            continue
        on = local_date(one.interval.start, zone)
        days.setdefault(on, []).append(
            {
                "times": figures.time_range(one.interval.start, one.interval.end, zone=zone),
                "is_made": one.session is not None,
                "why": "" if one.session is not None else str(one.detail),
                "was_made": one.why_not == MADE_ALREADY,
            }
        )
    return [{"name": figures.short_day(on), "slots": found} for on, found in days.items()]
