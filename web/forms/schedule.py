"""Which week and site of the schedule."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from web.forms.dates import AskedDay

VIEWS = (
    ("rooms", _("Rooms")),
    ("counselors", _("Counselors")),
    ("hours", _("Hours")),
    ("list", _("List")),
)


class ScheduleForm(forms.Form):
    """Any day of the week, and one of the sites that one works at; the first unless told."""

    week = AskedDay()
    view = forms.ChoiceField(required=False, choices=VIEWS, widget=forms.HiddenInput)
    site = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Site"))

    def __init__(self, data: Any = None, *, sites: Iterable[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["site"].choices = list(sites)  # type: ignore[attr-defined]
        self.fields["site"].widget.attrs["class"] = "is-set"
