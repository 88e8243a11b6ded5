"""Until how long after an absence it is made up for, in days."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import Program
from people.services.booking_rules import MOST_DAYS


class MakeUpForm(forms.Form):
    """One number; none means in the same week only."""

    make_up_days = forms.IntegerField(
        label=_("Days after an absence"),
        min_value=0,
        max_value=MOST_DAYS,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "required"), _("This is 0 to 60 days.")),
        help_text=_("0 to 60. In the same week it is made up for at any rate."),
    )

    def __init__(self, *args: Any, program: Program, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["make_up_days"].initial = program.make_up_days
