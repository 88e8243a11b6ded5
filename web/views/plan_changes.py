"""The change of a plan that an address or a form names, read into its form and the edit that it asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import Http404, QueryDict

from attendance.models import PlanSuggestion
from people.domain.plan_edits import AddPhase, ChangePhase, PlanEdit, RemovePhase
from people.models import Admission, PlanPhase, PlanTemplate, User
from people.services.plan_changes import PlanPreview
from people.services.plan_templates import following
from people.services.plans import PhaseFields
from web.forms.plans import ChangePhaseForm, FollowForm, PhaseForm


@dataclass
class Asked:
    """A change that somebody is about to make: its form, and once that is sound the change itself."""

    what: str
    form: forms.Form
    edit: PlanEdit | None = None
    suggestion: PlanSuggestion | None = None
    preview: PlanPreview | None = None


def change_asked(
    given: QueryDict, admission: Admission, phases: list[PlanPhase], user: User, *, today: date
) -> Asked | None:
    """The change that the address or the form names; None for one that does not exist."""
    readers: dict[str, Callable[[], Asked]] = {
        "follow": lambda: _follow(given, admission, user),
        "add": lambda: _add(given),
        "change": lambda: _change(given, phases, today=today),
        "remove": lambda: _remove(given, phases, today=today),
    }
    reader = readers.get(given.get("what", ""))
    return reader() if reader is not None else None


def templates_for(admission: Admission, user: User) -> list[PlanTemplate]:
    """The program's templates, for whoever sees them."""
    rows = PlanTemplate.objects.visible_to(user).filter(program_id=admission.program_id)
    return list(rows.prefetch_related("steps"))


def _follow(given: QueryDict, admission: Admission, user: User) -> Asked:
    asked = Asked("follow", FollowForm(given, templates=templates_for(admission, user)))
    form = asked.form
    if isinstance(form, FollowForm) and form.is_valid():
        template, number = form.chosen
        asked.edit = following(template, starts_on=form.cleaned_data["starts_on"], first_step=number)
        if form.cleaned_data["suggestion"]:
            rows = PlanSuggestion.objects.open().filter(admission=admission)
            asked.suggestion = rows.filter(pk=form.cleaned_data["suggestion"]).first()
    return asked


def _add(given: QueryDict) -> Asked:
    form = PhaseForm(given)
    asked = Asked("add", form)
    if form.is_valid():
        said = form.cleaned_data
        fields = PhaseFields(starts_on=said["starts_on"], ends_on=said["ends_on"], **form.target())
        asked.edit = AddPhase(fields.as_phase())
    return asked


def _change(given: QueryDict, phases: list[PlanPhase], *, today: date) -> Asked:
    """Without any value the form is opened on the phase as it is."""
    row = _named(given, phases, today=today)
    has_begun = row.starts_on <= today
    if "min_minutes" not in given:
        initial = {name: getattr(row, name) for name in PhaseForm.base_fields}
        return Asked("change", ChangePhaseForm(has_begun=has_begun, initial={**initial, "phase": row.pk}))
    form = ChangePhaseForm(given, has_begun=has_begun)
    asked = Asked("change", form)
    if form.is_valid():
        values = {**form.target(), "ends_on": form.cleaned_data["ends_on"]}
        if not has_begun:
            values["starts_on"] = form.cleaned_data["starts_on"]
        asked.edit = ChangePhase(row.starts_on, tuple(values.items()), form.cleaned_data.get("from_on"))
    return asked


class _RemoveForm(forms.Form):
    phase = forms.IntegerField(widget=forms.HiddenInput)


def _remove(given: QueryDict, phases: list[PlanPhase], *, today: date) -> Asked:
    row = _named(given, phases, today=today)
    form = _RemoveForm({"phase": row.pk})
    form.is_valid()
    return Asked("remove", form, edit=RemovePhase(row.starts_on))


def _named(given: QueryDict, phases: list[PlanPhase], *, today: date) -> PlanPhase:
    """The phase of the plan that is named. Raises Http404 where it is none, or is over."""
    named = given.get("phase", "")
    row = next((one for one in phases if str(one.pk) == named and (one.ends_on is None or one.ends_on >= today)), None)
    if row is None:
        raise Http404
    return row
