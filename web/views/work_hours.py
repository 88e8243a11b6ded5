"""`/work-hours/`: when one works, and whether one's hours still fit round it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from people.errors import InvalidInput
from scheduling.domain.work_hours import WorkPattern
from scheduling.models import WorkHours
from scheduling.services.work_days import clear_work_day, set_work_day
from scheduling.services.work_hours import WorkHoursFields, replace_weekly_hours
from web import format as figures
from web.forms.dates import EARLIEST, LATEST
from web.forms.work_hours import DayForm, RotationForm, WeeksForm, form_of
from web.notices import say_bad, say_done
from web.patients.visit import Visit, patient_page
from web.patients.work_outlook import clashes, draw_work, single_days, still_fits
from web.patients.work_pattern import (
    Pattern,
    patterns_of,
    read_pattern,
    template,
    write_rotation,
    write_weeks,
)

Editor = WeeksForm | RotationForm


@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def work_hours(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The usual work. `?pattern=` starts from a common one, `?turns=2` has two weeks in turn; POST keeps what was
    typed, or with `look` only says what would still fit.
    """
    rows = list(WorkHours.objects.filter(patient=visit.patient))
    if request.method == "POST":
        return _post(request, visit, rows)
    kept = read_pattern(rows, monday=_monday(visit))
    started = template(request.GET.get("pattern", ""), today=visit.today)
    shown = started or kept
    turns = _turns(request.GET.get("turns"), default=len(shown.weeks))
    form = form_of(shown, turns)
    wanted = _written(visit, shown.weeks[:turns], shown, rows) if started else None
    return _page(request, visit, rows, form, wanted=wanted)


@patient_page
@require_POST
def work_day(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A single day that is different."""
    form = DayForm(request.POST, today=visit.today)
    if not form.is_valid():
        return _page_with_day(request, visit, form)
    on, shift = form.cleaned_data["on"], form.cleaned_data["shift"]
    fields = None
    if shift is not None:
        starts, ends = shift.on(on)
        fields = WorkHoursFields(
            starts, ends, visit.zone.key, travel_before_minutes=shift.before, travel_after_minutes=shift.after
        )
    try:
        set_work_day(visit.patient, on, fields, actor=visit.user, now=visit.now)
    except InvalidInput as refusal:
        form.add_error(None, str(refusal.detail))
        return _page_with_day(request, visit, form)
    say_done(request, _("%(day)s is changed.") % {"day": figures.short_day(on)})
    return redirect("work-hours")


@patient_page
@require_POST
def work_day_clear(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A single day as usual again."""
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        on = LATEST
    if not EARLIEST <= on < LATEST:
        say_bad(request, _("That is no day. Nothing was changed."))
        return redirect("work-hours")
    clear_work_day(visit.patient, on, actor=visit.user, now=visit.now)
    say_done(request, _("%(day)s is as usual again.") % {"day": figures.short_day(on)})
    return redirect("work-hours")


def _post(request: HttpRequest, visit: Visit, rows: list[WorkHours]) -> HttpResponse:
    form = _bound(request)
    if not form.is_valid():
        return _page(request, visit, rows, form, status=400)
    pattern = Pattern("rotation", rotation=form.cleaned_data["rotation"]) if isinstance(form, RotationForm) else None
    weeks = () if pattern else form.cleaned_data["weeks"]
    wanted = _written(visit, weeks, pattern, rows)
    if "look" in request.POST:
        return _page(request, visit, rows, form, wanted=wanted)
    try:
        replace_weekly_hours(visit.patient, wanted, actor=visit.user, now=visit.now)
    except InvalidInput as refusal:
        form.add_error(None, str(refusal.detail))
        return _page(request, visit, rows, form, status=400)
    say_done(request, _("Your work hours are saved."))
    return redirect("work-hours")


def _bound(request: HttpRequest) -> Editor:
    if request.POST.get("kind") == "rotation":
        return RotationForm(request.POST)
    return WeeksForm(request.POST, turns=_turns(request.POST.get("turns"), default=1))


def _written(visit: Visit, weeks: Any, pattern: Pattern | None, rows: Iterable[WorkHours]) -> list[WorkHoursFields]:
    """What would be kept; days that were said to be different stay so."""
    zone = visit.zone.key
    except_on = tuple(
        sorted(
            {day for row in rows for day in map(date.fromisoformat, row.except_on) if row.rrule and day >= visit.today}
        )
    )
    if pattern is not None and pattern.rotation is not None:
        return write_rotation(pattern.rotation, zone=zone, except_on=except_on)
    return write_weeks(weeks, monday=_monday(visit), zone=zone, except_on=except_on)


def _page_with_day(request: HttpRequest, visit: Visit, day_form: DayForm) -> HttpResponse:
    rows = list(WorkHours.objects.filter(patient=visit.patient))
    kept = read_pattern(rows, monday=_monday(visit))
    return _page(request, visit, rows, form_of(kept, len(kept.weeks)), day_form=day_form, status=400)


def _page(
    request: HttpRequest,
    visit: Visit,
    rows: list[WorkHours],
    form: Editor,
    *,
    wanted: list[WorkHoursFields] | None = None,
    day_form: DayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    kept = read_pattern(rows, monday=_monday(visit))
    work = [row.pattern for row in rows] if wanted is None else _work(wanted, rows)
    context = {
        "form": form,
        "is_rotation": isinstance(form, RotationForm),
        "turns": form.turns if isinstance(form, WeeksForm) else 1,
        "weeks": _named_weeks(visit, form) if isinstance(form, WeeksForm) else (),
        "other": kept.kind == "other",
        "grids": draw_work(visit, work, turns=form.turns if isinstance(form, WeeksForm) else 2),
        "fits": still_fits(visit, work),
        "clashes": clashes(visit, work),
        "is_saved": wanted is None and not form.is_bound,
        "started": request.GET.get("pattern", ""),
        "day_form": day_form or DayForm(today=visit.today),
        "single_days": single_days(rows, today=visit.today),
    }
    return render(request, "work_hours/page.html", context, status=status)


def _work(wanted: list[WorkHoursFields], rows: Iterable[WorkHours]) -> list[WorkPattern]:
    return [*patterns_of(wanted), *(row.pattern for row in rows if not row.rrule)]


def _named_weeks(visit: Visit, form: WeeksForm) -> list[dict[str, Any]]:
    names = (_("This week"), _("Next week")) if form.turns > 1 else ("",)
    monday = _monday(visit)
    return [
        {
            "name": name,
            "range": figures.day_range(monday + timedelta(days=7 * turn), monday + timedelta(days=7 * turn + 6)),
            "days": days,
        }
        for turn, (name, days) in enumerate(zip(names, form.weeks(), strict=True))
    ]


def _turns(text: str | None, *, default: int) -> int:
    return {"1": 1, "2": 2}.get(text or "", default)


def _monday(visit: Visit) -> date:
    return visit.today - timedelta(days=visit.today.weekday())
