"""Doing an edit of a series, or of one session, exactly as its preview said: under locks, all or nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from people.constraints import refusing
from people.domain.time import DateRange
from people.models import User
from people.queries import there
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import BookingStatus
from scheduling.errors import CounselorBusy, OverlapsBooking, PreviewOutdated, RoomBusy, SessionFull
from scheduling.models import Booking, SeriesPause, Session, SessionSeries
from scheduling.services.locks import lock_counselors, lock_patients, lock_sessions
from scheduling.services.series_changes import RECURS, Scope, SeriesEdit
from scheduling.services.series_preview import Preview, preview_edit, preview_session_edit
from scheduling.services.series_rules import keep_parts
from scheduling.services.series_writing import write_targets
from scheduling.services.sessions import link_mark
from scheduling.services.standing import member_ids, seat_members

CONSTRAINTS = {
    "lead_no_overlap": CounselorBusy,
    "session_room_no_overlap": RoomBusy,
    "booking_no_overlap": OverlapsBooking,
    "session_never_overbooked": SessionFull,
}
DEFERRABLE = ("lead_no_overlap", "session_room_no_overlap", "booking_no_overlap")
MOST_ATTEMPTS = 4


class _SomebodyCame(Exception):
    """Somebody booked between reading who is booked and locking the sessions; their own lock comes first."""


def edit_series(
    series: SessionSeries,
    edit: SeriesEdit,
    *,
    actor: User | None,
    now: datetime,
    confirmed_lost: Collection[int] | None = (),
) -> Preview:
    """Do the edit; the answer is what was done.

    1. Lock the patients booked, then the sessions, and work everything out again.
    2. Refuse where somebody would lose a seat who is not among `confirmed_lost` (ids of bookings; None stands for
       whoever it is): PreviewOutdated, whose data hold the fresh preview.
    3. Refuse what cannot be: seats taken beyond the capacity, a counselor or a room at two places.
    4. Write the series, the sessions and the bookings, the trail and the signals; PostgreSQL's constraints against
       overlaps are asked once, at the end, so that a whole series may move past itself.
    """
    return _done(series, None, edit, actor=actor, now=now, confirmed_lost=confirmed_lost)


def edit_session(
    session: Session,
    edit: SeriesEdit,
    *,
    actor: User | None,
    now: datetime,
    confirmed_lost: Collection[int] | None = (),
) -> Preview:
    """The same for one session, of a series or not."""
    return _done(session.series, session, edit, actor=actor, now=now, confirmed_lost=confirmed_lost)


@retrying_deadlocks
def _done(
    series: SessionSeries | None,
    session: Session | None,
    edit: SeriesEdit,
    *,
    actor: User | None,
    now: datetime,
    confirmed_lost: Collection[int] | None,
) -> Preview:
    for attempt in range(MOST_ATTEMPTS):
        try:
            with refusing(CONSTRAINTS), transaction.atomic():
                preview = _locked_preview(series, session, edit, now=now)
                _refuse(preview, confirmed_lost)
                _defer_constraints()
                _write(preview, actor=actor, now=now)
                _check_constraints()
            return preview
        except _SomebodyCame:
            if attempt == MOST_ATTEMPTS - 1:
                raise PreviewOutdated from None
    raise AssertionError("unreachable")


def _locked_preview(
    series: SessionSeries | None, session: Session | None, edit: SeriesEdit, *, now: datetime
) -> Preview:
    """The preview as it stands under the locks of everybody concerned: patients, then sessions, then counselors."""
    ids = _session_ids(series, session, edit, now=now)
    patient_ids = set(_standing(ids).values_list("patient_id", flat=True))
    if series is not None and edit.scope is not Scope.THIS:
        patient_ids |= member_ids(series.pk, now=now)  # whoever has a place in new occurrences too
    lock_patients(patient_ids)
    if series is not None and edit.scope is not Scope.THIS:
        series = there(SessionSeries.objects.select_for_update(no_key=True, of=("self",)), series.pk)
    locked = lock_sessions(*ids)
    if set(_standing(ids).values_list("patient_id", flat=True)) - patient_ids:
        raise _SomebodyCame
    named = tuple(edit.changes.get("counselors", ()))
    lock_counselors(one.pk for one in named)
    if session is not None or series is None:
        return preview_session_edit(locked[ids[0]], edit, now=now)
    return preview_edit(series, edit, now=now)


def _session_ids(
    series: SessionSeries | None, session: Session | None, edit: SeriesEdit, *, now: datetime
) -> list[int]:
    if session is not None or series is None:
        return [session.pk] if session is not None else []
    rows = series.sessions.filter(starts_at__gt=now)
    if edit.scope is Scope.THIS:
        rows = series.sessions.filter(occurrence_local=edit.occurrence)
    elif edit.scope is Scope.FOLLOWING:
        rows = rows.filter(occurrence_local__gte=edit.occurrence)
    return sorted(rows.values_list("pk", flat=True))


def _standing(session_ids: Sequence[int]) -> QuerySet[Booking]:
    return Booking.objects.filter(session_id__in=session_ids).exclude(status=BookingStatus.CANCELLED).order_by()


def _refuse(preview: Preview, confirmed_lost: Collection[int] | None) -> None:
    if confirmed_lost is not None:
        unsaid = {fate.booking.pk for fate in preview.lost} - set(confirmed_lost)
        if unsaid:
            raise PreviewOutdated(preview=preview, lost=[str(pk) for pk in sorted(unsaid)])
    if preview.refusal is not None:
        raise preview.refusal


def _write(preview: Preview, *, actor: User | None, now: datetime) -> None:
    series, wanted, edit = preview.series, preview.wanted, preview.edit
    if series is not None and wanted is not None:
        before = _facts(series)
        keep_parts(series, wanted.parts)
        for name in sorted(set(edit.changes) - {*RECURS, "breaks", "counselors"}):
            setattr(series, name, edit.changes[name])
        if "breaks" in edit.changes:
            series.breaks = [{"after_minutes": after, "minutes": minutes} for after, minutes in wanted.fields.breaks]
        if "counselors" in edit.changes:
            series.counselors.set(wanted.fields.counselors)
        series.save()
        _keep_pauses(series, edit, wanted.pauses, actor=actor, now=now)
        after = {**_facts(series), "scope": str(edit.scope), "occurrence": edit.occurrence}
        record("series_changed", series, actor=actor, now=now, before=before, after=after, reason=edit.reason)
    new = write_targets(preview, actor=actor, now=now)
    if series is not None and new:
        seat_members(series, new, now=now)


def _keep_pauses(
    series: SessionSeries, edit: SeriesEdit, pauses: Sequence[DateRange], *, actor: User | None, now: datetime
) -> None:
    """The rows become those that the edit leaves; those that stay are left alone."""
    if edit.pauses is None:
        return
    wanted = {(pause.starts_on, pause.ends_on or pause.starts_on) for pause in pauses}
    for row in series.pauses.all():
        if (row.starts_on, row.ends_on) not in wanted:
            row.delete()
        wanted.discard((row.starts_on, row.ends_on))
    for starts_on, ends_on in sorted(wanted):
        SeriesPause.objects.create(
            series=series,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=edit.reason[:200],
            created_at=now,
            created_by=actor,
        )


def _facts(series: SessionSeries) -> dict[str, object]:
    return {
        "title": series.title,
        "kind": series.kind,
        "focus": series.focus,
        "rrule": series.rrule,
        "starts_at_local": series.starts_at_local,
        "duration_minutes": series.duration_minutes,
        "breaks": series.breaks,
        "capacity": series.capacity,
        "room": series.room_id,
        "mode": series.mode,
        "link": link_mark(series.telehealth_url),
        "counselors": sorted(series.counselors.values_list("pk", flat=True)),
        "ends_on": series.ends_on.isoformat() if series.ends_on else None,
        "pauses": [[row.starts_on.isoformat(), row.ends_on.isoformat()] for row in series.pauses.all()],
    }


def _defer_constraints() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {', '.join(DEFERRABLE)} DEFERRED")


def _check_constraints() -> None:
    """Ask the deferred constraints here, inside the transaction whose refusal is ours to word."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {', '.join(DEFERRABLE)} IMMEDIATE")
