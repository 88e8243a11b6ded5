"""What somebody does about a flag, or for a person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.enums import CallOutcome, OutreachKind
from attendance.services.outreach import LONGEST_REASON, LONGEST_TEXT

CONTACTS = [
    (kind.value, kind.label)
    for kind in (OutreachKind.CALL, OutreachKind.TEXT, OutreachKind.IN_PERSON, OutreachKind.NOTE)
]


class ContactForm(forms.Form):
    """A contact with what came of it, or a note."""

    kind = forms.ChoiceField(choices=CONTACTS, label=_("How"))
    outcome = forms.ChoiceField(
        required=False, choices=[("", _("What came of it")), *CallOutcome.choices], label=_("What came of it")
    )
    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        label=_("Remark"),
        widget=forms.TextInput(attrs={"class": "input", "placeholder": _("A short remark, no clinical note")}),
    )


class AssignForm(forms.Form):
    """To whom it goes; nobody where it is left empty."""

    assigned_to = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ResolveForm(forms.Form):
    """Why it is settled."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=_("Reason"),
        widget=forms.TextInput(attrs={"class": "input", "placeholder": _("Why it is settled")}),
    )


class FlagListForm(forms.Form):
    """What the list is narrowed to."""

    kind = forms.CharField(required=False, max_length=20)
    mine = forms.BooleanField(required=False)
    resolved = forms.BooleanField(required=False)
