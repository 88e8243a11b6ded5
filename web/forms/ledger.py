"""The dates of a ledger, as its address carries them."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attendance.domain.reports import LONGEST, range_refusal
from scheduling.enums import Kind
from web.forms.dates import AskedDay


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "input"})


class DatesForm(forms.Form):
    """`from` and `to`, both included; either may be left out."""

    def __init__(self, data: QueryDict | dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["from"] = AskedDay(label=_("From"), widget=_Day())
        self.fields["to"] = AskedDay(label=_("To"), widget=_Day())

    def clean(self) -> dict[str, Any]:
        """Refuse dates in the wrong order, or more than a page holds."""
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and (refusal := range_refusal(first, last)):
            self.add_error("to", gettext(refusal))
        return self.cleaned_data

    def span(self, *, first: date, last: date) -> tuple[date, date]:
        """The dates asked for, or these where they are left out or not understood."""
        if not self.is_valid() and {"from", "to"} & self.errors.keys():
            return first, last
        begin, end = self.cleaned_data["from"], self.cleaned_data["to"]
        if begin and not end:
            return begin, max(begin, min(last, begin + LONGEST))
        if end and not begin:
            return min(end, end - (last - first)), end
        return begin or first, end or last


class LedgerForm(DatesForm):
    """The dates, and which kind of session is listed; the weeks' figures are those of all."""

    kind = forms.ChoiceField(required=False, label=_("Sessions"), choices=[("", _("All sessions")), *Kind.choices])

    field_order = ("from", "to", "kind")

    def __init__(self, data: QueryDict | dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.order_fields(self.field_order)

    @property
    def listed(self) -> str:
        """The kind that was asked for; empty for all."""
        return str(self.cleaned_data.get("kind") or "") if "kind" not in self.errors else ""
