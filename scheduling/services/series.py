"""Series: recurring templates that become sessions over a rolling horizon."""

from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, prefetch_related_objects

from people.constraints import refusing
from people.domain.time import Interval, parse_wall
from people.errors import Refusal
from people.models import User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.staffing import Hindrance
from scheduling.enums import Mode
from scheduling.errors import CounselorBusy, RoomBusy
from scheduling.models import Session, SessionSeries
from scheduling.services.locks import lock_counselors, lock_patients, lock_series
from scheduling.services.series_making import materialize
from scheduling.services.series_rules import SeriesFields, check_series, expand
from scheduling.services.series_staffing import unfit_occurrences
from scheduling.services.session_rules import refuse_unused
from scheduling.services.site_times import SiteTimes
from scheduling.services.staffing import first_refusal, lifted_by
from scheduling.services.standing import member_ids
from scheduling.signals import sessions_planned

__all__ = ["SeriesFields", "check_series", "create_series", "expand", "extend_horizon"]

CONSTRAINTS = {"lead_no_overlap": CounselorBusy, "session_room_no_overlap": RoomBusy}
BACK = timedelta(days=7)
"""A series that began long ago becomes sessions from here on; nobody can attend the past."""

AT_ONCE = 25
"""Series that are extended in one transaction: few enough that nobody waits long for their members' locks."""

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
            telehealth_url=fields.telehealth_url,
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
    """Turn every series into sessions up to the horizon; how many were made. Run twice, nothing doubles.

    Some at a time; where one of them cannot be made, each of these on its own, so that it ends nobody else's evenings.
    """
    until = _horizon(now, weeks)
    behind = SessionSeries.objects.filter(Q(materialized_until__lt=until) | Q(materialized_until=None))
    ids = list(behind.order_by("pk").values_list("pk", flat=True))
    made = 0
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        try:
            made += _extend(some, now=now, until=until)
        except Exception:
            made += sum(_extend_alone(pk, now=now, until=until) for pk in some)
    return made


def _extend_alone(pk: int, *, now: datetime, until: date) -> int:
    """One series; where its counselor or room is booked at the same moment, the next sweep tries again."""
    try:
        return _extend([pk], now=now, until=until)
    except Refusal as refusal:
        log.warning("series_not_extended", series=pk, code=refusal.code)
    except Exception:
        log.exception("series_not_extended", series=pk)
    return 0


@retrying_deadlocks
def _extend(ids: list[int], *, now: datetime, until: date) -> int:
    """Some series in one transaction.

    Whoever has a standing booking of one is locked first and booked in the same transaction, before anybody else can
    see the new sessions.
    """
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_patients(member_ids(*ids, now=now))
        series = lock_series(*ids)
        prefetch_related_objects(series, "room", "counselors", "pauses")
        return materialize(series, now=now, until=until)


def _horizon(now: datetime, weeks: int) -> date:
    return (now + timedelta(weeks=weeks)).date()
