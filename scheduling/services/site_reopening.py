"""Giving back what a site's shut doors alone kept from taking place: a closure is lifted, or the hours change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from people.models import Room, Site, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import SessionState
from scheduling.models import Session, SessionCounselor, SessionSeries
from scheduling.services.locks import lock_counselors, lock_patients, lock_series, lock_sessions, lock_site
from scheduling.services.sessions import facts
from scheduling.services.site_times import SiteTimes, span_of
from scheduling.services.standing import member_ids, seat_members
from scheduling.signals import seats_changed, session_changed


@dataclass(frozen=True)
class Waiting:
    """Sessions that were called off, and their series, all of them locked."""

    sessions: tuple[Session, ...]
    series: tuple[SessionSeries, ...]


def lock_waiting(session_ids: Iterable[int], *, now: datetime, patients: Iterable[int] = ()) -> Waiting:
    """Lock the sessions with whoever may have a place in them or lead them; all but the site, which comes last.

    `patients` are others to be locked with them.
    """
    ids = sorted(session_ids)
    series_ids = set(Session.objects.filter(pk__in=ids).exclude(series=None).values_list("series_id", flat=True))
    lock_patients({*patients, *(pk for series_id in sorted(series_ids) for pk in member_ids(series_id, now=now))})
    series = lock_series(*series_ids)
    sessions = lock_sessions(*ids).values()
    lock_counselors(SessionCounselor.objects.filter(session_id__in=ids).values_list("counselor_id", flat=True))
    called_off = tuple(row for row in sessions if row.state == SessionState.CANCELLED)
    return Waiting(called_off, tuple(series))


def reopen(site: Site, waiting: Waiting, *, actor: User | None, now: datetime) -> list[Session]:
    """Those for which the site is open now take place; call it under the site's lock.

    They come back under their ids, without the bookings they had; those with a standing booking are booked again. What
    is still shut keeps the reason of today. A counselor or room that is taken by now stays with whoever has it.
    """
    back = _open_now(site, waiting.sessions)
    for row in back:
        _give_back(row, actor=actor, now=now)
    if back:
        seats_changed.send(Session, session_ids=[row.pk for row in back], now=now)
    for one in waiting.series:
        seat_members(one, [row for row in back if row.series_id == one.pk], now=now)
    return back


def reopen_all(*, now: datetime) -> int:
    """Give back what lay outside a site's hours and does no longer; how many. Safe to repeat."""
    site_ids = set(Session.objects.outside_hours(now=now).order_by().values_list("site_id", flat=True))
    return sum(_reopen_one(pk, now=now) for pk in sorted(site_ids))


@retrying_deadlocks
def _reopen_one(site_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        ids = Session.objects.outside_hours(now=now).filter(site_id=site_id).values_list("pk", flat=True)
        waiting = lock_waiting(ids, now=now)
        return len(reopen(lock_site(site_id), waiting, actor=None, now=now))


def _open_now(site: Site, sessions: Sequence[Session]) -> list[Session]:
    if not sessions:
        return []
    times = SiteTimes.load(site, span_of([(row.interval, row.mode) for row in sessions]))
    free = []
    for row in sessions:
        shut = times.columns_at(row.interval, row.mode)
        if shut is None:
            free.append(row)
        elif any(getattr(row, name) != value for name, value in shut.items()):
            Session.objects.filter(pk=row.pk).update(**shut)
    return free


def _give_back(session: Session, *, actor: User | None, now: datetime) -> None:
    before = facts(session)
    session.state, session.closed_by, session.outside_hours = SessionState.SCHEDULED, None, False
    session.changed_at = now
    taken = Session.objects.live().overlapping(session.interval).exclude(pk=session.pk)
    if session.room_id is not None and (
        taken.filter(room_id=session.room_id).exists() or not Room.objects.filter(pk=session.room_id, active=True)
    ):
        session.room = None
    session.save(update_fields=["state", "closed_by", "outside_hours", "room", "changed_at"])
    busy = SessionCounselor.objects.filter(live=True, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
    elsewhere = busy.exclude(session=session).values_list("counselor_id", flat=True)
    session.leads.filter(counselor_id__in=list(elsewhere)).delete()
    session.leads.update(live=True)
    record("session_restored", session, actor=actor, now=now, before=before, after=facts(session))
    session_changed.send(Session, session_id=session.pk, before=before, actor=actor, now=now)
