"""Language and reminders, as the person behind the account wants them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from people.enums import Language

CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class LanguageForm(forms.Form):
    """The language of pages and messages: all that somebody on the staff chooses."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)


class PreferencesForm(LanguageForm):
    """The language of pages and messages, reminders by e-mail, and the hours without any."""

    email_enabled = forms.BooleanField(label=_("Remind me by e-mail"), required=False)
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=CLOCK)
    quiet_until = forms.TimeField(
        label=_("Quiet until"), widget=CLOCK, help_text=_("The same time twice: no quiet hours.")
    )
