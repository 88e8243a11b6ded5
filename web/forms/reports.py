"""Which report over which dates, narrowed to which program, site and people."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.domain.reports import ReportAsked
from attendance.enums import ReportFormat, ReportKind
from people.models import Program, Site, User
from web.forms.ledger import DatesForm

USUAL = timedelta(weeks=4)
MOST_PEOPLE = 500


class ReportForm(DatesForm):
    """The dates, and what they are narrowed to: sites and programs are those that one sees. What is about one person
    (`of_one`) is about all of their stays, and narrowed to nothing.
    """

    program = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Program"))
    site = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Site"))

    field_order = ("from", "to", "program", "site", "format")

    def __init__(self, data: Any, *, user: User, of_one: bool = False) -> None:
        super().__init__(data)
        if of_one:
            del self.fields["site"], self.fields["program"]
            return
        sites = Site.objects.filter(pk__in=user.scope.staff_site_ids).values_list("pk", "name")
        programs = Program.objects.visible_to(user).values_list("pk", "name")
        self.fields["site"].choices = [("", _("All sites")), *sites]  # type: ignore[attr-defined]
        self.fields["program"].choices = [("", _("All programs")), *programs]  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    def asked(self, kind: str, *, today: date, patient_ids: tuple[int, ...] = ()) -> ReportAsked:
        """What was asked for; without dates, the last four weeks up to today."""
        first, last = self.span(first=today - USUAL, last=today)
        narrowed = self.cleaned_data if self.is_valid() else {}
        return ReportAsked(
            kind=kind,
            first=first,
            last=last,
            program_id=narrowed.get("program"),
            site_id=narrowed.get("site"),
            patient_ids=patient_ids,
        )


class FileForm(ReportForm):
    """The same, and how the file is wanted: without a word, as text."""

    format = forms.ChoiceField(choices=ReportFormat.choices, required=False, label=_("File"))

    def file_format(self, kind: str) -> str:
        """A packet has a sheet for each person."""
        if kind == ReportKind.PACKET:
            return ReportFormat.XLSX
        return self.cleaned_data["format"] or ReportFormat.CSV


def people_named(values: list[str]) -> tuple[int, ...]:
    """The ids that a form names; what is none is left out."""
    numbers = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]
    return tuple(dict.fromkeys(numbers))[:MOST_PEOPLE]
