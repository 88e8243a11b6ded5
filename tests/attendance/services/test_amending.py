"""Amending evidence: by the policy of its signing. Across a close: `test_closing.py`."""

from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.models import Amendment, AttendanceRecord
from attendance.services.amending import amend
from attendance.services.roster import RosterRow, save_rows, sign_roster
from people.models import TrailEntry
from scheduling.models import Booking
from tests.cast import Cast, at

AFTER = at("2026-11-18 21:05")


def _signed(cast: Cast) -> AttendanceRecord:
    session = cast.session("2026-11-18 18:00")
    booking = cast.booked(cast.ana, session)
    save_rows(session, [RosterRow(booking.pk, "present")], actor=cast.dana, now=AFTER)
    sign_roster(session, actor=cast.dana, now=AFTER)
    return AttendanceRecord.objects.get(booking=booking)


def test_the_credit_follows_the_policy_copied_at_signing(cast: Cast) -> None:
    record = _signed(cast)
    cast.program.late_cutoff_minutes = 5
    cast.program.save()
    row = RosterRow(record.booking_id, "present", arrived_at=at("2026-11-18 18:12"))
    amended = amend(record, row, "Came at twelve past", actor=cast.dana, now=AFTER)
    booking = Booking.objects.get(pk=record.booking_id)
    assert (amended.credited_minutes, booking.counted_minutes, amended.policy["late_cutoff_minutes"]) == (168, 168, 15)
    back = amend(
        record, RosterRow(record.booking_id, arrived_at=None), "It was somebody else", actor=cast.dana, now=AFTER
    )
    kept = Amendment.objects.values_list("before__credited_minutes", "after__credited_minutes")
    assert (back.credited_minutes, list(kept)) == (180, [(180, 168), (168, 180)])


def test_what_is_not_said_stays_and_every_earlier_value_is_kept(cast: Cast) -> None:
    record = _signed(cast)
    excused = RosterRow(record.booking_id, "excused", excuse_reason="work", excuse_given_by="employer", remark="Called")
    amend(record, excused, "She had called", actor=cast.dana, now=AFTER)
    amend(record, RosterRow(record.booking_id, document_seen=True, remark=""), "Note came", actor=cast.dana, now=AFTER)
    kept = Amendment.objects.order_by("pk")
    assert [(one.reason, one.before.get("remark"), one.after.get("remark")) for one in kept] == [
        ("She had called", None, "Called"),
        ("Note came", "Called", None),
    ]
    assert kept[1].after["excuse_given_by"] == "employer"
    trail = TrailEntry.objects.filter(action="amended").order_by("pk")
    assert [(one.after or {}).get("remark_characters") for one in trail] == [6, None]
    assert "Called" not in str([(one.before, one.after) for one in trail])


@pytest.mark.parametrize(
    ("starts", "minutes", "arrived", "credited"),
    [
        # The hour from 1:00 is there twice on 1 November 2026; the session is two hours longer than its walls say.
        ("2026-11-01 00:30", 240, datetime(2026, 11, 1, 8, 30, tzinfo=UTC), 120),
        # The hour from 2:00 is not there on 8 March 2026.
        ("2026-03-08 01:00", 180, datetime(2026, 3, 8, 9, 30, tzinfo=UTC), 90),
    ],
)
def test_a_duration_is_one_of_instants_through_both_clock_changes(
    cast: Cast, starts: str, minutes: int, arrived: datetime, credited: int
) -> None:
    begin = at(starts)
    cast.program.late_cutoff_minutes = None
    cast.program.save()
    before = begin - timedelta(days=1)
    cast.admission(patient := cast.patient(admitted=False), admitted_on=date(2026, 1, 5))
    session = cast.session(starts, minutes=minutes, now=before)
    booking = cast.booked(patient, session, now=before)
    after = session.ends_at + timedelta(minutes=5)
    save_rows(session, [RosterRow(booking.pk, "present")], actor=cast.dana, now=after)
    sign_roster(session, actor=cast.dana, now=after)
    record = AttendanceRecord.objects.get()
    late = RosterRow(booking.pk, arrived_at=arrived)
    amended = amend(record, late, "The clock had changed", actor=cast.dana, now=after)
    kept = Amendment.objects.get()
    assert (record.credited_minutes, amended.credited_minutes, session.ends_at - begin) == (
        minutes,
        credited,
        timedelta(minutes=minutes),
    )
    assert (kept.before["credited_minutes"], kept.after["arrived_at"]) == (minutes, arrived.isoformat())
    assert Booking.objects.get().counted_minutes == credited
