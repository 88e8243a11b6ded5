"""What a roster shows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Count, Max, Prefetch, Sum

from attendance.enums import AttendanceStatus
from attendance.models import Amendment, AttendanceRecord, Roster
from attendance.queries.misses import Miss, misses_of
from people.domain.time import local_date
from scheduling.enums import SessionState
from scheduling.models import Booking, Session

NEWCOMER_DAYS = 30
"""The first days of care, in which most are lost: marked wherever the person is listed."""

LATE_ENTRY = timedelta(hours=24)


@dataclass(frozen=True)
class RosterLine:
    """One patient of a roster. Without a mark, `attendance_id`, `status` and every figure are None.

    `day_number` counts the days of care, the first is 1; None after the first thirty. `days_since_seen` is how long
    before this session, or by today where it is yet to come, they were last present; None for somebody never seen.
    `late_entry`: marked over 24 hours after. `checked_in`: the mark that stands is the patient's own, made at the
    door. Of a no-show `misses_in_a_row` counts it and those just before it, and the caller is who has the call about
    them on their list. `makes_up_for_at` is when they missed what this makes up for.
    """

    booking_id: int
    patient_id: int
    patient_name: str
    attendance_id: int | None
    status: str | None
    mode: str | None
    arrived_at: datetime | None
    left_at: datetime | None
    excuse_reason: str | None
    planned_minutes: int | None
    late_minutes: int | None
    early_minutes: int | None
    credited_minutes: int | None
    deductions: tuple[dict[str, Any], ...]
    day_number: int | None
    days_since_seen: int | None
    late_entry: bool
    excuse_given_by: str | None = None
    excuse_given_at: datetime | None = None
    excuse_before_session: bool | None = None
    document_seen: bool = False
    remark: str | None = None
    recorded_at: datetime | None = None
    recorded_by_id: int | None = None
    recorded_by_name: str = ""
    checked_in: bool = False
    misses_in_a_row: int | None = None
    caller_id: int | None = None
    caller_name: str = ""
    makes_up_for_id: int | None = None
    makes_up_for_at: datetime | None = None
    amendments: tuple[Amendment, ...] = ()


def roster_of(session: Session) -> Roster:
    """The session's roster; a blank one, unsaved and of version 0, before its first mark."""
    found = Roster.objects.select_related("signed_by").filter(session=session).first()
    return found or Roster(session=session)


def roster_stamp(session: Session, *, now: datetime) -> str:
    """Changes whenever what the roster shows does: marks, signature, who is on it, the session itself, and its end.

    For a page that asks every few seconds whether there is anything new; two small queries.
    """
    roster = Roster.objects.filter(session=session).values_list("version", "signed_at").first() or (0, None)
    people = Booking.objects.live().filter(session_id=session.pk).order_by().aggregate(Count("pk"), Sum("pk"))
    parts = (*roster, *people.values(), session.state, session.starts_at, session.ends_at, now >= session.ends_at)
    return sha256(repr(parts).encode()).hexdigest()[:20]


def roster_rows(session: Session, *, now: datetime) -> list[RosterLine]:
    """Everybody who holds a seat, by name, with their mark, and of a signed one what it said before.

    Three queries, one more for a signed roster, and two where somebody did not come; the waitlist is left out.
    """
    bookings = list(
        Booking.objects.live()
        .filter(session_id=session.pk)
        .select_related("patient", "admission__site", "makes_up_for")
        .order_by("patient__name", "pk")
    )
    records = AttendanceRecord.objects.filter(booking__in=[booking.pk for booking in bookings])
    records = records.select_related("recorded_by")
    if session.state == SessionState.SIGNED:
        records = records.prefetch_related(Prefetch("amendments", Amendment.objects.select_related("by")))
    by_booking = {record.booking_id: record for record in records}
    seen = _last_seen(session, [booking.patient_id for booking in bookings])
    missed = [one.admission_id for one in bookings if _is_miss(by_booking.get(one.pk))]
    misses = misses_of(session, missed)
    lines = [_line(one, session, by_booking.get(one.pk), seen.get(one.patient_id), now=now) for one in bookings]
    return [
        _with_miss(line, misses[booking.admission_id]) if _is_miss(by_booking.get(booking.pk)) else line
        for booking, line in zip(bookings, lines, strict=True)
    ]


def _is_miss(record: AttendanceRecord | None) -> bool:
    return record is not None and record.status == AttendanceStatus.NO_SHOW


def _with_miss(line: RosterLine, miss: Miss) -> RosterLine:
    caller = miss.caller
    return replace(
        line,
        misses_in_a_row=miss.in_a_row,
        caller_id=caller.pk if caller else None,
        caller_name=caller.name if caller else "",
    )


def _last_seen(session: Session, patient_ids: list[int]) -> dict[int, datetime]:
    """When each patient was last present before the session."""
    present = AttendanceRecord.objects.filter(
        patient__in=patient_ids, status=AttendanceStatus.PRESENT, starts_at__lt=session.starts_at
    )
    return dict(present.order_by().values_list("patient_id").annotate(last=Max("starts_at")))


def _line(
    booking: Booking, session: Session, record: AttendanceRecord | None, seen_at: datetime | None, *, now: datetime
) -> RosterLine:
    zone = booking.admission.zone
    day_number = (local_date(session.starts_at, zone) - booking.admission.admitted_on).days + 1
    looked_at = local_date(min(session.starts_at, now), zone)
    return RosterLine(
        booking_id=booking.pk,
        patient_id=booking.patient_id,
        patient_name=booking.patient.name,
        attendance_id=record.pk if record else None,
        status=record.status if record else None,
        mode=record.mode if record else None,
        arrived_at=record.arrived_at if record else None,
        left_at=record.left_at if record else None,
        excuse_reason=(record.excuse_reason or None) if record else None,
        planned_minutes=record.planned_minutes if record else None,
        late_minutes=record.late_minutes if record else None,
        early_minutes=record.early_minutes if record else None,
        credited_minutes=record.credited_minutes if record else None,
        deductions=tuple(record.deductions) if record else (),
        day_number=day_number if 1 <= day_number <= NEWCOMER_DAYS else None,
        days_since_seen=(looked_at - local_date(seen_at, zone)).days if seen_at else None,
        late_entry=record is not None and record.recorded_at > session.ends_at + LATE_ENTRY,
        makes_up_for_id=booking.makes_up_for_id,
        makes_up_for_at=booking.makes_up_for.starts_at if booking.makes_up_for else None,
        checked_in=record is not None
        and record.recorded_by_id is not None
        and record.recorded_by_id == booking.patient.user_id,
        **_circumstances(record, session),
    )


def booked_names(session: Session) -> list[str]:
    """Everybody who holds a seat, by name; one query."""
    live = Booking.objects.live().filter(session_id=session.pk)
    return list(live.order_by("patient__name", "pk").values_list("patient__name", flat=True))


def _circumstances(record: AttendanceRecord | None, session: Session) -> dict[str, Any]:
    """Who gave the excuse, the remark, who marked it and when, and what it said before."""
    if record is None:
        return {}
    return {
        "excuse_given_by": record.excuse_given_by or None,
        "excuse_given_at": record.excuse_given_at,
        "excuse_before_session": record.excuse_before_session,
        "document_seen": record.document_seen,
        "remark": record.remark or None,
        "recorded_at": record.recorded_at,
        "recorded_by_id": record.recorded_by_id,
        "recorded_by_name": record.recorded_by.name if record.recorded_by else "",
        "amendments": tuple(record.amendments.all()) if session.state == SessionState.SIGNED else (),
    }
