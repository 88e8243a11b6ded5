"""From a form to an edit that is looked at first: what every page that changes the schedule shares."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from people.domain.time import format_wall, local_date, parse_wall, to_wall
from people.enums import Look
from people.errors import InvalidInput, Refusal
from people.models import Site, User
from people.services.looks import record_looks
from scheduling.domain.series_parts import remaining_rule, shifted_rule
from scheduling.errors import PreviewOutdated
from scheduling.models import Session, SessionSeries
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series, edit_session
from scheduling.services.series_preview import Preview, preview_edit, preview_session_edit
from scheduling.services.series_rules import parts_of
from web.forms.ids import ids_of
from web.forms.schedule_edit import SCOPES, SessionForm
from web.notices import say_bad, say_done
from web.rows.places import conflict_lines
from web.rows.series_preview import preview_view
from web.views.staff import now, user_of

OWN = frozenset({"csrfmiddlewaretoken", "step", "confirmed", "without_clashing"})
FIELDS = {"starts_at_local": "at", "starts_at": "at", "ends_at": "duration_minutes", "rrule": "rrule"}
"""Where the forms show what the services say of a field."""


def answer_edit(
    request: HttpRequest, edit: SeriesEdit, *, series: SessionSeries | None, session: Session | None, back: str
) -> HttpResponse:
    """Show what the edit would do; with `step=apply` do it, where nobody is lost who was not shown.

    Raises InvalidInput for the form, and the refusals of a session that can no longer be changed.
    """
    user, moment = user_of(request), now()
    notice = ""
    if request.POST.get("step") == "apply":
        try:
            _apply(request, edit, series, session, user=user, moment=moment)
        except InvalidInput:
            raise
        except PreviewOutdated as refusal:
            notice = _("%(why)s. Nothing was saved; look again.") % {"why": refusal.title}
        except Refusal as refusal:
            notice = str(refusal.detail)
        else:
            say_done(request, _("Saved."))
            return redirect(back)
    preview = _preview(edit, series, session, moment=moment)
    record_looks(Look.PATIENT, preview.named_patients, actor=user, now=moment)
    if series is None and session is None:
        raise LookupError("an edit is of a series or of a session")
    site = session.site if session is not None else series.site  # type: ignore[union-attr]
    context = {
        "preview": preview_view(preview, zone=site.zone),
        "notice": notice,
        "hidden": [(key, value) for key, values in request.POST.lists() if key not in OWN for value in values],
        "address": request.path,
        "back": request.path,
        "scopes": _scopes(session, edit),
    }
    dragged = request.headers.get("X-Requested-With") == "drag"
    template = "schedule/_preview.html" if dragged else "schedule/preview.html"
    return render(request, template, context, status=409 if notice else 200)


def _scopes(session: Session | None, edit: SeriesEdit) -> list[tuple[str, Any, bool]]:
    """The reach of a change that was dragged, to be chosen where it is confirmed."""
    if session is None or session.series_id is None or edit.cancel:
        return []
    return [(value, label, value == edit.scope) for value, label in SCOPES]


def _preview(edit: SeriesEdit, series: SessionSeries | None, session: Session | None, *, moment: datetime) -> Preview:
    if edit.scope is Scope.THIS and session is not None:
        return preview_session_edit(session, edit, now=moment)
    if series is None:
        raise InvalidInput({"scope": _("This session is of no series.")})
    return preview_edit(series, edit, now=moment)


def _apply(
    request: HttpRequest,
    edit: SeriesEdit,
    series: SessionSeries | None,
    session: Session | None,
    *,
    user: User,
    moment: datetime,
) -> None:
    shown = ids_of(request.POST.get("confirmed", ""))
    if edit.scope is Scope.THIS and session is not None:
        edit_session(session, edit, actor=user, now=moment, confirmed_lost=shown)
    elif series is not None:
        edit_series(series, edit, actor=user, now=moment, confirmed_lost=shown)


def session_edit(form: SessionForm, session: Session, *, without_clashing: bool = False) -> SeriesEdit:
    """The edit that a session's form asks for: what was changed in it, as far as it reaches.

    A day moved for the following or for all moves that day of the rule. Raises InvalidInput where a rule has no such
    day.
    """
    names = set(form.changed_data)
    changes = form.offered(names)
    scope = form.reach
    occurrence = session.occurrence_local if scope is not Scope.ALL else None
    if names & {"on", "at"}:
        if scope is Scope.THIS or session.series is None:
            changes["starts_at_local"] = form.starts_at_local
        else:
            changes |= _recurrence(session, session.series, form.starts_at_local, scope)
    return SeriesEdit(
        scope,
        changes,
        occurrence,
        without_clashing=without_clashing,
        override_reason=form.cleaned_data["override_reason"],
    )


def _recurrence(session: Session, series: SessionSeries, starts_at_local: str, scope: Scope) -> dict[str, Any]:
    occurrence = session.occurrence_local or ""
    before = parse_wall(occurrence)
    after = before + (parse_wall(starts_at_local) - to_wall(session.starts_at, session.site.zone))
    held = series.rrule
    if scope is Scope.FOLLOWING and after.date() != before.date():
        part = next((one for one in parts_of(series) if one.covers(occurrence)), None)
        held = remaining_rule(part, since=occurrence) if part is not None else held
    rrule = shifted_rule(held, before=before.date(), after=after.date())
    if rrule is None:
        raise InvalidInput({"on": _("The rule of this series has no such day; change it on the series’ page.")})
    said: dict[str, Any] = {"rrule": rrule} if rrule != series.rrule else {}
    if scope is Scope.FOLLOWING:
        return {**said, "starts_at_local": format_wall(after)}
    anchor = parse_wall(series.starts_at_local)
    if not said and after.date().weekday() != before.date().weekday():
        anchor += timedelta(days=(after.date() - before.date()).days)
    return {**said, "starts_at_local": format_wall(datetime.combine(anchor.date(), after.time()))}


def show_errors(form: forms.Form, refusal: Refusal) -> None:
    """What the service refused, beside the field that it is about."""
    errors = refusal.errors if isinstance(refusal, InvalidInput) else {"": [refusal.detail]}
    for name, sentences in errors.items():
        field = name if name in form.fields else FIELDS.get(name, name)
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, str(sentence))
    for line in conflict_lines(refusal):
        form.add_error(None, line)


def week_address(site: Site, at: datetime) -> str:
    """The schedule's week that holds the moment."""
    return f"{reverse('schedule')}?week={local_date(at, site.zone)}&site={site.pk}"


def refused(request: HttpRequest, refusal: Refusal, back: str) -> HttpResponse:
    """Nothing was saved: said on the page that one came from."""
    say_bad(request, str(refusal.detail))
    return redirect(back)
