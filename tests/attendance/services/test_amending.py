"""Amending evidence: by the policy of its signing. Across a close: `test_closing.py`."""

from attendance.models import Amendment, AttendanceRecord
from attendance.services.amending import amend
from attendance.services.roster import RosterRow, save_rows, sign_roster
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
    back = amend(record, RosterRow(record.booking_id, "present"), "It was somebody else", actor=cast.dana, now=AFTER)
    kept = Amendment.objects.values_list("before__credited_minutes", "after__credited_minutes")
    assert (back.credited_minutes, list(kept)) == (180, [(180, 168), (168, 180)])
