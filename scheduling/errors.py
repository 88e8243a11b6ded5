"""Every refusal of the scheduling app, by its code."""

from django.utils.translation import gettext_lazy as _

from people.errors import Refusal


class SessionFull(Refusal):
    code = "session_full"
    title = _("This session is full")


class SeatsTaken(SessionFull):
    """The same code, for a session that would become too small for those who have a seat."""

    title = _("More people are booked than there would be seats")


class PreviewOutdated(Refusal):
    code = "stale"
    title = _("More would change than was shown")


class OverlapsBooking(Refusal):
    code = "overlaps_booking"
    title = _("Another appointment is booked at that time")


class TravelTooShort(Refusal):
    """`data["conflicts"]` names the sessions at other sites."""

    code = "travel_too_short"
    title = _("There is not enough time for the way from or to another site")


class OverlapsWork(Refusal):
    code = "overlaps_work"
    title = _("This is during work hours or the way to work")


class OtherCaseload(Refusal):
    code = "other_caseload"
    title = _("This time is kept for the people of another counselor")


class OverWeeklyMaximum(Refusal):
    code = "over_weekly_maximum"
    title = _("This would go past the week's maximum")


class PastCutoff(Refusal):
    code = "past_cutoff"
    title = _("Booking for this session has closed")


class SessionStarted(Refusal):
    code = "session_started"
    title = _("This session has begun")


class SessionCancelled(Refusal):
    code = "session_cancelled"
    title = _("This session was cancelled")


class NotEnrolled(Refusal):
    code = "not_enrolled"
    title = _("This session lies outside the admission")


class OnLeave(Refusal):
    code = "on_leave"
    title = _("This day is a day of leave")


class AlreadyBooked(Refusal):
    code = "already_booked"
    title = _("This session is booked already")


class BookingCancelled(Refusal):
    code = "booking_cancelled"
    title = _("This booking was cancelled")


class OfferExpired(Refusal):
    """The seat was held until `data["expired_at"]`, and goes to the next in line."""

    code = "offer_expired"
    title = _("This offer has run out")


class NotOffered(Refusal):
    code = "not_offered"
    title = _("No seat is offered here")


class NotLate(Refusal):
    code = "not_late"
    title = _("This was not cancelled late")


class RosterSigned(Refusal):
    code = "roster_signed"
    title = _("The roster of this session is signed")


class CounselorBusy(Refusal):
    code = "counselor_busy"
    title = _("A counselor has another session at that time")


class CounselorTimeOff(Refusal):
    code = "counselor_time_off"
    title = _("A counselor is off at that time")


class CounselorUnavailable(Refusal):
    code = "counselor_unavailable"
    title = _("This lies outside a counselor's hours")


class CounselorOverDailyMaximum(Refusal):
    code = "counselor_over_daily_maximum"
    title = _("This would go past a counselor's most for a day")


class CounselorNotQualified(Refusal):
    code = "counselor_not_qualified"
    title = _("A counselor lacks a credential that is asked for")


class RoomBusy(Refusal):
    code = "room_busy"
    title = _("The room is taken at that time")


class OutsideOpeningHours(Refusal):
    """`data["conflicts"]` names each time, `data["opening_hours"]` the hours of those weekdays."""

    code = "outside_opening_hours"
    title = _("The site is not open at that time")


class SiteClosed(Refusal):
    """`data["conflicts"]` names each time, and the closure that it falls into."""

    code = "site_closed"
    title = _("The site is closed that day")


class SessionsOutsideHours(Refusal):
    """`data["conflicts"]` names the sessions ahead that the new opening hours would leave outside."""

    code = "sessions_outside_hours"
    title = _("Sessions ahead lie outside these hours; move or cancel them first")


class TrackRefused(Refusal):
    """Some dates of a track cannot be booked; `data["dates"]` names each with its codes. Nothing was written."""

    code = "track_refused"
    title = _("Some dates of this track cannot be booked")


class AlreadyEnrolled(Refusal):
    code = "already_enrolled"
    title = _("There is a standing booking of this series on some of these days already")


class SeriesFull(Refusal):
    """As many standing bookings as seats, on some day ahead: each further one would take a seat from its owner."""

    code = "series_full"
    title = _("All seats of this series are standing bookings already")


class NothingToMakeUp(Refusal):
    code = "nothing_to_make_up"
    title = _("There is no absence that this could make up for")


class ConsentMissing(Refusal):
    code = "consent_missing"
    title = _("Without the patient's consent in force nobody is invited")


class NotAFamilySession(Refusal):
    code = "not_a_family_session"
    title = _("Family members come to family sessions only")


class RoomFull(Refusal):
    code = "room_full"
    title = _("The room has no chair left")


BY_CODE: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        SessionFull,
        OverlapsBooking,
        TravelTooShort,
        OverlapsWork,
        OverWeeklyMaximum,
        PastCutoff,
        SessionStarted,
        SessionCancelled,
        NotEnrolled,
        OnLeave,
        OtherCaseload,
        AlreadyBooked,
    )
}
"""The answers of `why_not`, in words."""

LIFTED_BY_STAFF = frozenset(
    {
        "travel_too_short",
        "overlaps_work",
        "over_weekly_maximum",
        "past_cutoff",
        "session_started",
        "not_enrolled",
        "on_leave",
        "other_caseload",
    }
)
"""What a staff member's `override_reason` lifts (the outside contract)."""

FREE_TO_STAFF = frozenset({"other_caseload"})
"""What stands in a patient's way alone: staff need no reason for it."""

STAFFING: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        CounselorBusy,
        TravelTooShort,
        CounselorTimeOff,
        CounselorNotQualified,
        CounselorUnavailable,
        CounselorOverDailyMaximum,
    )
}
"""What stands in a counselor's way, in the order in which it is said."""
