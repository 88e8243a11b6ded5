"""Closing a site for some days: first what it would call off, then the doing; and opening it again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from people.enums import ClosureState
from people.models import Room, Site, SiteClosure, User
from people.retries import retrying_deadlocks
from people.services.closures import ClosureFields, mark_lifted, write_closure
from people.services.trail import record
from scheduling.enums import BookingStatus, Kind, SessionState
from scheduling.errors import PreviewOutdated
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.closure_preview import ClosurePreview, preview_closure, sessions_hit
from scheduling.services.invitations import withdraw_of
from scheduling.services.locks import lock_counselors, lock_patients, lock_series, lock_sessions, lock_site
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_preview import Preview
from scheduling.services.series_targets import Target
from scheduling.services.series_writing import write_targets
from scheduling.services.sessions import facts
from scheduling.services.site_times import SiteTimes, span_of
from scheduling.services.standing import member_ids, seat_members
from scheduling.signals import seats_changed, session_changed

MOST_ATTEMPTS = 8


class _SomebodyCame(Exception):
    """Somebody booked, or a session was made, between reading what is hit and locking it."""


@retrying_deadlocks
def close_site(
    site: Site,
    fields: ClosureFields,
    *,
    actor: User | None,
    now: datetime,
    confirmed: Collection[int] | None = None,
    closure: SiteClosure | None = None,
) -> tuple[SiteClosure, ClosurePreview]:
    """Close the site, and call off what is still to come then; a holiday that was proposed (`closure`) is decided so.

    1. Lock the patients booked, the sessions, then the site, and work everything out again.
    2. Refuse where a booking would end that is not among `confirmed` (ids of bookings; None stands for whichever):
       PreviewOutdated, whose data hold the fresh preview.
    3. Write the closure and call the sessions off with all their bookings, nobody's late; occurrences of series stay
       called off, and those that are made later for these days are made so.

    Raises InvalidInput naming every field that is wrong.
    """
    for attempt in range(MOST_ATTEMPTS):
        try:
            with transaction.atomic():
                preview = _locked_preview(site, fields, closure, now=now)
                unsaid = {row.pk for row in preview.bookings} - set(confirmed if confirmed is not None else ())
                if confirmed is not None and unsaid:
                    raise PreviewOutdated(preview=preview, lost=[str(pk) for pk in sorted(unsaid)])
                row = write_closure(site, fields, closure=closure, actor=actor, now=now)
                _call_off(preview, row, actor=actor, now=now)
                return row, preview
        except _SomebodyCame:
            if attempt == MOST_ATTEMPTS - 1:
                raise PreviewOutdated from None
    raise AssertionError("unreachable")


@retrying_deadlocks
def lift_closure(closure: SiteClosure, *, actor: User | None, now: datetime, restore: bool = False) -> list[Session]:
    """The site is open after all, or a proposed holiday is not wanted; the sessions given back, where `restore` asks.

    They come back under their ids, without the bookings they had; those with a standing booking are booked again.
    One that another closure covers stays called off, by that closure from now on; so does one outside the site's hours.
    A counselor or room that is taken by now stays with whoever has it.
    """
    with transaction.atomic():
        gone = Session.objects.filter(closed_by=closure, state=SessionState.CANCELLED, starts_at__gt=now)
        ids = sorted(gone.values_list("pk", flat=True)) if restore else []
        series_ids = set(Session.objects.filter(pk__in=ids).exclude(series=None).values_list("series_id", flat=True))
        lock_patients({pk for series_id in sorted(series_ids) for pk in member_ids(series_id, now=now)})
        series = {row.pk: row for row in lock_series(*series_ids)}
        sessions = list(lock_sessions(*ids).values())
        leads = SessionCounselor.objects.filter(session_id__in=ids)
        lock_counselors(leads.values_list("counselor_id", flat=True))
        lock_site(closure.site_id)
        current = SiteClosure.objects.select_related("site").get(pk=closure.pk)
        if current.state == ClosureState.LIFTED:
            return []
        mark_lifted(current, actor=actor, now=now)
        back = _still_shut_left_out(current.site, [row for row in sessions if row.state == SessionState.CANCELLED])
        for row in back:
            _give_back(row, actor=actor, now=now)
        if back:
            seats_changed.send(Session, session_ids=[row.pk for row in back], now=now)
        for series_id, one in series.items():
            seat_members(one, [row for row in back if row.series_id == series_id], now=now)
    return back


def _locked_preview(site: Site, fields: ClosureFields, closure: SiteClosure | None, *, now: datetime) -> ClosurePreview:
    ids = sorted(sessions_hit(site, fields, now=now).values_list("pk", flat=True))
    patients = set(_standing(ids))
    lock_patients(patients)
    lock_sessions(*ids)
    lock_site(site.pk)
    preview = preview_closure(site, fields, now=now, closure=closure)
    if {row.pk for row in preview.sessions} - set(ids) or set(_standing(ids)) - patients:
        raise _SomebodyCame
    return preview


def _standing(session_ids: Sequence[int]) -> Any:
    rows = Booking.objects.filter(session_id__in=session_ids).exclude(status=BookingStatus.CANCELLED)
    return rows.order_by().values_list("patient_id", flat=True)


def _call_off(preview: ClosurePreview, closure: SiteClosure, *, actor: User | None, now: datetime) -> None:
    """All at once, as an edit of a series would."""
    targets = tuple(
        Target("removed", row.occurrence_local, row.starts_at, row.ends_at, row, by_series=False)
        for row in preview.sessions
    )
    edit = SeriesEdit(Scope.THIS, cancel=True, reason=closure.reason)
    write_targets(
        Preview(edit, None, targets, None, preview.fates_of(targets), (), ()),
        actor=actor,
        now=now,
    )
    Session.objects.filter(pk__in=[row.pk for row in preview.sessions]).update(closed_by=closure)
    for booking in preview.bookings:
        if booking.session.kind == Kind.FAMILY:
            withdraw_of(booking, actor=actor, now=now)


def _still_shut_left_out(site: Site, sessions: Sequence[Session]) -> list[Session]:
    """Those for which the site is open now. Call it under the site's lock, once the closure is lifted."""
    if not sessions:
        return []
    times = SiteTimes.load(site, span_of([(row.interval, row.mode) for row in sessions]))
    free = []
    for row in sessions:
        other = times.closure_at(row.interval, row.mode)
        if other is not None:
            Session.objects.filter(pk=row.pk).update(closed_by=other)
        elif not times.is_outside(row.interval, row.mode):
            free.append(row)
    return free


def _give_back(session: Session, *, actor: User | None, now: datetime) -> None:
    before = facts(session)
    session.state, session.closed_by, session.changed_at = SessionState.SCHEDULED, None, now
    taken = Session.objects.live().overlapping(session.interval).exclude(pk=session.pk)
    if session.room_id is not None and (
        taken.filter(room_id=session.room_id).exists() or not Room.objects.filter(pk=session.room_id, active=True)
    ):
        session.room = None
    session.save(update_fields=["state", "closed_by", "room", "changed_at"])
    busy = SessionCounselor.objects.filter(live=True, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
    elsewhere = busy.exclude(session=session).values_list("counselor_id", flat=True)
    session.leads.filter(counselor_id__in=list(elsewhere)).delete()
    session.leads.update(live=True)
    record("session_restored", session, actor=actor, now=now, before=before, after=facts(session))
    session_changed.send(Session, session_id=session.pk, before=before, actor=actor, now=now)
