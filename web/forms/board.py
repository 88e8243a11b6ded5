"""What a board may be narrowed to."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.enums import WeekState
from web.forms.dates import AskedDay
from web.forms.long_select import LongSelect


class OneOfMany(forms.TypedChoiceField):
    """The id of one of those that are there, of which there may be hundreds; None for all."""

    widget = LongSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, coerce=int, empty_value=None, **kwargs)


class BoardForm(forms.Form):
    """The filters of the board, as its address carries them. Sites, programs and counselors are those that one sees."""

    week = AskedDay()
    status = forms.ChoiceField(required=False, choices=[("", ""), *WeekState.choices], widget=forms.HiddenInput)
    show = forms.ChoiceField(required=False, choices=[("", ""), ("all", "")], widget=forms.HiddenInput)
    search = forms.CharField(
        required=False,
        max_length=150,
        label=_("Find a person"),
        widget=forms.TextInput(
            attrs={"type": "search", "class": "input", "placeholder": _("Find a person"), "data-search": True}
        ),
    )
    site = OneOfMany(label=_("Site"))
    program = OneOfMany(label=_("Program"))
    counselor = OneOfMany(label=_("Counselor"))
    new = forms.BooleanField(required=False, label=_("First 30 days only"))

    def __init__(
        self,
        data: Any = None,
        *,
        sites: Iterable[tuple[int, str]],
        programs: Iterable[tuple[int, str]],
        counselors: Iterable[tuple[int, str]],
    ) -> None:
        super().__init__(data)
        offered = {
            "site": (_("All sites"), sites),
            "program": (_("All programs"), programs),
            "counselor": (_("All counselors"), counselors),
        }
        for name, (everything, choices) in offered.items():
            field = self.fields[name]
            field.choices = [("", everything), *choices]  # type: ignore[attr-defined]
            if self.data.get(name):
                field.widget.attrs["class"] = "is-set"

    @property
    def said(self) -> dict[str, Any]:
        """What was understood; a field that was not is left out, and its error stands in the page."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}
