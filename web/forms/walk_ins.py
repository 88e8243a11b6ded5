"""Whom to look for, and whom to add."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """A name, or part of one."""

    name = forms.CharField(label=_("Name"), max_length=100)


class WalkInForm(forms.Form):
    """Who came, and why a rule does not hold this once."""

    patient = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    override_reason = forms.CharField(max_length=300, required=False)
