"""The addresses under /api/v1/: which verb of which resource answers."""

from collections.abc import Mapping

from csp.decorators import csp_update
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.base import Resource
from api.resources.amendments import Amendments
from api.resources.bookings import Bookings
from api.resources.calendar_feeds import CalendarFeeds
from api.resources.check_ins import CheckIns
from api.resources.closings import Weeks
from api.resources.counselors import Availability, Counselors, TimesOff
from api.resources.covers import CounselorCovers, Covers, Slots
from api.resources.family import FamilyConsents, FamilyMembers, Invitations
from api.resources.flags import Flags
from api.resources.history import PatientHistory, SeriesHistory, SessionHistory
from api.resources.keep_apart import KeepAparts
from api.resources.ledger import Ledger
from api.resources.me import Me
from api.resources.messages import Messages, Preferences
from api.resources.nothing import Nothing
from api.resources.patients import Patients
from api.resources.phases import Phases, Plans
from api.resources.plan_suggestions import PlanSuggestions
from api.resources.plan_templates import PlanTemplates
from api.resources.plans import Admissions, Leaves
from api.resources.programs import Programs
from api.resources.reports import Reports
from api.resources.requirements import PatientRequirements, ProgramRequirements
from api.resources.rosters import Rosters
from api.resources.series import Series
from api.resources.sessions import Sessions
from api.resources.sites import Closures, Sites
from api.resources.standing import StandingBookings
from api.resources.tracks import Enrollment, Tracks
from api.resources.walk_ins import WalkIns
from api.resources.weeks import Board, PatientWeeks
from api.resources.work_hours import WorkHoursResource

app_name = "api"

LIST = {"get": "list"}
LIST_AND_CREATE = {"get": "list", "post": "create"}
READ = {"get": "retrieve"}
READ_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}
READ_CHANGE_DELETE = {**READ_AND_CHANGE, "delete": "destroy"}
CHANGE_AND_DELETE = {"patch": "partial_update", "delete": "destroy"}
OCCURRENCES = {"get": "occurrences", "post": "except_one", "patch": "change_one"}


def _at(address: str, resource: type[Resource], verbs: Mapping[str, str], name: str) -> URLPattern:
    return path(address, resource.as_view(dict(verbs)), name=name)


