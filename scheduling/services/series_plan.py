"""What an edit would do, worked out without writing anything: the same for the preview and for the edit itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils.translation import gettext as _

from people.domain.time import format_wall, local_date, parse_wall, resolve_wall
from people.errors import InvalidInput
from scheduling.domain.recurrence import Occurrence
from scheduling.domain.series_parts import expand_parts, pair, recurs_by_month
from scheduling.enums import SessionState
from scheduling.errors import RosterSigned, SessionCancelled, SessionStarted
from scheduling.models import Booking, Session, SessionSeries
from scheduling.services.series_changes import SHOWN, Scope, SeriesEdit, Wanted, check_edit, wanted_of
from scheduling.services.series_rules import breaks_at, session_columns, within
from scheduling.services.session_rules import SessionFields, check_fields

A_MONTH = timedelta(days=38)
"""As long as the longest month, and a week."""
Change = Literal["kept", "moved", "added", "removed"]


@dataclass(frozen=True)
class Target:
    """What becomes of one occurrence. `columns` are the session's new values, only those that differ.

    `occurrence` is the wall time that names it afterwards. `counselor_ids` are None where they stay. A `revived`
    session had been taken away by the series and comes back. One that is removed not `by_series` was called off by
    name, and never comes back.
    """

    change: Change
    occurrence: str | None
    starts_at: datetime
    ends_at: datetime
    session: Session | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    counselor_ids: tuple[int, ...] | None = None
    revived: bool = False
    by_series: bool = True
    was_occurrence: str | None = field(init=False, default=None)
    was_starts_at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        # Kept here, because the session's own become the new ones when the edit is done.
        if self.session is not None and not self.revived:
            object.__setattr__(self, "was_occurrence", self.session.occurrence_local)
            object.__setattr__(self, "was_starts_at", self.session.starts_at)

    @property
    def differs(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.columns) or self.counselor_ids is not None or self.change in {"added", "removed"}

    @property
    def is_new(self) -> bool:
        """Whether nobody can be booked on it yet."""
        return self.change == "added"

    @property
    def row(self) -> Session:
        """The session that it is about. Raises LookupError for one that is not made yet."""
        if self.session is None:
            raise LookupError("a new occurrence has no session yet")
        return self.session

    def leads(self) -> tuple[int, ...]:
        """Who is to lead it."""
        if self.counselor_ids is not None:
            return self.counselor_ids
        return tuple(counselor.pk for counselor in self.row.counselors.all())

    def value(self, name: str) -> Any:
        """The column as it will be."""
        return self.columns.get(name, getattr(self.session, name, None))


@dataclass(frozen=True)
class Outline:
    """All occurrences that an edit touches, and the series afterwards (None for an edit of one occurrence)."""

    targets: tuple[Target, ...]
    wanted: Wanted | None


def outline_of(series: SessionSeries, edit: SeriesEdit, *, now: datetime) -> Outline:
    """Work out the targets. Raises InvalidInput by field; SessionStarted, RosterSigned or SessionCancelled for an
    occurrence that can no longer be changed."""
    check_edit(edit)
    rows = list(rows_of(series))
    if edit.scope is Scope.THIS:
        return Outline((target_of_one(_named(rows, edit.occurrence), edit, now=now),), None)
    if edit.scope is Scope.FOLLOWING:
        refuse_fixed(_named(rows, edit.occurrence), now=now)
    wanted = wanted_of(series, edit)
    marked = _marked(series)
    inside = [row for row in rows if not _is_fixed(row, marked, now=now) and _in_scope(row, edit)]
    if not wanted.recurs_anew:
        targets = [_kept(row, wanted) for row in inside if row.is_live]
    else:
        targets = _recurred(series, wanted, rows, inside, edit=edit, now=now)
    return Outline(tuple(target for target in targets if target.differs or target.change == "kept"), wanted)


def rows_of(series: SessionSeries) -> Iterable[Session]:
    """The series' sessions with what a plan reads of them."""
    rows: Iterable[Session] = (
        series.sessions.select_related("program", "site", "room")
        .prefetch_related("counselors")
        .order_by("occurrence_local")
    )
    return rows


def _marked(series: SessionSeries) -> set[int]:
    rows = Booking.objects.filter(session__series=series, marked_at__isnull=False)
    return set(rows.values_list("session_id", flat=True))


def _is_fixed(session: Session, marked: set[int], *, now: datetime) -> bool:
    """Begun, over, signed or marked: no edit touches it."""
    return session.starts_at <= now or session.state == SessionState.SIGNED or session.pk in marked


