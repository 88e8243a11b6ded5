"""A site's hours and rooms, as people type them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import Room, Site
from people.models.travel import LONGEST_MINUTES
from people.services.closures import LONGEST_REASON, ClosureFields
from web.forms.dates import AskedDay

WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
_RANGE = re.compile(r"\s*(\d{1,2}:\d{2})\s*(?:-|–|to|a)\s*(\d{1,2}:\d{2})\s*", re.ASCII)


class HoursField(forms.CharField):
    """ "08:00-12:00, 13:00-20:00"; nothing means closed."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return []
        found = [_RANGE.fullmatch(part) for part in text.split(",")]
        if not all(found):
            raise forms.ValidationError(_("Write from when to when, such as 08:00-20:00."))
        return [[one[1].zfill(5), one[2].zfill(5)] for one in found if one]


class HoursForm(forms.Form):
    """When a site is open, a field for each weekday; all of them empty means always."""

    def __init__(self, *args: Any, site: Site, **options: Any) -> None:
        super().__init__(*args, **options)
        for day, name in enumerate(WEEKDAYS):
            kept = site.opening_hours.get(str(day), [])
            self.fields[f"day_{day}"] = HoursField(
                label=name,
                required=False,
                max_length=80,
                initial=", ".join("–".join(one) for one in kept),
                widget=forms.TextInput(attrs={"placeholder": _("closed")}),
            )

    @property
    def hours(self) -> dict[str, list[list[str]]]:
        """As the services take them."""
        return {str(day): ranges for day in range(7) if (ranges := self.cleaned_data[f"day_{day}"])}


class ClosureForm(forms.Form):
    """When a site is closed, and why."""

    starts_on = AskedDay(
        label=_("From"), required=True, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = AskedDay(label=_("Through"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts_at = forms.TimeField(
        label=_("Start time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(
        label=_("End time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON)
    by_video_too = forms.BooleanField(label=_("Sessions by video do not take place either"), required=False)

    def fields_for(self, kind: str) -> ClosureFields:
        """As the services take them; without a last day it is the first one alone."""
        said = self.cleaned_data
        return ClosureFields(**{**said, "ends_on": said["ends_on"] or said["starts_on"], "kind": kind})


class WayForm(forms.Form):
    """How long it takes to another site; without minutes nothing is known of the way."""

    other = forms.ChoiceField(label=_("To"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=LONGEST_MINUTES, required=False)

    def __init__(self, *args: Any, others: Sequence[Site], **options: Any) -> None:
        options["auto_id"] = "way-%s"
        super().__init__(*args, **options)
        self.fields["other"].choices = [(str(one.pk), one.name) for one in others]  # type: ignore[attr-defined]


class RoomForm(forms.Form):
    """A room: its name, its seats, and whether it is used."""

    name = forms.CharField(label=_("Name"), max_length=80)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=1000)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, room: Room | None = None, **options: Any) -> None:
        if room is not None:
            options["initial"] = {"name": room.name, "seats": room.seats, "active": room.active}
        options["auto_id"] = f"room-{room.pk if room else 'new'}-%s"
        super().__init__(*args, **options)
