"""Which credentials a program and its foci ask for, as codes with commas between them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import Program

LONGEST = 400


class CodesField(forms.CharField):
    """ "LAC, LPC": codes with commas."""

    def to_python(self, value: Any) -> Any:
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def run_validators(self, value: Any) -> None:
        """The service judges the codes."""
        if len(", ".join(value)) > LONGEST:
            raise forms.ValidationError(_("Name fewer credentials."))


class ProgramCredentialsForm(forms.Form):
    """One line for the program, and one for each focus."""

    required_credentials = CodesField(
        label=_("For every session, one of"), required=False, help_text=_("Codes with commas, such as LAC, LPC.")
    )

    def __init__(self, *args: Any, program: Program, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["required_credentials"].initial = program.required_credentials
        self.foci = list(program.foci.all())
        for focus in self.foci:
            self.fields[f"focus-{focus.pk}"] = CodesField(
                label=_("For %(focus)s, also one of") % {"focus": focus.name},
                required=False,
                initial=focus.required_credentials,
            )

    def of_foci(self) -> dict[str, list[str]]:
        """What each focus asks for, by its code."""
        return {focus.code: self.cleaned_data[f"focus-{focus.pk}"] for focus in self.foci}