# Swagger's page sets its own styles; its script comes from a file of ours.
docs = csp_update({"style-src": ["'self'", "'unsafe-inline'"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api:schema")
)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    _at("me/", Me, READ_AND_CHANGE, "me"),
    _at("patients/", Patients, LIST_AND_CREATE, "patients"),
    _at("patients/<str:patient_id>/", Patients, READ_AND_CHANGE, "patient"),
    _at("patients/<str:patient_id>/admissions/", Admissions, LIST_AND_CREATE, "admissions"),
    _at(
        "patients/<str:patient_id>/admissions/<str:admission_id>/",
        Admissions,
        {"patch": "partial_update"},
        "admission",
    ),
    _at("patients/<str:patient_id>/phases/", Phases, LIST_AND_CREATE, "phases"),
    _at(
        "patients/<str:patient_id>/phases/<str:phase_id>/",
        Phases,
        {"patch": "partial_update", "delete": "destroy"},
        "phase",
    ),
    _at("patients/<str:patient_id>/plan/", Plans, {"post": "create"}, "follow-template"),
    _at("patients/<str:patient_id>/leaves/", Leaves, LIST_AND_CREATE, "leaves"),
    _at(
        "patients/<str:patient_id>/leaves/<str:leave_id>/",
        Leaves,
        {"patch": "partial_update", "delete": "destroy"},
        "leave",
    ),
    _at("patients/<str:patient_id>/family-members/", FamilyMembers, LIST_AND_CREATE, "family-members"),
    _at(
        "patients/<str:patient_id>/family-members/<str:member_id>/",
        FamilyMembers,
        {"patch": "partial_update", "delete": "destroy"},
        "family-member",
    ),
    _at(
        "patients/<str:patient_id>/family-members/<str:member_id>/consents/",
        FamilyConsents,
        LIST_AND_CREATE,
        "family-consents",
    ),
    _at(
        "patients/<str:patient_id>/family-members/<str:member_id>/consents/<str:consent_id>/revoke/",
        FamilyConsents,
        {"post": "revoke"},
        "revoke-consent",
    ),
    _at("patients/<str:patient_id>/requirements/", PatientRequirements, LIST_AND_CREATE, "patient-requirements"),
    _at(
        "patients/<str:patient_id>/requirements/<str:requirement_id>/",
        PatientRequirements,
        {"patch": "partial_update"},
        "patient-requirement",
    ),
    _at("programs/", Programs, LIST, "programs"),
    _at("programs/<str:program_id>/", Programs, READ_AND_CHANGE, "program"),
    _at("programs/<str:program_id>/policies/", Programs, {"get": "policies", "post": "change_policy"}, "policies"),
    _at("programs/<str:program_id>/policies/<str:in_force_from>/", Programs, {"delete": "withdraw_policy"}, "policy"),
    _at("programs/<str:program_id>/requirements/", ProgramRequirements, LIST_AND_CREATE, "program-requirements"),
    _at(
        "programs/<str:program_id>/requirements/<str:requirement_id>/",
        ProgramRequirements,
        {"patch": "partial_update"},
        "program-requirement",
    ),
    _at("patients/<str:patient_id>/weeks/", PatientWeeks, LIST, "patient-weeks"),
    _at("patients/<str:patient_id>/history/", PatientHistory, LIST, "patient-history"),
    _at("patients/<str:patient_id>/ledger/", Ledger, READ, "ledger"),
    _at("counselors/", Counselors, LIST, "counselors"),
    _at("counselors/<str:counselor_id>/", Counselors, READ_AND_CHANGE, "counselor"),
    _at("counselors/<str:counselor_id>/availability/", Availability, LIST_AND_CREATE, "all-availability"),
    _at(
        "counselors/<str:counselor_id>/availability/<str:availability_id>/",
        Availability,
        CHANGE_AND_DELETE,
        "availability",
    ),
    _at("counselors/<str:counselor_id>/cover/", CounselorCovers, LIST_AND_CREATE, "counselor-cover"),
    _at("counselors/<str:counselor_id>/slots/", Slots, {"post": "create"}, "slots"),
    _at("counselors/<str:counselor_id>/time-off/", TimesOff, LIST_AND_CREATE, "all-time-off"),
    _at("counselors/<str:counselor_id>/time-off/<str:time_off_id>/", TimesOff, CHANGE_AND_DELETE, "time-off"),
    _at("plan-suggestions/", PlanSuggestions, LIST, "plan-suggestions"),
    _at("plan-suggestions/<str:suggestion_id>/accept/", PlanSuggestions, {"post": "accept"}, "accept-suggestion"),
    _at("plan-suggestions/<str:suggestion_id>/dismiss/", PlanSuggestions, {"post": "dismiss"}, "dismiss-suggestion"),
    _at("programs/<str:program_id>/plan-templates/", PlanTemplates, LIST_AND_CREATE, "plan-templates"),
    _at(
        "programs/<str:program_id>/plan-templates/<str:template_id>/",
        PlanTemplates,
        READ_CHANGE_DELETE,
        "plan-template",
    ),
    _at("work-hours/", WorkHoursResource, LIST_AND_CREATE, "all-work-hours"),
    _at("work-hours/<str:work_hours_id>/", WorkHoursResource, READ_CHANGE_DELETE, "work-hours"),
    _at("sessions/", Sessions, LIST_AND_CREATE, "sessions"),
    _at("sessions/<str:session_id>/", Sessions, READ_AND_CHANGE, "session"),
    _at("sessions/<str:session_id>/cancel/", Sessions, {"post": "cancel"}, "cancel-session"),
    _at("sessions/<str:session_id>/open/", Sessions, {"post": "open_to_all"}, "open-session"),
    _at("sessions/<str:session_id>/cover/", Covers, {"get": "retrieve", "post": "create"}, "cover"),
    _at("sessions/<str:session_id>/history/", SessionHistory, LIST, "session-history"),
    _at("sessions/<str:session_id>/roster/", Rosters, {"get": "retrieve", "put": "update"}, "roster"),
    _at("sessions/<str:session_id>/roster/sign/", Rosters, {"post": "sign"}, "sign-roster"),
    _at("sessions/<str:session_id>/roster/walk-ins/", WalkIns, {"post": "create"}, "walk-ins"),
    _at("attendance/<str:attendance_id>/amend/", Amendments, {"post": "create"}, "amend"),
    _at("series/", Series, LIST_AND_CREATE, "all-series"),
    _at("series/<str:series_id>/", Series, READ_AND_CHANGE, "series"),
    _at("series/<str:series_id>/occurrences/", Series, OCCURRENCES, "occurrences"),
    _at("series/<str:series_id>/history/", SeriesHistory, LIST, "series-history"),
    _at("series/<str:series_id>/pauses/", Series, {"get": "pauses", "post": "pause"}, "series-pauses"),
    _at("series/<str:series_id>/pauses/<str:pause_id>/", Series, {"delete": "resume"}, "series-pause"),
    _at("series/<str:series_id>/enroll/", Enrollment, {"post": "create"}, "enroll"),
    _at("sites/", Sites, LIST, "sites"),
    _at("sites/<str:site_id>/", Sites, READ_AND_CHANGE, "site"),
    _at("sites/<str:site_id>/closures/", Closures, LIST_AND_CREATE, "closures"),
    _at(
        "sites/<str:site_id>/closures/<str:closure_id>/",
        Closures,
        {"patch": "partial_update", "delete": "destroy"},
        "closure",
    ),
    _at("tracks/", Tracks, {"post": "create"}, "tracks"),
    _at("standing-bookings/", StandingBookings, LIST, "standing-bookings"),
    _at("standing-bookings/<str:standing_id>/", StandingBookings, READ, "standing-booking"),
    _at("standing-bookings/<str:standing_id>/leave/", StandingBookings, {"post": "leave"}, "leave-series"),
    _at("bookings/", Bookings, LIST_AND_CREATE, "bookings"),
    _at("bookings/<str:booking_id>/", Bookings, READ, "booking"),
    _at("bookings/<str:booking_id>/cancel/", Bookings, {"post": "cancel"}, "cancel-booking"),
    _at("bookings/<str:booking_id>/move/", Bookings, {"post": "move"}, "move-booking"),
    _at("bookings/<str:booking_id>/accept/", Bookings, {"post": "accept"}, "accept-booking"),
    _at("bookings/<str:booking_id>/decline/", Bookings, {"post": "decline"}, "decline-booking"),
    _at(
        "bookings/<str:booking_id>/excuse/",
        Bookings,
        {"post": "excuse", "delete": "take_excuse_back"},
        "excuse-booking",
    ),
    _at("bookings/<str:booking_id>/check-in/", CheckIns, {"post": "create"}, "check-in"),
    _at("bookings/<str:booking_id>/invitations/", Invitations, LIST_AND_CREATE, "invitations"),
    _at(
        "bookings/<str:booking_id>/invitations/<str:invitation_id>/withdraw/",
        Invitations,
        {"post": "withdraw"},
        "withdraw-invitation",
    ),
    _at("keep-apart/", KeepAparts, LIST_AND_CREATE, "keep-aparts"),
    _at("keep-apart/<str:apart_id>/", KeepAparts, READ_CHANGE_DELETE, "keep-apart"),
    _at("weeks/", Board, LIST, "board"),
    _at("weeks/summary/", Board, {"get": "summary"}, "summary"),
    _at("weeks/<str:week_id>/", Weeks, READ, "one-week"),
    _at("weeks/<str:week_id>/close/", Weeks, {"post": "close"}, "close-week"),
    _at("weeks/<str:week_id>/revise/", Weeks, {"post": "revise"}, "revise-week"),
    _at("weeks/<str:week_id>/revisions/", Weeks, {"get": "revisions"}, "week-revisions"),
    _at("flags/", Flags, LIST, "flags"),
    _at("flags/<str:flag_id>/", Flags, READ, "flag"),
    _at("flags/<str:flag_id>/acknowledge/", Flags, {"post": "acknowledge"}, "acknowledge-flag"),
    _at("flags/<str:flag_id>/assign/", Flags, {"post": "assign"}, "assign-flag"),
    _at("flags/<str:flag_id>/notes/", Flags, {"get": "steps", "post": "note"}, "flag-notes"),
    _at("flags/<str:flag_id>/resolve/", Flags, {"post": "resolve"}, "resolve-flag"),
    _at("reports/", Reports, LIST_AND_CREATE, "reports"),
    _at("reports/<str:report_id>/", Reports, READ, "report"),
    _at("reports/<str:report_id>/cancel/", Reports, {"post": "cancel"}, "cancel-report"),
    _at("reports/<str:report_id>/file/", Reports, {"get": "file"}, "report-file"),
    _at("calendar-feeds/", CalendarFeeds, LIST_AND_CREATE, "calendar-feeds"),
    _at("calendar-feeds/<str:feed_id>/", CalendarFeeds, READ_CHANGE_DELETE, "calendar-feed"),
    _at("calendar-feeds/<str:feed_id>/rotate/", CalendarFeeds, {"post": "rotate"}, "rotate-feed"),
    _at("notification-preferences/", Preferences, READ_AND_CHANGE, "preferences"),
    _at("messages/", Messages, LIST, "messages"),
    re_path("", Nothing.as_view(), name="nothing"),
]
