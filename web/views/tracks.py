"""A person's standing bookings: joining a track, and leaving a series; every date is shown before anything is done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attendance.queries.requirements import weekly_rules
from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.enums import Look
from people.errors import InvalidInput, Refusal
from people.models import Admission, Patient, User
from people.permissions import manages_site_of
from people.queries import latest_admission
from people.services.looks import record_look
from scheduling.enums import Mode
from scheduling.errors import TrackRefused
from scheduling.models import Booking, SessionSeries, StandingBooking, StandingGap
from scheduling.services.evenings import changed_evenings
from scheduling.services.standing import bookings_from, leave_series
from scheduling.services.track_preview import TrackPreview, TrackWish, preview_track
from scheduling.services.tracks import join_track
from scheduling.services.yields import wanted_on, with_standing, yield_of
from web import format as figures
from web.forms.tracks import LeaveSeriesForm, TrackForm
from web.notices import say_bad, say_done
from web.rows.people import standing
from web.rows.sessions import day_of, times_of
from web.rows.tracks import date_rows, days_of, moment_of, series_choices, standing_row, track_of, when_of, yield_view
from web.views.staff import find, must, now, seen_person, user_of


@login_required
@require_safe
def patient_tracks(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The standing bookings, those that ended, and a track to join with all of its dates; the look is recorded."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    return _page(request, person, user, moment)


@login_required
@require_POST
def patient_join(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Join, with the dates left out that were ticked; where a date is refused, the page shows them all again."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    must(user, "scheduling.change_standing")
    choices = series_for(user, latest_admission(person))
    form = TrackForm(request.POST, series=[one.pk for one in choices])
    if not form.is_valid():
        return _page(request, person, user, moment, asked=request.POST)
    wish = _wish(form, choices)
    for one in wish.series:
        must(user, "scheduling.change_standing", one)
    try:
        rows = join_track(person, wish, actor=user, now=moment)
    except TrackRefused:
        say_bad(request, _("Nothing was booked. Some dates cannot be: tick those that are to be left out."))
        return _page(request, person, user, moment, asked=request.POST)
    except Refusal as refused:
        say_bad(request, _("Nothing was booked. %(why)s") % {"why": refused.detail})
        return _page(request, person, user, moment, asked=request.POST)
    recount_patient(person.pk, now=moment, first=wish.starts_on, last=wish.starts_on)
    made = sum(row.bookings.filter(live=True).count() for row in rows)
    text = ngettext("%(count)d evening is booked.", "%(count)d evenings are booked.", made) % {"count": made}
    say_done(request, text)
    return redirect("patient-tracks", patient_id=person.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_leave_series(request: HttpRequest, patient_id: int, standing_id: int) -> HttpResponse:
    """Show what leaving from a day on would cancel; a POST does it."""
    person, user, moment = seen_person(request, patient_id), user_of(request), now()
    rows = StandingBooking.objects.visible_to(user).filter(patient=person).select_related("series__site")
    row: StandingBooking = find(rows, standing_id)
    must(user, "scheduling.change_standing", row.series)
    today = local_date(moment, row.series.site.zone)
    given = request.POST if request.method == "POST" else request.GET
    form = LeaveSeriesForm(given) if given else LeaveSeriesForm(initial={"from_on": max(today, row.starts_on)})
    first = form.cleaned_data["from_on"] if form.is_bound and form.is_valid() else None
    if request.method == "POST" and first is not None:
        try:
            _row, gone = leave_series(row, from_on=first, actor=user, now=moment, reason=form.cleaned_data["reason"])
        except Refusal as refused:
            say_bad(request, str(refused.detail))
        else:
            recount_patient(person.pk, now=moment, first=first, last=first)
            say_done(request, _left(len(gone)))
            return redirect("patient-tracks", patient_id=person.pk)
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    shown = first or max(today, row.starts_on)
    bookings = bookings_from(row, shown, now=moment)
    count = len(bookings)
    answer = ngettext("%(count)d booking would be cancelled", "%(count)d bookings would be cancelled", count)
    context = {
        "person": person,
        "row": row,
        "when": when_of(row.series),
        "days": days_of(row),
        "form": form,
        "is_looked_at": first is not None,
        "answer": answer % {"count": count},
        "bookings": [_cancelled(one) for one in bookings],
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "tracks/leave.html", context, status=status)


def series_for(user: User, admission: Admission | None) -> list[SessionSeries]:
    """The series of the admission's program that one sees: at its home site, and by video elsewhere."""
    if admission is None:
        return []
    near = Q(site_id=admission.site_id) | Q(mode__in=(Mode.TELEHEALTH, Mode.EITHER))
    rows: QuerySet[SessionSeries] = SessionSeries.objects.visible_to(user).filter(near, program_id=admission.program_id)
    return list(rows.select_related("site", "program", "room").prefetch_related("pauses"))


