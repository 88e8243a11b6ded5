"""Joining a track and leaving a series, as the pages ask it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.services.track_preview import MOST_SERIES
from web.forms.dates import EARLIEST, LATEST


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A date that is typed or picked, within the years that the product knows."""
    widget = forms.DateInput(attrs={"type": "date", "min": EARLIEST, "max": LATEST}, format="%Y-%m-%d")
    return _Day(**{"label": label, "widget": widget, **options})


class _Day(forms.DateField):
    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("Write a date such as 2026-11-23."))
        return day


class TrackForm(forms.Form):
    """Which series, from when to when, what to do without, and why a rule does not hold."""

    series = forms.TypedMultipleChoiceField(
        coerce=int, label=_("Series"), error_messages={"required": _("Choose one series at least.")}
    )
    starts_on = day_field(_("From"))
    ends_on = day_field(_("Last day"), required=False)
    without_sessions = forms.TypedMultipleChoiceField(coerce=int, required=False, label=_("Do without"))
    override_reason = forms.CharField(required=False, max_length=300, label=_("Reason"))

    def __init__(self, data: Any = None, *, series: Iterable[int], **options: Any) -> None:
        super().__init__(data, **options)
        choices = [(pk, str(pk)) for pk in series]
        self.fields["series"].choices = choices  # type: ignore[attr-defined]
        named = data.getlist("without_sessions") if data is not None and hasattr(data, "getlist") else []
        numbers = [text for text in named if text.isascii() and text.isdigit() and len(text) < 19]
        self.fields["without_sessions"].choices = [(int(text), text) for text in numbers]  # type: ignore[attr-defined]

    def clean_series(self) -> list[int]:
        chosen: list[int] = self.cleaned_data["series"]
        if len(chosen) > MOST_SERIES:
            raise forms.ValidationError(_("Choose %(most)d series at most.") % {"most": MOST_SERIES})
        return chosen


class DesignForm(forms.Form):
    """A track that is being thought about: a program and some of its series."""

    program = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Program"))
    series = forms.TypedMultipleChoiceField(required=False, coerce=int, label=_("Series"))

    def __init__(self, data: Any, *, programs: Iterable[tuple[int, str]], series: Iterable[int]) -> None:
        super().__init__(data)
        self.fields["program"].choices = list(programs)  # type: ignore[attr-defined]
        self.fields["series"].choices = [(pk, str(pk)) for pk in series]  # type: ignore[attr-defined]


class LeaveSeriesForm(forms.Form):
    """From which day on the seat is given up, and why."""

    from_on = day_field(_("From this day on"))
    reason = forms.CharField(required=False, max_length=300, label=_("Reason"))


class DischargeForm(forms.Form):
    """The last day that counts."""

    discharged_on = day_field(_("Last day"))


class LeaveForm(forms.Form):
    """Days on which nothing is expected."""

    starts_on = day_field(_("First day"))
    ends_on = day_field(_("Last day"))
    reason = forms.CharField(required=False, max_length=120, label=_("Reason"))
