"""A family member's details, and what they may be told."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from people.enums import FamilyShare, Language
from people.services.family import MemberFields

USUAL_CONSENT = timedelta(days=90)


class MemberForm(forms.Form):
    """Who it is, and how they are reached."""

    name = forms.CharField(label=_("Name"), max_length=150)
    relation = forms.CharField(label=_("Who they are to you, such as sister"), max_length=60, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput)
    phone = forms.CharField(label=_("Telephone"), max_length=32, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, initial=Language.ENGLISH)

    def fields_for_service(self) -> MemberFields:
        """What `add_member` takes."""
        return MemberFields(**self.cleaned_data)


class ConsentForm(forms.Form):
    """What may be shared, and until when."""

    shares = forms.MultipleChoiceField(
        label=_("What may be told"),
        choices=FamilyShare.choices,
        initial=[FamilyShare.INVITATIONS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    ends_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    @classmethod
    def starting(cls, today: date, *, prefix: str) -> "ConsentForm":
        """Three months, as usual."""
        return cls(initial={"ends_on": today + USUAL_CONSENT}, prefix=prefix)

    def shared(self) -> frozenset[FamilyShare]:
        return frozenset(FamilyShare(share) for share in self.cleaned_data["shares"])


class InviteForm(forms.Form):
    """To which appointment."""

    booking = forms.IntegerField(min_value=1, max_value=2**63 - 1)
