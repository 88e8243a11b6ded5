"""Closing a site for some days: first what it would call off, then the doing; and opening it again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from people.enums import ClosureState
from people.models import Site, SiteClosure, User
from people.queries import there
from people.retries import retrying_deadlocks
from people.services.closures import ClosureFields, mark_lifted, write_closure
from scheduling.enums import BookingStatus, SessionState
from scheduling.errors import PreviewOutdated
from scheduling.models import Booking, Session
from scheduling.services.closure_preview import ClosurePreview, called_off_by, preview_closure, sessions_hit
from scheduling.services.locks import lock_patients, lock_sessions, lock_site
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_preview import Preview
from scheduling.services.series_targets import Target
from scheduling.services.series_writing import write_targets
from scheduling.services.site_reopening import Waiting, lock_waiting, reopen
from scheduling.services.site_times import shut_columns

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
    restore: bool = True,
) -> tuple[SiteClosure, ClosurePreview]:
    """Close the site, and call off what is still to come then; a holiday that was proposed (`closure`) is decided so.

    1. Lock the patients booked, the sessions, then the site, and work everything out again.
    2. Refuse where a booking would end that is not among `confirmed` (ids of bookings; None stands for whichever):
       PreviewOutdated, whose data hold the fresh preview.
    3. Write the closure and call the sessions off with all their bookings, nobody's late; occurrences of series stay
       called off, and those that are made later for these days are made so.
    4. What it called off before and no longer covers takes place again as when it is lifted, unless `restore` is False.

    Raises InvalidInput naming every field that is wrong.
    """
    for attempt in range(MOST_ATTEMPTS):
        try:
            with transaction.atomic():
                preview, waiting = _locked_preview(site, fields, closure, now=now)
                unsaid = {row.pk for row in preview.bookings} - set(confirmed if confirmed is not None else ())
                if confirmed is not None and unsaid:
                    raise PreviewOutdated(preview=preview, lost=[str(pk) for pk in sorted(unsaid)])
                row = write_closure(site, fields, closure=closure, actor=actor, now=now)
                _call_off(preview, row, actor=actor, now=now)
                if restore:
                    reopen(row.site, waiting, actor=actor, now=now)
                return row, preview
        except _SomebodyCame:
            if attempt == MOST_ATTEMPTS - 1:
                raise PreviewOutdated from None
    raise AssertionError("unreachable")


@retrying_deadlocks
def lift_closure(closure: SiteClosure, *, actor: User | None, now: datetime, restore: bool = False) -> list[Session]:
    """The site is open after all, or a proposed holiday is not wanted; the sessions given back, where `restore` asks.

    They come back under their ids, without the bookings they had; those with a standing booking are booked again.
    One that another closure covers stays called off, by that closure from now on; one outside the site's hours until
    they change. A counselor or room that is taken by now stays with whoever has it.
    """
    with transaction.atomic():
        gone = called_off_by(closure, now=now)
        waiting = lock_waiting(gone.values_list("pk", flat=True) if restore else (), now=now)
        lock_site(closure.site_id)
        current = there(SiteClosure.objects.select_related("site"), closure.pk)
        if current.state == ClosureState.LIFTED:
            return []
        mark_lifted(current, actor=actor, now=now)
        return reopen(current.site, waiting, actor=actor, now=now)


def _locked_preview(
    site: Site, fields: ClosureFields, closure: SiteClosure | None, *, now: datetime
) -> tuple[ClosurePreview, Waiting]:
    """The preview, and what the closure keeps from taking place so far; all of it is locked."""
    ids = sorted(sessions_hit(site, fields, now=now).values_list("pk", flat=True))
    patients = set(_standing(ids))
    waiting = _lock(ids, patients, closure, now=now)
    lock_site(site.pk)
    preview = preview_closure(site, fields, now=now, closure=closure)
    if {row.pk for row in preview.sessions} - set(ids) or set(_standing(ids)) - patients:
        raise _SomebodyCame
    return preview, waiting


def _lock(ids: Sequence[int], patients: set[int], closure: SiteClosure | None, *, now: datetime) -> Waiting:
    """Lock what is hit and, where the closure stands, what it keeps from taking place; the answer is the latter."""
    stands = closure is not None and closure.state == ClosureState.IN_FORCE
    kept_off = list(called_off_by(closure, now=now).values_list("pk", flat=True)) if closure and stands else []
    if kept_off:
        locked = lock_waiting([*kept_off, *ids], now=now, patients=patients)
        own = tuple(row for row in locked.sessions if closure and row.closed_by_id == closure.pk)
        return Waiting(own, locked.series)
    lock_patients(patients)
    lock_sessions(*ids)
    return Waiting((), ())


def _standing(session_ids: Sequence[int]) -> Any:
    rows = Booking.objects.filter(session_id__in=session_ids).exclude(status=BookingStatus.CANCELLED)
    return rows.order_by().values_list("patient_id", flat=True)


def _call_off(preview: ClosurePreview, closure: SiteClosure, *, actor: User | None, now: datetime) -> None:
    """All at once, as an edit of a series would."""
    columns = {**shut_columns(closure), "state": SessionState.CANCELLED, "seats_held": 0}
    targets = tuple(
        Target("shut", row.occurrence_local, row.starts_at, row.ends_at, row, dict(columns)) for row in preview.sessions
    )
    edit = SeriesEdit(Scope.THIS, cancel=True, reason=closure.reason)
    write_targets(
        Preview(edit, None, targets, None, preview.fates_of(targets), (), ()),
        actor=actor,
        now=now,
    )
