"""What is booked together, and taken back together."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.services.book_all import MOST_AT_ONCE
from web.forms.dates import AskedDay

LARGEST_ID = 2**63 - 1
MOST_PICKS = 100


class IdsField(forms.CharField):
    """Ids with commas between them, each once, in their order."""

    def to_python(self, value: object) -> list[int]:  # type: ignore[override]
        """The ids; a ValidationError for anything else, or for too many."""
        parts = [part.strip() for part in str(value or "").split(",") if part.strip()]
        if len(parts) > MOST_AT_ONCE or not all(part.isascii() and part.isdigit() for part in parts):
            raise forms.ValidationError(_("These are not ids."))
        ids = list(dict.fromkeys(int(part) for part in parts))
        if any(number > LARGEST_ID for number in ids):
            raise forms.ValidationError(_("These are not ids."))
        return ids


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
            ids = IdsField().clean(sessions)
            (week_id,) = IdsField().clean(week) or (0,)
            picks[week_id] = ids
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
