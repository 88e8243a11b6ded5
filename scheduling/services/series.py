"""Series: recurring templates that become sessions over a rolling horizon."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from people.constraints import refusing
from people.domain.time import Interval, format_wall, parse_wall
from people.errors import Refusal
from people.models import User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.recurrence import Occurrence
from scheduling.domain.staffing import LIFTED_WITH_A_REASON, Duty, Hindrance
from scheduling.enums import Mode, SessionState
from scheduling.errors import CounselorBusy, RoomBusy
from scheduling.models import Session, SessionCounselor, SessionSeries
from scheduling.services.locks import lock_counselors
from scheduling.services.series_changes import fields_of
from scheduling.services.series_rules import SeriesFields, check_series, expand, session_columns
from scheduling.services.series_staffing import duties_of, unfit_occurrences
from scheduling.services.session_rules import refuse_unused
from scheduling.services.site_times import SiteTimes
from scheduling.services.staffing import Staff, first_refusal, lifted_by
from scheduling.services.standing import lock_members, seat_members
from scheduling.signals import seats_changed, sessions_planned

__all__ = ["SeriesFields", "check_series", "create_series", "expand", "extend_horizon", "make_sessions", "materialize"]

CONSTRAINTS = {"lead_no_overlap": CounselorBusy, "session_room_no_overlap": RoomBusy}
BACK = timedelta(days=7)
"""A series that began long ago becomes sessions from here on; nobody can attend the past."""

NOTHING_SHUT: Mapping[str, Any] = {}

log = structlog.get_logger(__name__)


def create_series(
    fields: SeriesFields,
    *,
    actor: User | None,
    now: datetime,
    weeks: int = 12,
    override_reason: str = "",
    without_clashing: bool = False,
) -> SessionSeries:
    """A new series and its sessions, from last week up to the horizon.

    Raises InvalidInput naming every field that is wrong; what of STAFFING stands against its counselors on some of the
    dates, naming them, unless a reason lifts it or those dates are to be `without_clashing` counselors; CounselorBusy
    or RoomBusy where somebody else books them at the same moment.
    """
    check_series(fields)
    refuse_unused(fields.room)
    lifted = lifted_by(override_reason)
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_counselors(one.pk for one in fields.counselors)
        series = SessionSeries.objects.create(
            program=fields.program,
            site=fields.site,
            kind=fields.kind,
            focus=fields.focus,
            title=fields.title.strip(),
            rrule=fields.rrule,
            starts_at_local=fields.starts_at_local,
            duration_minutes=fields.duration_minutes,
            breaks=[{"after_minutes": after, "minutes": minutes} for after, minutes in fields.breaks],
            capacity=fields.capacity,
            mode=fields.mode,
            room=fields.room,
            ends_on=fields.ends_on,
        )
        series.counselors.set(fields.counselors)
        after = {"rrule": series.rrule, "starts_at_local": series.starts_at_local}
        record("series_created", series, actor=actor, now=now, after=after, reason=override_reason)
        since = max(parse_wall(series.starts_at_local).date(), (now - BACK).date())
        _refuse_shut(series, since=since, until=_horizon(now, weeks))
        if not without_clashing:
            _refuse_unfit(series, fields, since=since, until=_horizon(now, weeks), lifted=lifted)
        materialize([series], now=now, until=_horizon(now, weeks), since=since, lifted=lifted)
        planned = list(series.sessions.live().order_by("pk").values_list("pk", flat=True))
        sessions_planned.send(Session, session_ids=planned, actor=actor, now=now)
    return series


def _refuse_shut(series: SessionSeries, *, since: date, until: date) -> None:
    """A series whose evenings lie outside the opening hours is refused; those in a closure are made as called off."""
    last = min(until, series.ends_on) if series.ends_on else until
    if last < since or series.mode == Mode.TELEHEALTH or not series.site.opening_hours:
        return
    asked = [(Interval(one.starts_at, one.ends_at), series.mode) for one in expand(series, first=since, last=last)]
    refusal = SiteTimes(series.site, series.site.open_times, ()).refusal(asked)
    if refusal is not None:
        raise refusal


def _refuse_unfit(
    series: SessionSeries, fields: SeriesFields, *, since: date, until: date, lifted: frozenset[Hindrance]
) -> None:
    last = min(until, series.ends_on) if series.ends_on else until
    if not fields.counselors or last < since:
        return
    refusal = first_refusal(unfit_occurrences(fields, expand(series, first=since, last=last), lifted=lifted))
    if refusal is not None:
        raise refusal


def extend_horizon(*, now: datetime, weeks: int) -> int:
    """Turn every series into sessions up to the horizon; how many were made. Run twice, nothing doubles."""
    until = _horizon(now, weeks)
    behind = SessionSeries.objects.filter(materialized_until__lt=until) | SessionSeries.objects.filter(
        materialized_until=None
    )
    made = 0
    for pk in list(behind.order_by("pk").values_list("pk", flat=True)):
        try:
            made += _extend_one(pk, now=now, until=until)
        except Refusal as refusal:
            log.warning("series_not_extended", series=pk, code=refusal.code)
        except Exception:  # one that cannot be made ends nobody else's evenings
            log.exception("series_not_extended", series=pk)
    return made


@retrying_deadlocks
def _extend_one(pk: int, *, now: datetime, until: date) -> int:
    """One series; where its counselor or room is booked at the same moment, the next sweep tries again.

    Whoever has a standing booking is locked first and booked in the same transaction, before anybody else can see
    the new sessions.
    """
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_members(pk, now=now)
        series = SessionSeries.objects.select_for_update(of=("self",)).select_related("site", "program").get(pk=pk)
        return materialize([series], now=now, until=until)


def materialize(
    series_list: list[SessionSeries],
    *,
    now: datetime,
    until: date,
    since: date | None = None,
    lifted: frozenset[Hindrance] = LIFTED_WITH_A_REASON,
) -> int:
    """Write the missing sessions of the series up to a site date, that day included; existing ones are left alone.

    An occurrence whose counselor or room is taken is made without them: somebody must be found, nobody is booked twice.
    So is one whose counselor is off or no longer licensed; whether its hours suit them was asked when it was planned.
    """
    made = 0
    for series in series_list:
        first = since or (
            series.materialized_until + timedelta(days=1)
            if series.materialized_until
            else parse_wall(series.starts_at_local).date()
        )
        last = min(until, series.ends_on) if series.ends_on else until
        if first <= last:
            made += _materialize_one(series, first=first, last=last, now=now, lifted=lifted)
        if series.materialized_until is None or series.materialized_until < until:
            series.materialized_until = until
            series.save(update_fields=["materialized_until"])
    return made


def _materialize_one(
    series: SessionSeries, *, first: date, last: date, now: datetime, lifted: frozenset[Hindrance]
) -> int:
    present = set(series.sessions.values_list("occurrence_local", flat=True))
    wanted = [one for one in expand(series, first=first, last=last) if format_wall(one.local) not in present]
    return len(make_sessions(series, wanted, now=now, lifted=lifted))


def make_sessions(
    series: SessionSeries,
    wanted: list[Occurrence],
    *,
    now: datetime,
    lifted: frozenset[Hindrance] = LIFTED_WITH_A_REASON,
) -> list[Session]:
    """Sessions for these occurrences, which must be new; without a counselor or room that cannot be had at the time.

    Those in a closure of the site, or outside its hours by now, are made as called off: nobody is booked on them, and
    they are given back when the doors open then (`site_reopening`). A room that is out of use or too small by now is
    left out, and so is a counselor who works there no more.
    """
    if not wanted:
        return []
    fields = fields_of(series)
    counselor_ids = _working_there(fields)
    span = Interval(min(one.starts_at for one in wanted), max(one.ends_at for one in wanted))
    room_id = series.room_id if _room_serves(fields) else None
    rooms_taken = _room_times(room_id, span)
    staff = Staff.load(counselor_ids, span)
    site = SiteTimes.locked(series.site, span)
    sessions, leads = [], []
    for one, duty in zip(wanted, duties_of(fields, wanted) if counselor_ids else [None] * len(wanted), strict=True):
        interval = Interval(one.starts_at, one.ends_at)
        shut = site.columns_at(interval, series.mode)
        if shut is not None:
            sessions.append(_session(series, fields, one, room_id=room_id, now=now, shut=shut))
            leads.append(counselor_ids)
            continue
        free_room_id = None if any(interval.overlaps(taken) for taken in rooms_taken) else room_id
        rooms_taken += [interval] if free_room_id else []
        sessions.append(_session(series, fields, one, room_id=free_room_id, now=now))
        leads.append(_free(staff, counselor_ids, duty, lifted))
    made = Session.objects.bulk_create(sessions, batch_size=500)
    _lead(made, leads)
    held = [session for session in made if session.is_live]
    seats_changed.send(Session, session_ids=[session.pk for session in held], now=now)
    seat_members(series, held, now=now)
    return made


def _lead(made: list[Session], leads: list[list[int]]) -> None:
    """Put on each session those who lead it."""
    SessionCounselor.objects.bulk_create(
        [
            SessionCounselor(
                session=session,
                counselor_id=pk,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                live=session.is_live,
            )
            for session, people in zip(made, leads, strict=True)
            for pk in people
        ],
        batch_size=500,
    )


def _session(
    series: SessionSeries,
    fields: SeriesFields,
    one: Occurrence,
    *,
    room_id: int | None,
    now: datetime,
    shut: Mapping[str, Any] = NOTHING_SHUT,
) -> Session:
    return Session(
        series=series,
        occurrence_local=format_wall(one.local),
        program_id=series.program_id,
        site_id=series.site_id,
        room_id=room_id,
        changed_at=now,
        state=SessionState.CANCELLED if shut else SessionState.SCHEDULED,
        **shut,
        **session_columns(fields, one),
    )


def _working_there(fields: SeriesFields) -> list[int]:
    """The series' counselors who work at its site."""
    ids = [counselor.pk for counselor in fields.counselors]
    return list(fields.site.counselors.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)) if ids else []


def _room_serves(fields: SeriesFields) -> bool:
    """Whether the room is in use, and has a chair for everybody."""
    return fields.room is not None and fields.room.active and fields.room.seats >= fields.capacity


def _room_times(room_id: int | None, span: Interval) -> list[Interval]:
    if room_id is None:
        return []
    taken = Session.objects.live().overlapping(span).filter(room_id=room_id)
    return [Interval(start, end) for start, end in taken.values_list("starts_at", "ends_at")]


def _free(staff: Staff, counselor_ids: list[int], duty: Duty | None, lifted: frozenset[Hindrance]) -> list[int]:
    """Those who can lead it; from here on they do."""
    if duty is None:
        return []
    free = [pk for pk in counselor_ids if not {one.code for one in staff.findings(duty, pk)} - lifted]
    for pk in free:
        staff.give(duty, pk)
    return free


def _horizon(now: datetime, weeks: int) -> date:
    return (now + timedelta(weeks=weeks)).date()
