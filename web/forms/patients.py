"""Booking and cancelling on behalf of somebody."""

from django import forms


class BookForForm(forms.Form):
    """Which session, the reason that lifts a rule, and which missed booking it makes up for."""

    session = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    makes_up = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    waitlist = forms.BooleanField(required=False)
    override_reason = forms.CharField(required=False, max_length=300)


class CancelForm(forms.Form):
    """Why, where it is not asked for; required by the service once the session has begun."""

    reason = forms.CharField(required=False, max_length=300)


class WeekForm(forms.Form):
    """Any day of a week."""

    week = forms.DateField(required=False)


class MakesUpForm(forms.Form):
    """The missed booking that is to be made up for."""

    makes_up = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ExcuseForm(forms.Form):
    """Why a late cancellation is excused; the service knows the program's reasons."""

    reason = forms.CharField(max_length=60)