def _page(request: HttpRequest, person: Patient, user: User, moment: datetime, *, asked: Any = None) -> HttpResponse:
    admission = latest_admission(person)
    today = local_date(moment, admission.zone) if admission else moment.date()
    may_change = _rule_for(user)
    ahead = [one for one in series_for(user, admission) if one.ends_on is None or one.ends_on >= today]
    choices = [one for one in ahead if may_change(one)]
    may_join = admission is not None and (bool(choices) or manages_site_of(user, admission))
    given = asked if asked is not None else request.GET
    is_asked = bool(given) and may_join
    pks = [one.pk for one in choices]
    form = TrackForm(given, series=pks) if is_asked else TrackForm(series=pks, initial={"starts_on": today})
    preview, problem = (
        _preview(person, form, choices, moment) if is_asked and form.is_valid() and may_join else (None, "")
    )
    chosen = form.cleaned_data.get("series", []) if is_asked and form.is_valid() else _ticked(given)
    rows = _rows(person)
    changed = changed_evenings(rows)
    in_force = [
        row for row in reversed(rows) if row.withdrawn_at is None and (row.ends_on is None or row.ends_on >= today)
    ]
    context = {
        "person": person,
        "standing": standing(admission, today=today),
        "answer": _answer(in_force),
        "rows": [
            standing_row(row, changed.get(row.pk, ()), today=today, now=moment, may_change=may_change(row.series))
            for row in in_force
        ],
        "former": [
            standing_row(row, changed.get(row.pk, ()), today=today, now=moment, may_change=False)
            for row in rows
            if row not in in_force
        ],
        "may_join": may_join,
        "form": form,
        "choices": series_choices(choices, chosen),
        "preview": preview,
        "problem": problem,
        **_previewed(person, preview),
    }
    return render(request, "tracks/page.html", context, status=400 if asked is not None else 200)


def _rule_for(user: User) -> Callable[[SessionSeries], bool]:
    """The rule of `change_standing` for many series, in one query for a counselor and none for anybody else."""
    managed, counselor_id = user.scope.managed_site_ids, user.scope.counselor_id
    led: set[int] = set()
    if counselor_id is not None:
        led.update(SessionSeries.objects.filter(counselors=counselor_id).values_list("pk", flat=True))
    return lambda series: series.site_id in managed or series.pk in led


def _preview(
    person: Patient, form: TrackForm, choices: list[SessionSeries], moment: datetime
) -> tuple[TrackPreview | None, str]:
    """The track with its dates, or why it cannot be looked at."""
    try:
        return preview_track(person, _wish(form, choices), now=moment), ""
    except InvalidInput as wrong:
        return None, " ".join(str(one) for found in wrong.errors.values() for one in found)
    except Refusal as refused:
        return None, str(refused.detail)


def _previewed(person: Patient, preview: TrackPreview | None) -> dict[str, Any]:
    if preview is None:
        return {}
    first = preview.wish.starts_on
    admission = preview.admissions[preview.wish.series[0].pk]
    found = yield_of(
        with_standing(person, preview.wish.series, on=first),
        program=admission.program,
        from_on=first,
        wanted=wanted_on(admission, first),
        rules=weekly_rules(admission.program, admission, on=first),
    )
    refused = len(preview.refused)
    text = ngettext("%(count)d date cannot be booked", "%(count)d dates cannot be booked", refused)
    dates, rows = len(preview.dates), date_rows(preview)
    ready = ngettext("%(count)d date, and it fits", "All %(count)d dates fit", dates)
    return {
        "yields": yield_view(found),
        "loud": [row for row in rows if row.is_refused or row.is_left_out],
        "calm": [row for row in rows if not (row.is_refused or row.is_left_out)],
        "dates_answer": text % {"count": refused} if refused else ready % {"count": dates},
        "refused": refused,
        "until": figures.short_day(preview.checked_until) if preview.checked_until else "",
    }


def _wish(form: TrackForm, choices: list[SessionSeries]) -> TrackWish:
    said = form.cleaned_data
    wish = TrackWish(
        series=tuple(one for one in choices if one.pk in said["series"]),
        starts_on=said["starts_on"],
        ends_on=said["ends_on"],
        override_reason=said["override_reason"],
    )
    return replace(wish, without_sessions=frozenset(said["without_sessions"]))


def _ticked(given: Any) -> list[int]:
    return [int(text) for text in given.getlist("series") if text.isascii() and text.isdigit() and len(text) < 19]


def _rows(person: Patient) -> list[StandingBooking]:
    gaps = Prefetch("gaps", StandingGap.objects.filter(closed_at=None).select_related("session__site"))
    rows = StandingBooking.objects.filter(patient=person).select_related("series__site", "series__room")
    return list(rows.prefetch_related(gaps)[:100])


def _answer(rows: list[StandingBooking]) -> str:
    gaps = sum(len(row.gaps.all()) for row in rows)
    if gaps:
        return ngettext("%(count)d evening has no seat", "%(count)d evenings have no seat", gaps) % {"count": gaps}
    return track_of(row.series for row in rows) or _("No standing bookings")


def _cancelled(booking: Booking) -> tuple[str, str, str]:
    """The day, its times, and the evening that it stands for where that is another."""
    session, evening = booking.session, booking.evening
    instead = _("instead of %(when)s") % {"when": moment_of(evening)} if evening.pk != session.pk else ""
    return figures.short_day(day_of(session)), times_of(session), instead


def _left(count: int) -> str:
    text = ngettext("%(count)d booking is cancelled.", "%(count)d bookings are cancelled.", count)
    return text % {"count": count} if count else _("The standing booking ends.")
