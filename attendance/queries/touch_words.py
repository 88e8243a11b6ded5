"""The trail's words in people's: what was done, for every action that is ever recorded."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from people.enums import Look

TOUCHES: Mapping[str, Any] = {
    "booked": _("Booked"),
    "waitlisted": _("Put in line"),
    "promoted": _("Took a freed seat"),
    "offered": _("Was offered a freed seat"),
    "accepted": _("Accepted the offered seat"),
    "declined": _("Declined the offered seat"),
    "offer_expired": _("The offer ran out"),
    "moved": _("Moved"),
    "cancelled": _("Cancelled"),
    "late_excused": _("Late cancellation excused"),
    "late_excuse_taken_back": _("Excuse taken back"),
    "made_up_for": _("Booked as a make-up"),
    "makes_up_no_more": _("No make-up any more"),
    "marked": _("Marked"),
    "unmarked": _("Mark taken away"),
    "roster_signed": _("Roster signed"),
    "amended": _("Amended"),
    "door_code_refused": _("Code at the door refused"),
    "flag_acknowledged": _("Flag seen"),
    "flag_assigned": _("Flag given to somebody"),
    "flag_resolved": _("Flag settled"),
    "week_closed": _("Week closed"),
    "week_revised": _("Week judged again"),
    "joined_series": _("Standing booking begun"),
    "left_series": _("Standing booking ended"),
    "registered": _("Registered"),
    "changed": _("Details changed"),
    "admitted": _("Admitted"),
    "discharged": _("Discharged"),
    "leave_added": _("Days away entered"),
    "leave_changed": _("Days away changed"),
    "leave_removed": _("Days away taken back"),
    "phase_added": _("Phase added to the plan"),
    "phase_changed": _("Phase of the plan changed"),
    "phase_removed": _("Phase taken out of the plan"),
    "template_applied": _("Plan set by a template"),
    "suggestion_accepted": _("Suggestion taken up"),
    "suggestion_dismissed": _("Suggestion dismissed"),
    "requirement_added": _("Rule added"),
    "requirement_changed": _("Rule changed"),
    "work_hours_added": _("Work hours added"),
    "work_hours_changed": _("Work hours changed"),
    "work_hours_removed": _("Work hours taken out"),
    "work_hours_replaced": _("Work hours replaced by a calendar"),
    "work_day_changed": _("Work hours of a day changed"),
    "family_member_added": _("Family member added"),
    "family_member_changed": _("Family member changed"),
    "family_member_removed": _("Family member taken out"),
    "consent_given": _("Consent given"),
    "consent_revoked": _("Consent revoked"),
    "family_invited": _("Family invited"),
    "family_answered": _("Family answered"),
    "family_withdrawn": _("Invitation withdrawn"),
    "outreach": _("Contact noted"),
    "changes_told": _("Told on the telephone"),
    "preference_changed": _("Reminders changed"),
    "feed_created": _("Calendar address made"),
    "feed_changed": _("Calendar address changed"),
    "feed_rotated": _("Calendar address renewed"),
    "feed_revoked": _("Calendar address revoked"),
    "session_created": _("Put on the schedule"),
    "session_changed": _("Session changed"),
    "session_cancelled": _("Session called off"),
    "session_restored": _("Session held after all"),
    "session_covered": _("Handed over"),
    "session_opened": _("Opened to everybody"),
    "series_created": _("Series begun"),
    "series_changed": _("Series changed"),
    "site_closed": _("Site closed"),
    "closure_lifted": _("Site open after all"),
    "opening_hours_changed": _("Opening hours changed"),
    "holidays_proposed": _("Holidays proposed"),
    "room_changed": _("Room changed"),
    "travel_changed": _("Way between sites changed"),
    "availability_added": _("Hours added"),
    "availability_changed": _("Hours changed"),
    "availability_removed": _("Hours taken out"),
    "time_off_added": _("Time off entered"),
    "time_off_changed": _("Time off changed"),
    "time_off_removed": _("Time off taken back"),
    "counselor_changed": _("Profile changed"),
    Look.PATIENT: _("Opened the record"),
    Look.REPORT: _("Opened the evidence"),
    Look.ROSTER: _("Opened the roster"),
}


REASONS: Mapping[str, Any] = {
    "moved": _("moved"),
    "session cancelled": _("the session is not held"),
    "session moved": _("it does not fit where the session went"),
    "discharged": _("discharged"),
    "on leave": _("days away"),
    "plan changed": _("the plan changed"),
    "declined": _("declined"),
    "offer expired": _("no answer in time"),
    "by link": _("by the link of a message"),
    "left the series": _("left the series"),
}
"""The reasons that the trail itself writes; any other is somebody's own words."""


def reason_words(reason: str) -> str:
    """Why it was done, in words."""
    return str(REASONS.get(reason, reason))


def touch_words(action: str) -> str:
    """What was done, in words."""
    return str(TOUCHES.get(action, action.replace("_", " ").capitalize()))
