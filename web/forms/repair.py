"""What is booked together, and taken back together."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.services.book_all import MOST_AT_ONCE
from web.forms.dates import AskedDay
from web.forms.ids import LARGEST_ID, id_of

MOST_PICKS = 100


class IdsField(forms.CharField):
    """Ids with commas between them, each once, in their order."""

    def to_python(self, value: object) -> list[int]:  # type: ignore[override]
        """The ids; a ValidationError for anything else, or for too many."""
        parts = [part for part in str(value or "").split(",") if part.strip()]
        ids = [number for part in parts if (number := id_of(part)) is not None]
        if len(parts) > MOST_AT_ONCE or len(ids) < len(parts):
            raise forms.ValidationError(_("These are not ids."))
        return list(dict.fromkeys(ids))


class RepairForm(forms.Form):
    """The sessions that repair a week."""

    sessions = IdsField()
    week = AskedDay()


class TakeBackForm(forms.Form):
    """The bookings to take back."""

    bookings = IdsField()
    week = AskedDay()


class PicksField(forms.MultipleChoiceField):
    """Ticked repairs, each "week-session,session"."""

    def validate(self, value: object) -> None:
        """Only that something is ticked; `clean` reads each."""
        if not value:
            raise forms.ValidationError(_("Tick at least one."))

    def clean(self, value: object) -> dict[int, list[int]]:
        """The sessions by week."""
        self.validate(value)
        picks: dict[int, list[int]] = {}
        for text in value if isinstance(value, list) else []:
            week, _dash, sessions = str(text).partition("-")
            picks[id_of(week) or 0] = IdsField().clean(sessions)
        if len(picks) > MOST_PICKS:
            raise forms.ValidationError(_("Tick fewer at once."))
        return picks


class PicksForm(forms.Form):
    """The repairs that are ticked."""

    pick = PicksField()


class DoneForm(forms.Form):
    """What a board's address says was just booked."""

    done = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    booked = IdsField()
