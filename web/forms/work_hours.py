"""When a patient works, as typed: the days of one or two weeks, days on and off, or a single day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.services.work_hours import MOST_TRAVEL
from web import format as figures
from web.patients.work_pattern import Pattern, Rotation, Shift

PARTS = ("from", "to", "before", "after")


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def _travel(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"step": 5, "inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_TRAVEL, widget=widget)


def _shift_fields() -> dict[str, forms.Field]:
    return {
        "from": _clock(_("From")),
        "to": _clock(_("To")),
        "before": _travel(_("Travel before, minutes")),
        "after": _travel(_("Travel after, minutes")),
    }


def _initial(shift: Shift | None) -> dict[str, Any]:
    if shift is None:
        return {}
    return {"from": shift.starts, "to": shift.ends, "before": shift.before, "after": shift.after}


def _read_shift(values: Mapping[str, Any]) -> Shift | None:
    """The shift of four typed values, None for a day without. Raises ValidationError where they make no sense."""
    starts, ends = values.get("from"), values.get("to")
    if starts is None and ends is None:
        return None
    if not isinstance(starts, time) or not isinstance(ends, time):
        raise forms.ValidationError(_("Type both times, or neither."))
    if starts == ends:
        raise forms.ValidationError(_("These are the same time. Work past midnight ends earlier on the clock."))
    return Shift(starts, ends, values.get("before") or 0, values.get("after") or 0)


@dataclass(frozen=True)
class DayFields:
    """One day's fields, and what they say in words."""

    name: str
    summary: str
    fields: tuple[forms.BoundField, ...]

    @property
    def has_errors(self) -> bool:
        """Whether the day must be shown open."""
        return any(field.errors for field in self.fields)


class WeeksForm(forms.Form):
    """Seven days, or fourteen in turn, of four fields each: `w0d0-from` is Monday's start in the first week."""

    def __init__(self, data: Any = None, *, turns: int, weeks: Sequence[Mapping[int, Shift]] = ()) -> None:
        initial = {
            f"w{turn}d{day}-{part}": value
            for turn, shifts in enumerate(weeks)
            for day, shift in shifts.items()
            for part, value in _initial(shift).items()
        }
        super().__init__(data, initial=initial)
        self.turns = turns
        for turn in range(turns):
            for day in range(7):
                self.fields.update({f"w{turn}d{day}-{part}": field for part, field in _shift_fields().items()})

    def clean(self) -> dict[str, Any]:
        """Reads the days; a day that makes no sense is named at its first field."""
        found: list[dict[int, Shift]] = []
        for turn in range(self.turns):
            found.append({})
            for day in range(7):
                values = {part: self.cleaned_data.get(f"w{turn}d{day}-{part}") for part in PARTS}
                if any(f"w{turn}d{day}-{part}" in self.errors for part in PARTS):
                    continue
                try:
                    shift = _read_shift(values)
                except forms.ValidationError as error:
                    self.add_error(f"w{turn}d{day}-from", error)
                    continue
                if shift is not None:
                    found[-1][day] = shift
        self.cleaned_data["weeks"] = tuple(found)
        return self.cleaned_data

    def weeks(self) -> Iterator[list[DayFields]]:
        """The days of each week, for the page."""
        for turn in range(self.turns):
            yield [self._day(turn, day) for day in range(7)]

    def _day(self, turn: int, day: int) -> DayFields:
        bound = tuple(self[f"w{turn}d{day}-{part}"] for part in PARTS)
        starts, ends = (_as_time(field.value()) for field in bound[:2])
        summary = figures.time_range(starts, ends, spaced=True) if starts and ends else gettext("No work")
        return DayFields(str(WEEKDAYS[day]).capitalize(), summary, bound)


class RotationForm(forms.Form):
    """So many days on, so many off."""

    first_day = forms.DateField(
        label=_("First day on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    days_on = forms.IntegerField(label=_("Days on"), min_value=1, max_value=14)
    days_off = forms.IntegerField(label=_("Days off"), min_value=1, max_value=28)

    def __init__(self, data: Any = None, *, rotation: Rotation | None = None) -> None:
        initial: dict[str, Any] = {}
        if rotation is not None:
            initial = {name: getattr(rotation, name) for name in ("first_day", "days_on", "days_off")}
            initial |= _initial(rotation.shift)
        super().__init__(data, initial=initial)
        self.fields.update(_shift_fields())
        for part in ("from", "to"):
            self.fields[part].required = True

    def clean(self) -> dict[str, Any]:
        """Reads the rotation."""
        cleaned = self.cleaned_data
        cleaned["rotation"] = None
        if self.errors:
            return cleaned
        try:
            shift = _read_shift(cleaned)
        except forms.ValidationError as error:
            self.add_error("from", error)
            return cleaned
        if shift is not None:
            cleaned["rotation"] = Rotation(cleaned["first_day"], cleaned["days_on"], cleaned["days_off"], shift)
        return cleaned


class DayForm(forms.Form):
    """A single day that is different: other hours, or none where both times are left empty."""

    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, prefix="day")
        self.today = today
        self.fields.update(_shift_fields())
        self.fields["to"].help_text = _("Leave both times empty for a day off.")
        self.fields["on"].widget.attrs["min"] = today.isoformat()

    def clean_on(self) -> date:
        """A day that is past changes nothing any more."""
        on: date = self.cleaned_data["on"]
        if on < self.today:
            raise forms.ValidationError(_("That day is past."))
        if (on - self.today).days > 366:
            raise forms.ValidationError(_("That is more than a year ahead."))
        return on

    def clean(self) -> dict[str, Any]:
        """Reads the shift, None for a day off."""
        self.cleaned_data["shift"] = None
        if not self.errors:
            try:
                self.cleaned_data["shift"] = _read_shift(self.cleaned_data)
            except forms.ValidationError as error:
                self.add_error("from", error)
        return self.cleaned_data


def form_of(pattern: Pattern, turns: int) -> WeeksForm | RotationForm:
    """The form filled with the pattern; `turns` weeks, the first one copied where the second is wanted and new."""
    if pattern.kind == "rotation":
        return RotationForm(rotation=pattern.rotation)
    weeks = pattern.weeks if len(pattern.weeks) >= turns else pattern.weeks * turns
    return WeeksForm(turns=turns, weeks=weeks[:turns])


def _as_time(value: Any) -> time | None:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value) if value else None
    except ValueError:
        return None
