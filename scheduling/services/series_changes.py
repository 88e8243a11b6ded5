"""What somebody wants of a series: the edit as a value, and the series as it would be afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from people.domain.time import DateRange, format_wall, parse_wall
from people.errors import InvalidInput
from scheduling.domain.series_parts import Part, Recurrence, edited_parts, names_its_times
from scheduling.models import SessionSeries
from scheduling.services.series_rules import SeriesFields, check_series, parts_of

RECURS = ("rrule", "starts_at_local", "duration_minutes")
SHOWN = ("kind", "focus", "title", "breaks", "capacity", "mode", "room", "counselors", "telehealth_url")
"""What each session copies from its series, besides its times."""
OF_ONE = frozenset({"starts_at_local", "duration_minutes", *SHOWN})


class Scope(StrEnum):
    """Which occurrences an edit is for."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class SeriesEdit:
    """One edit. `occurrence` is the wall time that names an occurrence, for "this" and "following".

    `changes` maps names of SeriesFields to their new values; only those named are touched. `cancel` calls the one
    occurrence off. `pauses` are all the pauses that the series has afterwards, None as they are. `without_clashing`
    leaves counselors and rooms out where they cannot be; `override_reason` lifts what it lifts of a counselor's times.
    """

    scope: Scope
    changes: Mapping[str, Any] = field(default_factory=dict)
    occurrence: str | None = None
    cancel: bool = False
    pauses: tuple[DateRange, ...] | None = None
    without_clashing: bool = False
    override_reason: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Wanted:
    """The series as it would be: how it recurs, what its sessions copy, and which of that the edit touches."""

    parts: tuple[Part, ...]
    fields: SeriesFields
    pauses: tuple[DateRange, ...]
    touched: frozenset[str]
    recurs_anew: bool

    @property
    def ends_on(self) -> date | None:
        """Its last date."""
        return self.fields.ends_on


def wanted_of(series: SessionSeries, edit: SeriesEdit) -> Wanted:
    """The series after an edit of "following" or "all". Raises InvalidInput naming every field that is wrong."""
    current = fields_of(series)
    values = {name: getattr(current, name) for name in SeriesFields.__dataclass_fields__}
    changes = dict(edit.changes)
    if "starts_at_local" in changes:
        changes["starts_at_local"] = _wall("starts_at_local", changes["starts_at_local"])
    if "counselors" in changes:
        changes["counselors"] = tuple(sorted(changes["counselors"], key=lambda counselor: counselor.pk))
    fields = SeriesFields(**{**values, **changes})
    check_series(fields)
    parts = parts_of(series)
    one_rule = len(parts) == 1
    # A value that holds already touches nothing, so that exceptions survive a form that sends everything; where a
    # series has been split, its earlier sessions may hold another one.
    touched = frozenset(name for name in changes if changes[name] != values[name] or not one_rule)
    said = Recurrence(**{name: changes[name] for name in RECURS if name in changes and changes[name] != values[name]})
    since = edit.occurrence if edit.scope is Scope.FOLLOWING else None
    after = tuple(parts if said.is_empty else edited_parts(parts, said, since=since))
    _refuse_vain_time(said, parts, since=since)
    pauses = tuple(DateRange(row.starts_on, row.ends_on) for row in series.pauses.all())
    return Wanted(
        parts=after,
        fields=fields,
        pauses=pauses if edit.pauses is None else edit.pauses,
        touched=touched,
        recurs_anew=not said.is_empty or "ends_on" in touched or edit.pauses is not None,
    )


def _refuse_vain_time(said: Recurrence, parts: Sequence[Part], *, since: str | None) -> None:
    """Raises InvalidInput for a new time of day where a rule that stays names its times itself: nothing would move."""
    if said.starts_at_local is None or said.rrule is not None:
        return
    reached = [part for part in parts if since is None or part.until is None or since < part.until]
    clock = (since or parts[-1].starts_at_local)[11:]
    if said.starts_at_local[11:] != clock and any(names_its_times(part) for part in reached):
        raise InvalidInput({"starts_at_local": _("The rule names its times itself; change them there.")})


def fields_of(series: SessionSeries) -> SeriesFields:
    """The series as it stands."""
    return SeriesFields(
        program=series.program,
        site=series.site,
        kind=series.kind,
        title=series.title,
        rrule=series.rrule,
        starts_at_local=series.starts_at_local,
        duration_minutes=series.duration_minutes,
        capacity=series.capacity,
        focus=series.focus,
        breaks=tuple((pause["after_minutes"], pause["minutes"]) for pause in series.breaks),
        counselors=tuple(sorted(series.counselors.all(), key=lambda one: one.pk)),
        room=series.room,
        mode=series.mode,
        ends_on=series.ends_on,
        telehealth_url=series.telehealth_url,
    )


def check_edit(edit: SeriesEdit) -> None:
    """Raises InvalidInput where the scope, the occurrence and the fields do not go together."""
    errors: dict[str, list[Any]] = {}
    if edit.scope is Scope.ALL and edit.occurrence is not None:
        errors["occurrence"] = [_("An edit of all occurrences names none.")]
    if edit.scope is not Scope.ALL:
        if edit.occurrence is None:
            errors["occurrence"] = [_("Name the occurrence by its wall time, such as 2026-11-23T18:00.")]
        else:
            _wall("occurrence", edit.occurrence)
    if edit.scope is Scope.THIS:
        for name in sorted(set(edit.changes) - OF_ONE):
            errors[name] = [_("This belongs to the whole series.")]
    if errors:
        raise InvalidInput(errors)


def _wall(name: str, text: str) -> str:
    try:
        return format_wall(parse_wall(text))
    except ValueError:
        raise InvalidInput({name: _("Write a date and a time, such as 2026-11-23T18:00.")}) from None
