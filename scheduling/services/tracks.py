"""Joining one series or several at once as a track: all of it or nothing."""

from datetime import datetime
from typing import Any

from django.db import transaction

from people.constraints import refusing
from people.models import Patient, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.errors import AlreadyEnrolled, TrackRefused
from scheduling.models import (
    Booking,
    SessionSeries,
    StandingBooking,
    StandingGap,
)
from scheduling.services.booking_rows import CONSTRAINTS
from scheduling.services.locks import lock_patient, lock_series, lock_sessions
from scheduling.services.places import Wish, write_places
from scheduling.services.track_preview import (
    Outcome,
    TrackDate,
    TrackPreview,
    TrackWish,
    check_wish,
    examine,
    refuse_hidden,
    refuse_members,
    series_of,
    sessions_of,
)

OWN = {
    "standing_start_once": AlreadyEnrolled,
    "standing_no_overlap": AlreadyEnrolled,
    "scheduling_standingbooking.patient_id, scheduling_standingbooking.series_id": AlreadyEnrolled,
}


@retrying_deadlocks
def join_track(patient: Patient, wish: TrackWish, *, actor: User | None, now: datetime) -> list[StandingBooking]:
    """A standing booking of each series, and a booking of every date of them in the horizon.

    1. Lock the patient, the series, then their sessions; look at every date again.
    2. Refuse all of it where a date that was not left out is full or clashes.
    3. Write the memberships, take the seats, write the bookings, the gaps left out and the trail.

    Raises TrackRefused naming every such date with its codes, and whatever `preview_track` raises; nothing is written
    then.
    """
    check_wish(wish, now=now)
    with refusing({**CONSTRAINTS, **OWN}), transaction.atomic():
        lock_patient(patient.pk)
        lock_series(*(series.pk for series in wish.series))
        refuse_hidden(patient, wish)
        refuse_members(patient, wish)
        sessions = list(lock_sessions(*(row.pk for row in sessions_of(wish))).values())
        preview = examine(patient, wish, sessions, now=now)
        if preview.refused:
            raise TrackRefused(dates=[_named(one) for one in preview.refused])
        rows = {series.pk: _member(patient, series, preview, actor=actor, now=now) for series in wish.series}
        _write(preview, rows, actor=actor, now=now)
    return list(rows.values())


def _member(
    patient: Patient, series: SessionSeries, preview: TrackPreview, *, actor: User | None, now: datetime
) -> StandingBooking:
    wish = preview.wish
    return StandingBooking.objects.create(
        patient=patient,
        admission=preview.admissions[series.pk],
        series=series,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        override_reason=wish.override_reason[:300],
        created_at=now,
        created_by=actor,
    )


def _write(preview: TrackPreview, rows: dict[int, StandingBooking], *, actor: User | None, now: datetime) -> None:
    def of(one: TrackDate) -> StandingBooking:
        return rows[series_of(one.session)]

    wishes = [Wish(of(one), one.session, one.codes) for one in preview.dates if one.outcome == Outcome.FREE]
    reason = preview.wish.override_reason
    made = write_places(wishes, actor=actor, now=now, override_reason=reason)
    for row in rows.values():
        kept = [one.session.pk for one in preview.dates if one.outcome == Outcome.KEPT and of(one) is row]
        own = Booking.objects.filter(session_id__in=kept, patient_id=row.patient_id, live=True)
        own.update(standing_booking=row, stands_for=None)
        left_out = [one for one in preview.dates if one.outcome == Outcome.LEFT_OUT and of(one) is row]
        StandingGap.objects.bulk_create(
            StandingGap(
                standing_booking=row,
                session=one.session,
                codes=list(one.codes),
                raised_at=now,
                closed_at=now,
                outcome=StandingGap.Outcome.LEFT_OUT,
            )
            for one in left_out
        )
        after = {
            **facts(row),
            "bookings": sum(booking.standing_booking_id == row.pk for booking in made),
            "without": [one.on.isoformat() for one in left_out],
        }
        record("joined_series", row, actor=actor, now=now, patient_id=row.patient_id, after=after, reason=reason)


def facts(row: StandingBooking) -> dict[str, Any]:
    """What the trail keeps of a standing booking."""
    return {
        "series": row.series_id,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "withdrawn": row.withdrawn_at is not None,
    }


def _named(one: TrackDate) -> dict[str, Any]:
    return {
        "date": one.on.isoformat(),
        "session": str(one.session.pk),
        "series": str(one.session.series_id),
        "starts_at": one.session.starts_at.astimezone(one.session.site.zone).isoformat(),
        "codes": list(one.codes),
    }
