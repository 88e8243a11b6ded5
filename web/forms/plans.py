"""Changing a plan, as the pages ask it: hours as people say them, minutes as the services take them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attendance.services.plan_suggestions import LONGEST_REASON
from people.domain.plan_templates import MOST_STEPS, MOST_WEEKS, Step
from people.models import PlanTemplate
from people.services.plan_templates import LONGEST_NAME, MOST_WEEKS_IN_A_ROW
from scheduling.enums import Kind
from web import format as figures
from web.forms.tracks import day_field

MOST_HOURS = 168
LARGEST_ID = 2**63 - 1
BLANK_STEPS = 2


class HoursField(forms.DecimalField):
    """Hours with quarters ("9", "12.5"), read as minutes."""

    def __init__(self, **options: Any) -> None:
        widget = forms.NumberInput(attrs={"step": "0.25", "min": "0", "max": str(MOST_HOURS), "inputmode": "decimal"})
        super().__init__(**{"widget": widget, "min_value": 0, "max_value": MOST_HOURS, "decimal_places": 2, **options})

    def clean(self, value: Any) -> Any:
        hours: Decimal | None = super().clean(value)
        return None if hours is None else round(hours * 60)

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 60:g}" if isinstance(value, int) else value


class TargetForm(forms.Form):
    """What a week asks for: of a phase, or of a step."""

    min_minutes = HoursField(label=_("Hours a week, at least"))
    max_minutes = HoursField(label=_("At most"))
    days_per_week = forms.IntegerField(label=_("Days a week"), min_value=2, max_value=5)
    wanted_kinds = forms.MultipleChoiceField(
        label=_("Each week should hold"), choices=Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    transition = forms.BooleanField(label=_("Transition below the program's minimum"), required=False)
    transition_reason = forms.CharField(label=_("Reason for the transition"), required=False, max_length=200)

    def target(self) -> dict[str, Any]:
        """The values by the services' names."""
        said = {name: self.cleaned_data[name] for name in TargetForm.base_fields}
        return {**said, "wanted_kinds": tuple(said["wanted_kinds"])}


class PhaseForm(TargetForm):
    """A phase: new, or other values for one."""

    starts_on = day_field(_("From"))
    ends_on = day_field(_("Last day"), required=False)

    field_order = ("starts_on", "ends_on")


class ChangePhaseForm(PhaseForm):
    """Other values for a phase; for one that is in force, from a day on."""

    phase = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID)
    from_on = day_field(_("The change begins"), required=False)

    def __init__(self, *args: Any, has_begun: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["starts_on" if has_begun else "from_on"]


class FollowForm(forms.Form):
    """Which template, from which of its steps, from which day on; and the suggestion that led there."""

    step = forms.ChoiceField(label=_("Template and first step"))
    starts_on = day_field(_("From"))
    suggestion = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID)

    def __init__(self, *args: Any, templates: Iterable[PlanTemplate], **options: Any) -> None:
        super().__init__(*args, **options)
        self.templates = {template.pk: template for template in templates}
        self.fields["step"].choices = [  # type: ignore[attr-defined]
            (template.name, [(f"{pk}:{at}", step_words(one, number=at + 1)) for at, one in enumerate(template.values)])
            for pk, template in self.templates.items()
        ]

    @property
    def chosen(self) -> tuple[PlanTemplate, int]:
        """The template and the number of its step."""
        pk, _colon, number = self.cleaned_data["step"].partition(":")
        return self.templates[int(pk)], int(number)


class DecisionForm(forms.Form):
    """Why a suggestion is not followed."""

    reason = forms.CharField(max_length=LONGEST_REASON, label=_("Reason"))


class TemplateForm(forms.Form):
    """A template's name; its steps are forms of their own."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)


class StepForm(TargetForm):
    """A step of a template."""

    weeks = forms.IntegerField(label=_("Weeks"), required=False, min_value=1, max_value=MOST_WEEKS)
    field_order = ("weeks",)

    def as_step(self) -> Step:
        """The step as a value."""
        return Step(weeks=self.cleaned_data["weeks"], **self.target())


class SuggestAfterForm(forms.Form):
    """After how many weeks in a row something is suggested."""

    step_down_after_weeks = forms.IntegerField(
        label=_("Weeks at target before a step down"), min_value=1, max_value=MOST_WEEKS_IN_A_ROW
    )
    review_after_weeks = forms.IntegerField(
        label=_("Weeks below before a review"), min_value=1, max_value=MOST_WEEKS_IN_A_ROW
    )


StepFormSet = forms.formset_factory(
    StepForm, extra=BLANK_STEPS, can_delete=True, max_num=MOST_STEPS, validate_max=True, absolute_max=MOST_STEPS
)


def step_initial(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What a formset of these steps begins with."""
    return [
        {
            "weeks": step.weeks,
            "min_minutes": step.min_minutes,
            "max_minutes": step.max_minutes,
            "days_per_week": step.days_per_week,
            "wanted_kinds": list(step.wanted_kinds),
            "transition": step.transition,
            "transition_reason": step.transition_reason,
        }
        for step in steps
    ]


def step_words(step: Step, *, number: int) -> str:
    """ "2: 12 h on 4 days for 4 weeks, at most 19 h"."""
    said = {
        "number": number,
        "asked": figures.target_in_words(step.min_minutes, step.days_per_week),
        "weeks": figures.weeks_in_words(step.weeks or 0),
        "most": figures.minutes(step.max_minutes),
    }
    words = (
        _("%(number)d: %(asked)s until discharge, at most %(most)s")
        if step.weeks is None
        else _("%(number)d: %(asked)s for %(weeks)s, at most %(most)s")
    )
    return f"{words % said} · {gettext('transition')}" if step.transition else str(words % said)
