"""What the button of a session sends."""

from django import forms


class BookForm(forms.Form):
    """A session to book; `back` names the page that asked."""

    session = forms.IntegerField(min_value=1)
    accept_work_overlap = forms.BooleanField(required=False)
    waitlist = forms.BooleanField(required=False)
    back = forms.ChoiceField(choices=[("week", "week"), ("book", "book")], required=False)


class MoveForm(forms.Form):
    """The session that an appointment is exchanged for."""

    session = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    accept_work_overlap = forms.BooleanField(required=False)
