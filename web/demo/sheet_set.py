"""The sheets of every table that the demo fills in bulk, in the order in which they are written."""

from attendance.models import Amendment, AttendanceRecord, Requirement, Roster
from people.models import (
    Admission,
    Counselor,
    CounselorCredential,
    FamilyConsent,
    FamilyMember,
    Leave,
    Membership,
    Patient,
    PlanPhase,
    PlanTemplate,
    PlanTemplateStep,
    Program,
    Room,
    Site,
    SiteClosure,
    TrailEntry,
    User,
)
from people.models.program import Focus
from scheduling.models import (
    ApartSide,
    Booking,
    CounselorAvailability,
    Invitation,
    KeepApart,
    Session,
    SessionCounselor,
    SessionSeries,
    StandingBooking,
    StandingGap,
    TimeOff,
    WorkHours,
)
from web.demo.sheets import Sheet, reset_sequences

WRITTEN_BY_SERVICES = (
    FamilyMember,
    FamilyConsent,
    SiteClosure,
    StandingBooking,
    StandingGap,
    Invitation,
    KeepApart,
    ApartSide,
)
"""Empty so far: PostgreSQL begins to count them anew, so that the same seed gives the same keys."""


class SheetSet:
    """One sheet a table; rows of one site are written together, so memory stays bounded."""

    def __init__(self) -> None:
        self._lay_out_clinic()
        self._lay_out_staff()
        self._lay_out_people()
        self._lay_out_plans()
        self._lay_out_schedule()
        self._lay_out_bookings()
        self._lay_out_attendance()
        self.trail = Sheet(TrailEntry, "at", "actor_id", "action", "subject_type", "subject_id", "patient_id", "after")

    def write(self) -> None:
        """Send everything put down so far, what others refer to first."""
        for sheet in vars(self).values():
            sheet.write()

    def finish(self) -> None:
        """Write the rest, and let the database go on counting behind the keys that were given."""
        self.write()
        reset_sequences([*(sheet.model for sheet in vars(self).values()), *WRITTEN_BY_SERVICES])

    def _lay_out_clinic(self) -> None:
        self.users = Sheet(User, "email", "name", "password", "date_joined")
        self.sites = Sheet(Site, "name", "time_zone", "address", "directions", "phone", "sender_name", "opening_hours")
        self.memberships = Sheet(Membership, "user_id", "role", "site_id")
        self.rooms = Sheet(Room, "site_id", "name", "seats")
        self.programs = Sheet(Program, "name", "first_weekday", "grace_minutes", "required_credentials")
        self.program_sites = Sheet(Program.sites.through, "program_id", "site_id")
        self.foci = Sheet(Focus, "program_id", "code", "name")
        self.templates = Sheet(PlanTemplate, "program_id", "name", "created_at")
        self.steps = Sheet(
            PlanTemplateStep,
            "template_id",
            "position",
            "weeks",
            "min_minutes",
            "max_minutes",
            "days_per_week",
            "wanted_kinds",
            "transition",
            "transition_reason",
        )

    def _lay_out_staff(self) -> None:
        self.counselors = Sheet(Counselor, "user_id", "name", "credentials", "languages", "daily_maximum_minutes")
        self.counselor_sites = Sheet(Counselor.sites.through, "counselor_id", "site_id")
        self.held_credentials = Sheet(CounselorCredential, "counselor_id", "code", "number", "valid_until")
        self.availability = Sheet(
            CounselorAvailability,
            "counselor_id",
            "site_id",
            "starts_at_local",
            "ends_at_local",
            "rrule",
            "starts_on",
        )
        self.time_off = Sheet(TimeOff, "counselor_id", "starts_at", "ends_at", "reason", "created_at")

    def _lay_out_people(self) -> None:
        self.patients = Sheet(Patient, "user_id", "name", "email", "phone", "birth_date", "language", "created_at")
        self.admissions = Sheet(
            Admission, "patient_id", "program_id", "site_id", "primary_counselor_id", "admitted_on", "discharged_on"
        )

    def _lay_out_plans(self) -> None:
        self.requirements = Sheet(
            Requirement,
            "program_id",
            "admission_id",
            "name",
            "asked_by",
            "measure",
            "window",
            "minimum",
            "day_minimum_minutes",
            "kinds",
        )
        self.phases = Sheet(
            PlanPhase,
            "admission_id",
            "starts_on",
            "ends_on",
            "min_minutes",
            "max_minutes",
            "days_per_week",
            "wanted_kinds",
            "transition",
            "transition_reason",
        )
        self.leaves = Sheet(Leave, "admission_id", "starts_on", "ends_on", "reason")
        self.work_hours = Sheet(
            WorkHours,
            "patient_id",
            "label",
            "starts_at_local",
            "ends_at_local",
            "rrule",
            "starts_on",
            "travel_before_minutes",
            "travel_after_minutes",
            "time_zone",
        )

    def _lay_out_schedule(self) -> None:
        self.series = Sheet(
            SessionSeries,
            "program_id",
            "site_id",
            "kind",
            "focus",
            "title",
            "rrule",
            "starts_at_local",
            "duration_minutes",
            "breaks",
            "capacity",
            "mode",
            "room_id",
            "materialized_until",
            "created_at",
        )
        self.series_counselors = Sheet(SessionSeries.counselors.through, "sessionseries_id", "counselor_id")
        self.sessions = Sheet(
            Session,
            "series_id",
            "occurrence_local",
            "program_id",
            "site_id",
            "kind",
            "focus",
            "title",
            "starts_at",
            "ends_at",
            "breaks",
            "clinical_minutes",
            "capacity",
            "seats_taken",
            "state",
            "mode",
            "room_id",
            "telehealth_url",
            "changed_at",
        )
        self.leads = Sheet(SessionCounselor, "session_id", "counselor_id", "starts_at", "ends_at", "live")

    def _lay_out_bookings(self) -> None:
        self.bookings = Sheet(
            Booking,
            "patient_id",
            "admission_id",
            "session_id",
            "status",
            "starts_at",
            "ends_at",
            "live",
            "week",
            "counted_minutes",
            "marked_at",
            "uid",
            "sequence",
            "work_overlap_accepted",
            "override_reason",
            "created_at",
            "created_by_id",
            "cancelled_at",
            "cancelled_by_id",
            "cancel_reason",
            "late",
            "changed_at",
        )

    def _lay_out_attendance(self) -> None:
        self.records = Sheet(
            AttendanceRecord,
            "booking_id",
            "session_id",
            "patient_id",
            "status",
            "mode",
            "arrived_at",
            "left_at",
            "excuse_reason",
            "excuse_given_by",
            "excuse_given_at",
            "document_seen",
            "starts_at",
            "ends_at",
            "breaks",
            "planned_minutes",
            "late_minutes",
            "early_minutes",
            "credited_minutes",
            "deductions",
            "policy",
            "recorded_at",
            "recorded_by_id",
        )
        self.amendments = Sheet(Amendment, "record_id", "at", "by_id", "reason", "before", "after")
        self.rosters = Sheet(Roster, "session_id", "version", "signed_at", "signed_by_id")
