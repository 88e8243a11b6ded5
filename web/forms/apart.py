"""Whom to keep apart from somebody, and whose side each series is."""

from collections.abc import Sequence

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import Patient
from scheduling.enums import ApartReason
from scheduling.models import SessionSeries
from scheduling.services.keep_apart import Share, Thing
from web import format as figures
from web.rows.sessions import day_of, times_of
from web.rows.tracks import when_of


class PairForm(forms.Form):
    """The other person, and why."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=ApartReason.choices)

    def __init__(self, *args: object, others: QuerySet[Patient], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        other: forms.ModelChoiceField[Patient] = forms.ModelChoiceField(label=_("The other person"), queryset=others)
        other.label_from_instance = lambda obj: obj.name  # type: ignore[method-assign]
        self.fields = {"other": other, **self.fields}


class DivisionForm(forms.Form):
    """One choice for each thing: whose side it is."""

    def __init__(self, *args: object, shares: Sequence[Share], people: Sequence[Patient], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.shares = {_key(share.thing): share for share in shares}
        choices = [(str(person.pk), person.name) for person in people]
        for key, share in self.shares.items():
            self.fields[key] = forms.ChoiceField(
                label=_title(share),
                choices=choices,
                initial=str(share.patient_id) if share.patient_id else None,
                widget=forms.RadioSelect,
                required=False,
            )

    def sides(self) -> dict[Thing, int]:
        """What was chosen; what was left open stays undivided."""
        return {
            share.thing: int(self.cleaned_data[key]) for key, share in self.shares.items() if self.cleaned_data[key]
        }


def _key(thing: Thing) -> str:
    return f"{thing[0]}-{thing[1]}"


def _title(share: Share) -> str:
    """ "Skills, Tue, Fri 6–9 pm · 2 booked": the title and when, and how many bookings ahead the two have."""
    row = share.row
    if isinstance(row, SessionSeries):
        said = f"{share.title}, {when_of(row)}"
    else:
        said = f"{share.title}, {figures.short_day(day_of(row))}, {times_of(row)}"
    booked = sum(share.bookings.values())
    return f"{said} · {_('%(number)d booked') % {'number': booked}}" if booked else said
