"""What is asked beside the goal, and how a program counts attendance."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.domain.requirements import DAY_MINIMUM_MINUTES
from attendance.enums import Asker, RequirementMeasure, RequirementWindow
from attendance.models import Requirement
from attendance.services.requirements import LONGEST_NAME, RequirementFields
from people.domain.policies import MOST_CUTOFF_MINUTES, MOST_GRACE_MINUTES, AttendancePolicy
from people.enums import PartialWeekPolicy, Rounding
from people.models import Program
from scheduling.enums import Kind

LARGE = 1_000_000


class RequirementForm(forms.Form):
    """A rule; without a last day it stays."""

    name = forms.CharField(max_length=LONGEST_NAME, label=_("Name"))
    asked_by = forms.ChoiceField(choices=Asker.choices, label=_("Who asks for it"))
    measure = forms.ChoiceField(choices=RequirementMeasure.choices, label=_("What is counted"))
    window = forms.ChoiceField(choices=RequirementWindow.choices, label=_("Over which time"))
    minimum = forms.IntegerField(required=False, min_value=0, max_value=LARGE, label=_("At least"))
    maximum = forms.IntegerField(required=False, min_value=0, max_value=LARGE, label=_("At most"))
    day_minimum_minutes = forms.IntegerField(
        min_value=1,
        max_value=1440,
        initial=DAY_MINIMUM_MINUTES,
        label=_("Minutes that make a day"),
        help_text=_("Where days are counted."),
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        choices=Kind.choices,
        label=_("Only these kinds"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    foci = forms.MultipleChoiceField(required=False, label=_("Only these topics"), widget=forms.CheckboxSelectMultiple)
    in_force_from = forms.DateField(
        required=False, label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    in_force_to = forms.DateField(
        required=False, label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    within_weeks = forms.IntegerField(
        required=False, min_value=1, max_value=260, label=_("Due within weeks"), help_text=_("For a total.")
    )

    def __init__(self, *args: Any, program: Program, row: Requirement | None = None, **options: Any) -> None:
        if row is not None:
            options["initial"] = {name: getattr(row, name) for name in RequirementFields.__dataclass_fields__}
        super().__init__(*args, **options)
        foci = self.fields["foci"]
        if isinstance(foci, forms.MultipleChoiceField):
            foci.choices = [(focus.code, focus.name) for focus in program.foci.all()]

    @property
    def rule(self) -> RequirementFields:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        return RequirementFields(**{**said, "kinds": tuple(said["kinds"]), "foci": tuple(said["foci"])})


class PolicyForm(forms.Form):
    """How attendance counts from a day on."""

    in_force_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    grace_minutes = forms.IntegerField(
        min_value=0,
        max_value=MOST_GRACE_MINUTES,
        label=_("Grace in minutes"),
        help_text=_("So much lateness is shown and takes nothing off."),
    )
    late_cutoff_minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_CUTOFF_MINUTES,
        label=_("Late cut-off in minutes"),
        help_text=_("Whoever comes later is credited nothing. Empty: no cut-off."),
    )
    rounding = forms.ChoiceField(choices=Rounding.choices, label=_("Rounding"))
    partial_week_policy = forms.ChoiceField(choices=PartialWeekPolicy.choices, label=_("Weeks that are not whole"))

    @property
    def policy(self) -> AttendancePolicy:
        """What was said, once the form is valid."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "in_force_from"}
        return AttendancePolicy(**said)

    @classmethod
    def of(cls, policy: AttendancePolicy, on: dt.date) -> "PolicyForm":
        """A form that begins with what is in force."""
        return cls(
            initial={
                "in_force_from": on,
                "grace_minutes": policy.grace_minutes,
                "late_cutoff_minutes": policy.late_cutoff_minutes,
                "rounding": policy.rounding,
                "partial_week_policy": policy.partial_week_policy,
            }
        )