def refuse_fixed(session: Session, *, now: datetime) -> None:
    """Raises the refusal of a session that can no longer be changed."""
    if session.state == SessionState.CANCELLED:
        raise SessionCancelled(session=str(session.pk))
    if session.state == SessionState.SIGNED or session.bookings.filter(marked_at__isnull=False).exists():
        raise RosterSigned(session=str(session.pk))
    if session.starts_at <= now:
        raise SessionStarted(session=str(session.pk))


def _named(rows: Sequence[Session], local: str | None) -> Session:
    found = next((row for row in rows if row.occurrence_local == local), None)
    if found is None:
        raise InvalidInput({"occurrence": _("The series has no such occurrence.")})
    return found


def _in_scope(row: Session, edit: SeriesEdit) -> bool:
    return edit.scope is Scope.ALL or (row.occurrence_local or "") >= (edit.occurrence or "")


# --- one occurrence ---


def target_of_one(session: Session, edit: SeriesEdit, *, now: datetime) -> Target:
    """One session changed, moved or called off; it may be of no series."""
    refuse_fixed(session, now=now)
    if edit.cancel:
        return Target("removed", session.occurrence_local, session.starts_at, session.ends_at, session, by_series=False)
    said = edit.changes
    start, end = session.starts_at, session.ends_at
    length = end - start
    if "duration_minutes" in said:
        length = timedelta(minutes=said["duration_minutes"])
    if "starts_at_local" in said:
        try:
            start = resolve_wall(parse_wall(said["starts_at_local"]), session.site.zone)
        except ValueError:
            message = _("Write a date and a time, such as 2026-11-23T18:00.")
            raise InvalidInput({"starts_at_local": message}) from None
    if start <= now:
        raise InvalidInput({"starts_at_local": _("This time is over already.")})
    end = start + length
    breaks = (
        breaks_at(said["breaks"], start) if "breaks" in said else _shifted(session.breaks, start - session.starts_at)
    )
    fields = _checked(session, said, start=start, end=end, breaks=breaks)
    clinical = check_fields(fields)
    values = {
        **{name: getattr(fields, name) for name in ("kind", "focus", "title", "capacity", "mode")},
        "starts_at": start,
        "ends_at": end,
        "breaks": breaks,
        "clinical_minutes": clinical,
        "room_id": fields.room.pk if fields.room else None,
    }
    return _target(session, session.occurrence_local, values, _leads(session, said))


def _checked(session: Session, said: Any, *, start: datetime, end: datetime, breaks: list[list[str]]) -> SessionFields:
    def now_or(name: str) -> Any:
        return said.get(name, getattr(session, name))

    return SessionFields(
        program=session.program,
        site=session.site,
        kind=now_or("kind"),
        title=now_or("title"),
        starts_at=start,
        ends_at=end,
        capacity=now_or("capacity"),
        focus=now_or("focus"),
        breaks=tuple((datetime.fromisoformat(one), datetime.fromisoformat(other)) for one, other in breaks),
        counselors=tuple(said["counselors"]) if "counselors" in said else (),
        room=now_or("room"),
        mode=now_or("mode"),
        telehealth_url=session.telehealth_url,
    )


def _leads(session: Session, said: Any) -> tuple[int, ...] | None:
    if "counselors" not in said:
        return None
    wanted = tuple(sorted(counselor.pk for counselor in said["counselors"]))
    return None if wanted == tuple(sorted(one.pk for one in session.counselors.all())) else wanted


# --- many ---


def _kept(row: Session, wanted: Wanted) -> Target:
    """An occurrence whose times stay: only what the edit touches, so that exceptions survive it."""
    return _target(row, row.occurrence_local, _touched_values(row, wanted, start=row.starts_at), _touched(row, wanted))


def _touched_values(row: Session, wanted: Wanted, *, start: datetime, end: datetime | None = None) -> dict[str, Any]:
    fields, touched = wanted.fields, wanted.touched
    values = {name: getattr(fields, name) for name in SHOWN if name in touched and name not in LISTED}
    if "title" in values:
        values["title"] = fields.title.strip()
    if "room" in touched:
        values["room_id"] = fields.room.pk if fields.room else None
    end = end or row.ends_at
    shift = start - row.starts_at
    breaks = breaks_at(fields.breaks, start) if "breaks" in touched else _shifted(row.breaks, shift)
    if (end - start) != (row.ends_at - row.starts_at) and "breaks" not in touched:
        breaks = breaks_at(fields.breaks, start)
    paused = sum((datetime.fromisoformat(b) - datetime.fromisoformat(a) for a, b in breaks), timedelta())
    values |= {"starts_at": start, "ends_at": end, "breaks": breaks}
    values["clinical_minutes"] = int((end - start - paused).total_seconds()) // 60
    return values


