"""How the occurrences of a series become those of its new rule, week by week; what stays as it is, goes and is new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from people.domain.time import format_wall, local_date, parse_wall, resolve_wall
from scheduling.domain.recurrence import Occurrence
from scheduling.domain.series_parts import Part, expand_parts, pair, recurs_by_month
from scheduling.enums import SessionState
from scheduling.models import Session, SessionSeries
from scheduling.services.series_changes import SHOWN, Scope, SeriesEdit, Wanted
from scheduling.services.series_rules import breaks_at, session_columns, within
from scheduling.services.series_targets import Target, changed_target, new_leads, shifted

A_MONTH = timedelta(days=38)
"""As long as the longest month, and a week."""
LISTED = frozenset({"breaks", "room", "counselors"})


def recurred(
    series: SessionSeries,
    wanted: Wanted,
    rows: Sequence[Session],
    inside: Sequence[Session],
    *,
    edit: SeriesEdit,
    now: datetime,
) -> list[Target]:
    """Pair the old occurrences with the new ones, week by week.

    1. The new occurrences, from the first week that is touched to the horizon.
    2. Each old one becomes its pair: kept where the wall time is the same, moved otherwise; without a pair it goes.
    3. What has no pair is new, or comes back where the series itself had taken it away.
    """
    today = local_date(now, series.site.zone)
    locals_inside = [parse_wall(row.occurrence_local or "") for row in inside if row.is_live]
    since = (
        parse_wall(edit.occurrence).date() + min(_shift_of(edit), timedelta())
        if edit.occurrence
        else min([today, *(local.date() for local in locals_inside)])
    )
    monday = since - timedelta(days=since.weekday())
    found = _found(series, wanted, first=monday, edit=edit)
    pairable = [row for row in rows if not (row.off_series and not row.is_live) and _near(row, monday)]
    within_reach = {row.pk for row in inside}
    paired = _paired(pairable, within_reach, found, wanted, edit, now=now)
    targets: list[Target] = []
    for row in pairable:
        if row.pk in within_reach:
            new = paired.get(parse_wall(row.occurrence_local or ""))
            targets += _become(row, found[new] if new is not None else None, wanted, now=now)
    gone = [row for row in inside if row.off_series and not row.is_live]
    taken = set(paired.values()) | {parse_wall(row.occurrence_local or "") for row in rows if not row.off_series}
    # A wall time that a session keeps, because its new time is over already, is not given out again.
    horizon = series.materialized_until
    fresh = [
        local
        for local, one in sorted(found.items())
        if local not in taken
        and not (horizon is None or local.date() > horizon)
        and one.starts_at > now
        and _from(local, edit)
    ]
    back = _coming_back(gone, fresh)
    targets += [_appears(series, found[local], back.get(local), wanted) for local in fresh]
    return targets


def _paired(
    rows: Sequence[Session],
    within_reach: Collection[int],
    found: Mapping[datetime, Occurrence],
    wanted: Wanted,
    edit: SeriesEdit,
    *,
    now: datetime,
) -> dict[datetime, datetime]:
    """Which new occurrence each old one becomes. One that the edit does not reach takes none that is still ahead, where
    one that it does reach would go without."""
    by_month = recurs_by_month(wanted.parts)
    own = [parse_wall(row.occurrence_local or "") for row in rows if row.pk in within_reach]
    others = [parse_wall(row.occurrence_local or "") for row in rows if row.pk not in within_reach]
    if edit.scope is Scope.FOLLOWING:
        begins = _parts_reached(wanted, edit)[0].since
        early = {local for local in found if begins is not None and format_wall(local) < begins}
        late = found.keys() - early
        own_pairs = pair(own, sorted(late), by_month=by_month, shift=_shift_of(edit))
        return pair(others, sorted(early), by_month=by_month) | own_pairs
    paired = pair([*others, *own], list(found), by_month=by_month)
    held = {row.occurrence_local for row in rows if row.is_live or row.is_shut_out}
    going = [local for local in own if local not in paired and format_wall(local) in held]
    ahead = {paired[local]: local for local in others if local in paired and found[paired[local]].starts_at > now}
    handed_on = pair(going, [new for new, old in ahead.items() if new != old], by_month=by_month)
    gone = {ahead[new] for new in handed_on.values()}
    return {old: new for old, new in paired.items() if old not in gone} | handed_on


def _shift_of(edit: SeriesEdit) -> timedelta:
    """By how many days the edit moves the occurrence that it names."""
    said = edit.changes.get("starts_at_local")
    if said is None or edit.occurrence is None:
        return timedelta()
    return timedelta(days=(parse_wall(said).date() - parse_wall(edit.occurrence).date()).days)


def _coming_back(gone: Sequence[Session], fresh: Sequence[datetime]) -> dict[datetime, Session]:
    """Those that the series itself had taken away, by what they come back as: the same time, else the same day."""
    by_local = {parse_wall(row.occurrence_local): row for row in gone if row.occurrence_local}
    by_day = {local.date(): local for local in sorted(by_local, reverse=True) if local not in fresh}
    back = {local: by_local[local] for local in fresh if local in by_local}
    for local in fresh:
        if local not in back and local.date() in by_day:
            back[local] = by_local[by_day.pop(local.date())]
    return back


def _parts_reached(wanted: Wanted, edit: SeriesEdit) -> list[Part]:
    """The stretches that hold after the edit, from the occurrence on that it begins with."""
    return [part for part in wanted.parts if part.until is None or part.until > (edit.occurrence or "")]


def kept(row: Session, wanted: Wanted) -> Target:
    """An occurrence whose times stay: only what the edit touches, so that exceptions survive it."""
    return changed_target(
        row, row.occurrence_local, _touched_values(row, wanted, start=row.starts_at), _touched(row, wanted)
    )


def _touched_values(row: Session, wanted: Wanted, *, start: datetime, end: datetime | None = None) -> dict[str, Any]:
    fields, touched = wanted.fields, wanted.touched
    values = {name: getattr(fields, name) for name in SHOWN if name in touched and name not in LISTED}
    if "title" in values:
        values["title"] = fields.title.strip()
    if "room" in touched:
        values["room_id"] = fields.room.pk if fields.room else None
    end = end or row.ends_at
    shift = start - row.starts_at
    breaks = breaks_at(fields.breaks, start) if "breaks" in touched else shifted(row.breaks, shift)
    if (end - start) != (row.ends_at - row.starts_at) and "breaks" not in touched:
        breaks = breaks_at(fields.breaks, start)
    paused = sum((datetime.fromisoformat(b) - datetime.fromisoformat(a) for a, b in breaks), timedelta())
    values |= {"starts_at": start, "ends_at": end, "breaks": breaks}
    values["clinical_minutes"] = int((end - start - paused).total_seconds()) // 60
    return values


def _touched(row: Session, wanted: Wanted) -> tuple[int, ...] | None:
    if "counselors" not in wanted.touched:
        return None
    return new_leads(row, {"counselors": wanted.fields.counselors})


def _found(series: SessionSeries, wanted: Wanted, *, first: date, edit: SeriesEdit) -> dict[datetime, Occurrence]:
    # Past the horizon too, so that the last week and month are whole: what is there already may have its pair there.
    last = max(series.materialized_until or first, first) + A_MONTH
    parts = list(wanted.parts)
    if edit.scope is Scope.FOLLOWING:
        # The week of the first occurrence is read whole, so that the nth of the week is the nth.
        parts = _parts_reached(wanted, edit)
        parts[0] = replace(parts[0], since=None)
    found = expand_parts(parts, zone=series.site.zone, first=first, last=last)
    return {one.local: one for one in within(found, pauses=wanted.pauses, ends_on=wanted.ends_on)}


def _near(row: Session, monday: date) -> bool:
    return parse_wall(row.occurrence_local or "").date() >= monday


def _from(local: datetime, edit: SeriesEdit) -> bool:
    return edit.occurrence is None or format_wall(local) >= edit.occurrence[:10]


def _become(row: Session, one: Occurrence | None, wanted: Wanted, *, now: datetime) -> list[Target]:
    if row.is_shut_out:
        return _waits(row, one, wanted, now=now)
    if not row.is_live:  # called off by somebody: it stays so, under the name that the rule gives it now
        renamed = one is not None and format_wall(one.local) != row.occurrence_local
        if one is None or not renamed or one.starts_at <= now:
            return []
        return [
            Target(
                "kept",
                format_wall(one.local),
                row.starts_at,
                row.ends_at,
                row,
                {"occurrence_local": format_wall(one.local)},
            )
        ]
    if one is None:
        if _is_moved(row) and _stays(row, wanted):
            return [kept(row, wanted)]
        return [Target("removed", row.occurrence_local, row.starts_at, row.ends_at, row)]
    start, end = _times(row, one, wanted)
    if start <= now:
        return [kept(row, wanted)]
    values = _touched_values(row, wanted, start=start, end=end) | {"occurrence_local": format_wall(one.local)}
    return [changed_target(row, format_wall(one.local), values, _touched(row, wanted))]


def _times(row: Session, one: Occurrence, wanted: Wanted) -> tuple[datetime, datetime]:
    """When it is to be: one that keeps its name keeps its time, moved by somebody or not."""
    if format_wall(one.local) != row.occurrence_local:
        return one.starts_at, one.ends_at
    length = one.ends_at - one.starts_at if "duration_minutes" in wanted.touched else row.ends_at - row.starts_at
    return row.starts_at, row.starts_at + length


def _waits(row: Session, one: Occurrence | None, wanted: Wanted, *, now: datetime) -> list[Target]:
    """One that the site's doors keep off follows its series; where it comes to lie is asked of the doors later."""
    if one is None:
        doors = {"off_series": True, "closed_by_id": None, "outside_hours": False}
        return [Target("shut", row.occurrence_local, row.starts_at, row.ends_at, row, doors)]
    start, end = _times(row, one, wanted)
    return [] if start <= now else [reopened(row, wanted, format_wall(one.local), start, end)]


