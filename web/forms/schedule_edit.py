"""Making and changing sessions and series: fields as people type them, values as the services take them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.domain.time import format_wall
from people.models import Counselor, Program, Room, Site
from scheduling.enums import Kind, Mode
from scheduling.services.series_changes import Scope
from scheduling.services.session_rules import MOST_SEATS
from web.forms.dates import AskedDay
from web.forms.ids import id_of

DAYS = (
    ("MO", _("Mon")),
    ("TU", _("Tue")),
    ("WE", _("Wed")),
    ("TH", _("Thu")),
    ("FR", _("Fri")),
    ("SA", _("Sat")),
    ("SU", _("Sun")),
)
SCOPES = (
    (Scope.THIS.value, _("Only this one")),
    (Scope.FOLLOWING.value, _("This one and all that follow")),
    (Scope.ALL.value, _("All that are still to come")),
)
_BREAK = re.compile(r"\s*(\d{1,3})\s*\+\s*(\d{1,3})\s*", re.ASCII)
_SIMPLE = re.compile(r"FREQ=WEEKLY(?:;INTERVAL=(\d{1,2}))?;BYDAY=((?:[A-Z]{2},?)+)", re.ASCII)


class BreaksField(forms.CharField):
    """ "90+15": after an hour and a half, a quarter of an hour; several with commas."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return ()
        found = [_BREAK.fullmatch(part) for part in text.split(",")]
        if not all(found):
            raise forms.ValidationError(_("Write after how many minutes and for how long, such as 90+15."))
        return tuple((int(one[1]), int(one[2])) for one in found if one)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else breaks_text(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "").replace(" ", "") != str(data or "").replace(" ", "")


def breaks_text(breaks: Iterable[tuple[int, int]]) -> str:
    """As the field shows them."""
    return ", ".join(f"{after}+{minutes}" for after, minutes in breaks)


class OfferForm(forms.Form):
    """What a session and a series have in common."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("As the calendar names it."))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    focus = forms.ChoiceField(label=_("Topic"), required=False)
    at = forms.TimeField(label=_("Starts at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=720)
    breaks = BreaksField(
        label=_("Breaks"), required=False, max_length=100, help_text=_("90+15: after 90 minutes, for 15.")
    )
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS)
    room = forms.ChoiceField(label=_("Room"), required=False)
    counselors = forms.MultipleChoiceField(label=_("Counselors"), required=False, widget=forms.CheckboxSelectMultiple)
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices)
    telehealth_url = forms.CharField(
        label=_("Link for video"),
        required=False,
        max_length=200,
        help_text=_("Shown from 15 minutes before the start, to those booked. One that is kept is not shown here."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    override_reason = forms.CharField(
        label=_("Why outside a counselor’s hours"),
        required=False,
        max_length=300,
        help_text=_("Only where somebody leads it outside their hours, or past their most for a day."),
    )

    def __init__(self, *args: Any, program: Program, site: Site, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = str((self.initial or {}).get("room") or "")
        kept = id_of(chosen)
        usable = Q(active=True) | Q(pk=kept) if kept is not None else Q(active=True)
        self.rooms = {str(room.pk): room for room in Room.objects.filter(usable, site=site)}
        self.people = {str(one.pk): one for one in Counselor.objects.filter(sites=site)}
        self._choose("focus", [("", "–"), *program.foci.values_list("code", "name")])
        self._choose("room", [("", _("None")), *((pk, room.name) for pk, room in self.rooms.items())])
        self._choose("counselors", [(pk, one.name) for pk, one in self.people.items()])

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_room(self) -> Room | None:
        return self.rooms.get(self.cleaned_data["room"])

    def clean_counselors(self) -> tuple[Counselor, ...]:
        return tuple(self.people[pk] for pk in sorted(self.cleaned_data["counselors"], key=int))

    def offered(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """The common values by the services' names; only those among `names` where some are given."""
        common = (
            *("title", "kind", "focus", "duration_minutes", "breaks"),
            *("capacity", "room", "counselors", "mode", "telehealth_url"),
        )
        return {name: self.cleaned_data[name] for name in common if names is None or name in set(names)}


class SessionForm(OfferForm):
    """One session: its day, and where it belongs to a series, how far a change reaches."""

    on = AskedDay(label=_("Day"), required=True, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    scope = forms.ChoiceField(label=_("Change"), choices=SCOPES, widget=forms.RadioSelect, required=False)
    field_order = ("scope", "on", "at", "duration_minutes", "breaks", "title", "kind", "focus", "capacity", "room")

    def __init__(self, *args: Any, of_series: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not of_series:
            del self.fields["scope"]

    @property
    def reach(self) -> Scope:
        """How far the change reaches."""
        return Scope(self.cleaned_data.get("scope") or Scope.THIS)

    @property
    def starts_at_local(self) -> str:
        """The wall time at the site."""
        return wall(self.cleaned_data["on"], self.cleaned_data["at"])


class SeriesForm(OfferForm):
    """A series: its first day, its weekdays or any other rule, and its end."""

    starts_on = AskedDay(
        label=_("From"), required=True, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    days = forms.MultipleChoiceField(label=_("Days"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple)
    every = forms.IntegerField(label=_("Every … weeks"), min_value=1, max_value=52, initial=1, required=False)
    rrule = forms.CharField(
        label=_("Another rule"),
        required=False,
        max_length=300,
        help_text=_("In place of the days above, as calendars write it: FREQ=MONTHLY;BYDAY=1MO"),
    )
    ends_on = AskedDay(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ("title", "kind", "focus", "starts_on", "at", "duration_minutes", "breaks", "days", "every", "rrule")

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if not asked.get("rrule") and not asked.get("days"):
            self.add_error("days", _("Choose the days, or write a rule."))
        return asked

    @property
    def rule(self) -> str:
        """The rule: the days' unless another is written."""
        asked = self.cleaned_data
        if asked["rrule"]:
            return str(asked["rrule"])
        every = asked.get("every") or 1
        interval = f";INTERVAL={every}" if every > 1 else ""
        return f"FREQ=WEEKLY{interval};BYDAY={','.join(code for code, _label in DAYS if code in asked['days'])}"

    @property
    def starts_at_local(self) -> str:
        """The first occurrence's wall time."""
        return wall(self.cleaned_data["starts_on"], self.cleaned_data["at"])


class PauseForm(forms.Form):
    """Dates without occurrences."""

    starts_on = AskedDay(
        label=_("From"), required=True, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = AskedDay(
        label=_("Through"), required=True, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=200)


def rule_fields(rrule: str) -> dict[str, Any]:
    """How the form shows a rule: by days where it is that simple, else as it is written."""
    found = _SIMPLE.fullmatch(rrule)
    codes = found[2].split(",") if found else []
    if found is None or not set(codes) <= {code for code, _label in DAYS}:
        return {"days": [], "every": 1, "rrule": rrule}
    return {"days": codes, "every": int(found[1] or 1), "rrule": ""}


def wall(on: date, at: time) -> str:
    """A wall time as the services take it."""
    return format_wall(datetime.combine(on, at))