def _touched(row: Session, wanted: Wanted) -> tuple[int, ...] | None:
    if "counselors" not in wanted.touched:
        return None
    return _leads(row, {"counselors": wanted.fields.counselors})


LISTED = frozenset({"breaks", "room", "counselors"})


def _recurred(
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
        parse_wall(edit.occurrence).date()
        if edit.occurrence
        else min([today, *(local.date() for local in locals_inside)])
    )
    monday = since - timedelta(days=since.weekday())
    found = _found(series, wanted, first=monday, edit=edit)
    pairable = [row for row in rows if not (row.off_series and not row.is_live) and _near(row, monday)]
    old = [parse_wall(row.occurrence_local or "") for row in pairable]
    paired = pair(old, list(found), by_month=recurs_by_month(wanted.parts))
    targets: list[Target] = []
    within_reach = {row.pk for row in inside}
    for row in pairable:
        if row.pk in within_reach:
            new = paired.get(parse_wall(row.occurrence_local or ""))
            targets += _become(row, found[new] if new is not None else None, wanted, now=now)
    gone = {row.occurrence_local: row for row in inside if row.off_series and not row.is_live}
    taken = set(paired.values()) | {parse_wall(row.occurrence_local or "") for row in rows if not row.off_series}
    # A wall time that a session keeps, because its new time is over already, is not given out again.
    for local, one in sorted(found.items()):
        beyond = series.materialized_until is None or local.date() > series.materialized_until
        if local not in taken and not beyond and one.starts_at > now and _from(local, edit):
            targets.append(_appears(series, one, gone.get(format_wall(local)), wanted))
    return targets


def _found(series: SessionSeries, wanted: Wanted, *, first: date, edit: SeriesEdit) -> dict[datetime, Occurrence]:
    # Past the horizon too, so that the last week and month are whole: what is there already may have its pair there.
    last = max(series.materialized_until or first, first) + A_MONTH
    parts = list(wanted.parts)
    if edit.scope is Scope.FOLLOWING:
        # The week of the first occurrence is read whole, so that the nth of the week is the nth.
        parts = [part for part in parts if part.until is None or part.until > (edit.occurrence or "")]
        parts[0] = replace(parts[0], since=None)
    found = expand_parts(parts, zone=series.site.zone, first=first, last=last)
    return {one.local: one for one in within(found, pauses=wanted.pauses, ends_on=wanted.ends_on)}


def _near(row: Session, monday: date) -> bool:
    return parse_wall(row.occurrence_local or "").date() >= monday


def _from(local: datetime, edit: SeriesEdit) -> bool:
    return edit.occurrence is None or format_wall(local) >= edit.occurrence[:10]


def _become(row: Session, one: Occurrence | None, wanted: Wanted, *, now: datetime) -> list[Target]:
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
            return [_kept(row, wanted)]
        return [Target("removed", row.occurrence_local, row.starts_at, row.ends_at, row)]
    local = format_wall(one.local)
    length = one.ends_at - one.starts_at
    if local == row.occurrence_local:
        start = row.starts_at
        end = start + length if "duration_minutes" in wanted.touched else row.ends_at
    else:
        start, end = one.starts_at, one.ends_at
    if start <= now:
        return [_kept(row, wanted)]
    values = _touched_values(row, wanted, start=start, end=end)
    if local != row.occurrence_local:
        values["occurrence_local"] = local
    return [_target(row, local, values, _touched(row, wanted))]


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
    return Target("added", local, one.starts_at, one.ends_at, gone, columns, leads, revived=True)


def _target(row: Session, local: str | None, values: dict[str, Any], leads: tuple[int, ...] | None) -> Target:
    columns = {name: value for name, value in values.items() if getattr(row, name) != value}
    start, end = columns.get("starts_at", row.starts_at), columns.get("ends_at", row.ends_at)
    change: Change = "moved" if (start, end) != (row.starts_at, row.ends_at) else "kept"
    return Target(change, local, start, end, row, columns, leads)


def _shifted(breaks: Sequence[Sequence[str]], by: timedelta) -> list[list[str]]:
    return [[(datetime.fromisoformat(text) + by).isoformat() for text in pair_] for pair_ in breaks]