def reopened(row: Session, wanted: Wanted, local: str | None, start: datetime, end: datetime) -> Target:
    """The session as it would take place after the edit, were the site open then."""
    values = _touched_values(row, wanted, start=start, end=end)
    values |= {"occurrence_local": local, "state": SessionState.SCHEDULED, "closed_by_id": None, "outside_hours": False}
    columns = {name: value for name, value in values.items() if getattr(row, name) != value}
    return Target("added", local, start, end, row, columns, _touched(row, wanted), revived=True)


def _is_moved(row: Session) -> bool:
    return row.starts_at != resolve_wall(parse_wall(row.occurrence_local or ""), row.site.zone)


def _stays(row: Session, wanted: Wanted) -> bool:
    """One that was moved out of a pause beforehand takes place."""
    on = parse_wall(row.occurrence_local or "").date()
    now_on = local_date(row.starts_at, row.site.zone)
    paused = [pause for pause in wanted.pauses if pause.contains(on)]
    return bool(paused) and not any(pause.contains(now_on) for pause in wanted.pauses)


def _appears(series: SessionSeries, one: Occurrence, gone: Session | None, wanted: Wanted) -> Target:
    leads = tuple(counselor.pk for counselor in wanted.fields.counselors)
    room_id = wanted.fields.room.pk if wanted.fields.room else None
    columns = {**session_columns(wanted.fields, one), "room_id": room_id}
    local = format_wall(one.local)
    if gone is None:
        columns |= {"series_id": series.pk, "program_id": series.program_id, "site_id": series.site_id}
        columns["occurrence_local"] = local
        return Target("added", local, one.starts_at, one.ends_at, None, columns, leads)
    columns |= {"state": SessionState.SCHEDULED, "off_series": False}
    if gone.occurrence_local != local:
        columns["occurrence_local"] = local
    return Target("added", local, one.starts_at, one.ends_at, gone, columns, leads, revived=True)
