"""What a patient chooses about a calendar that their appointments go to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.enums import FeedColor, FeedDetail
from notifications.models import CalendarFeed
from notifications.services.feeds import LONGEST_NAME

DETAILS = (
    (FeedDetail.APPOINTMENT, _("“Appointment”, and when")),
    (FeedDetail.BUSY, _("“Busy”, and when")),
    (FeedDetail.FULL, _("What it is and where")),
)
ALARMS = (
    ("", _("None")),
    ("15", _("15 minutes before")),
    ("30", _("30 minutes before")),
    ("60", _("1 hour before")),
    ("120", _("2 hours before")),
    ("1440", _("A day before")),
)


class FeedForm(forms.Form):
    """Name, detail, alarm and color. The fullest detail must be chosen knowingly."""

    name = forms.CharField(label=_("Name in your calendar"), max_length=LONGEST_NAME, required=False)
    detail = forms.ChoiceField(
        label=_("What your calendar shows"), choices=DETAILS, initial=FeedDetail.APPOINTMENT, widget=forms.RadioSelect
    )
    shown_knowingly = forms.BooleanField(
        label=_("I know that whoever sees my calendar then sees what it is and where."),
        help_text=_("Only needed for “What it is and where”. Your calendar’s company can read it too."),
        required=False,
    )
    alarm_minutes = forms.TypedChoiceField(
        label=_("Alarm"), choices=ALARMS, coerce=int, empty_value=None, required=False
    )
    color = forms.ChoiceField(label=_("Color"), choices=FeedColor.choices, required=False)

    @classmethod
    def of(cls, feed: CalendarFeed) -> "FeedForm":
        """The form filled with what the feed is now; an alarm set elsewhere stays one of its choices."""
        initial = {
            "name": feed.name,
            "detail": feed.detail,
            "shown_knowingly": feed.detail == FeedDetail.FULL,
            "alarm_minutes": "" if feed.alarm_minutes is None else str(feed.alarm_minutes),
            "color": feed.color,
        }
        return cls(initial=initial, prefix=f"feed-{feed.pk}", alarm_minutes=feed.alarm_minutes)

    def __init__(self, *args: Any, alarm_minutes: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {value for value, _label in ALARMS}
        if alarm_minutes is not None and str(alarm_minutes) not in known:
            other = (str(alarm_minutes), _("%(count)d minutes before") % {"count": alarm_minutes})
            self.fields["alarm_minutes"].choices = [*ALARMS, other]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever wants everything shown has said that they know it."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("detail") == FeedDetail.FULL and not cleaned.get("shown_knowingly"):
            self.add_error("shown_knowingly", _("Tick this, or choose one of the others."))
        return cleaned

    def fields_for_service(self) -> dict[str, Any]:
        """What `create_feed` and `change_feed` take."""
        return {name: self.cleaned_data[name] for name in ("name", "detail", "alarm_minutes", "color")}
