"""A patient's usual work as one thinks of it: days of one week or of two in turn, or so many days on and off.

Kept are recurring busy times (`WorkHours`); this reads them into a pattern, and writes a pattern as such times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from people.domain.time import format_wall, parse_wall
from scheduling.domain.work_hours import WorkPattern
from scheduling.models import WorkHours
from scheduling.services.work_hours import WorkHoursFields, check_work_hours

A_DAY = timedelta(days=1)
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PLAIN_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "WKST"})

PatternKind = Literal["weekly", "rotation", "other"]


@dataclass(frozen=True)
class Shift:
    """Wall times of a shift; one that ends no later than it starts ends the next day. Travel in minutes."""

    starts: time
    ends: time
    before: int = 0
    after: int = 0

    def on(self, day: date) -> tuple[str, str]:
        """Its two ends as wall times, begun on the day."""
        last_day = day if self.ends > self.starts else day + A_DAY
        ends = (format_wall(datetime.combine(one, at)) for one, at in ((day, self.starts), (last_day, self.ends)))
        starts_local, ends_local = ends
        return starts_local, ends_local


@dataclass(frozen=True)
class Rotation:
    """`days_on` shifts in a row from `first_day`, then `days_off` without, over and over."""

    first_day: date
    days_on: int
    days_off: int
    shift: Shift


@dataclass(frozen=True)
class Pattern:
    """The usual work. `weeks`: the shift of each weekday (0 is Monday), for each of the weeks in turn, the first of
    which is the running one. `kind` is `other` for what was written elsewhere and is neither of the two.
    """

    kind: PatternKind
    weeks: tuple[Mapping[int, Shift], ...] = field(default_factory=lambda: ({},))
    rotation: Rotation | None = None


DAY_SHIFT = Shift(time(8), time(16, 30), 30, 30)
EVENING_SHIFT = Shift(time(14), time(22, 30), 30, 30)
LONG_SHIFT = Shift(time(7), time(19), 30, 30)
WEEKDAYS = range(5)


def template(name: str, *, today: date) -> Pattern | None:
    """A common pattern to start from; None for a name that is none."""
    day, evening = dict.fromkeys(WEEKDAYS, DAY_SHIFT), dict.fromkeys(WEEKDAYS, EVENING_SHIFT)
    return {
        "weekdays": Pattern("weekly", (day,)),
        "evenings": Pattern("weekly", (evening,)),
        "in-turn": Pattern("weekly", (day, evening)),
        "rotation": Pattern("rotation", rotation=Rotation(today, 4, 4, LONG_SHIFT)),
        "none": Pattern("weekly", ({},)),
    }.get(name)


def read_pattern(rows: Iterable[WorkHours], *, monday: date) -> Pattern:
    """The pattern of the recurring rows, as it runs from the week that begins on `monday`."""
    listed = [row for row in rows if row.rrule]
    return _read_weekly(listed, monday) or _read_rotation(listed) or Pattern("other")


def write_weeks(
    weeks: Sequence[Mapping[int, Shift]], *, monday: date, zone: str, except_on: tuple[date, ...] = ()
) -> list[WorkHoursFields]:
    """One or two weeks in turn as recurring times: equal days of a week share one."""
    found = []
    for turn, shifts in enumerate(weeks):
        for shift in dict.fromkeys(shifts[day] for day in sorted(shifts)):
            days = [day for day in sorted(shifts) if shifts[day] == shift]
            interval = f";INTERVAL={len(weeks)}" if len(weeks) > 1 else ""
            rule = f"FREQ=WEEKLY{interval};BYDAY={','.join(DAY_CODES[day] for day in days)}"
            first = monday + timedelta(days=7 * turn + days[0])
            found.append(_fields(shift, first, rule, zone, except_on))
    return found


def write_rotation(rotation: Rotation, *, zone: str, except_on: tuple[date, ...] = ()) -> list[WorkHoursFields]:
    """Days on and off as recurring times: one for each day on."""
    rule = f"FREQ=DAILY;INTERVAL={rotation.days_on + rotation.days_off}"
    days = (rotation.first_day + timedelta(days=number) for number in range(rotation.days_on))
    return [_fields(rotation.shift, day, rule, zone, except_on) for day in days]


def patterns_of(wanted: Iterable[WorkHoursFields]) -> list[WorkPattern]:
    """The times as the pure calculations see them, without writing any. Raises InvalidInput as writing would."""
    return [WorkHours(**check_work_hours(fields)).pattern for fields in wanted]


def _fields(shift: Shift, day: date, rule: str, zone: str, except_on: tuple[date, ...]) -> WorkHoursFields:
    starts, ends = shift.on(day)
    return WorkHoursFields(
        starts,
        ends,
        zone,
        rrule=rule,
        except_on=except_on,
        travel_before_minutes=shift.before,
        travel_after_minutes=shift.after,
    )


def _read_weekly(rows: Sequence[WorkHours], monday: date) -> Pattern | None:
    turns = max((int(_parts(row).get("INTERVAL", "1")) for row in rows), default=1)
    if turns > 2:
        return None
    weeks: tuple[dict[int, Shift], ...] = tuple({} for _ in range(turns))
    for row in rows:
        parts, shift = _parts(row), _shift(row)
        days = _days(row, parts)
        if shift is None or days is None or not _is_plain(row, parts, "WEEKLY"):
            return None
        if parse_wall(row.starts_at_local).date() >= monday + timedelta(days=7 * turns):
            return None  # it begins later than what the editor shows
        for week in _turns(row, parts, turns, monday):
            if any(day in weeks[week] for day in days):
                return None
            weeks[week].update(dict.fromkeys(days, shift))
    return Pattern("weekly", weeks)


def _read_rotation(rows: Sequence[WorkHours]) -> Pattern | None:
    ordered = sorted(rows, key=lambda row: row.starts_at_local)
    first = ordered[0]
    shift, parts = _shift(first), _parts(first)
    if shift is None or not _is_plain(first, parts, "DAILY") or "BYDAY" in parts:
        return None
    first_day = parse_wall(first.starts_at_local).date()
    for number, row in enumerate(ordered):
        begins = parse_wall(row.starts_at_local).date()
        if _shift(row) != shift or row.rrule != first.rrule or row.ends_on or begins != first_day + number * A_DAY:
            return None
    off = int(parts.get("INTERVAL", "1")) - len(ordered)
    return Pattern("rotation", rotation=Rotation(first_day, len(ordered), off, shift)) if off >= 0 else None


def _parts(row: WorkHours) -> dict[str, str]:
    return dict(part.split("=", 1) for part in row.rrule.upper().removeprefix("RRULE:").split(";") if "=" in part)


def _is_plain(row: WorkHours, parts: Mapping[str, str], frequency: str) -> bool:
    """Whether the rule says no more than the editor can, from its first shift on and without end."""
    weeks_from_monday = parts.get("WKST", "MO") == "MO"
    unbounded = row.ends_on is None and row.starts_on <= parse_wall(row.starts_at_local).date()
    return parts.get("FREQ") == frequency and set(parts) <= PLAIN_PARTS and weeks_from_monday and unbounded


def _days(row: WorkHours, parts: Mapping[str, str]) -> list[int] | None:
    codes = parts["BYDAY"].split(",") if "BYDAY" in parts else [DAY_CODES[parse_wall(row.starts_at_local).weekday()]]
    return [DAY_CODES.index(code) for code in codes] if set(codes) <= set(DAY_CODES) else None


def _turns(row: WorkHours, parts: Mapping[str, str], turns: int, monday: date) -> list[int]:
    if int(parts.get("INTERVAL", "1")) < turns:
        return list(range(turns))
    begins = parse_wall(row.starts_at_local).date()
    weeks_apart = (begins - timedelta(days=begins.weekday()) - monday).days // 7
    return [weeks_apart % turns]


def _shift(row: WorkHours) -> Shift | None:
    starts, ends = parse_wall(row.starts_at_local), parse_wall(row.ends_at_local)
    days_apart = (ends.date() - starts.date()).days
    expected = 0 if ends.time() > starts.time() else 1
    if days_apart != expected:
        return None
    return Shift(starts.time(), ends.time(), row.travel_before_minutes, row.travel_after_minutes)
