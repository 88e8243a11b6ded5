"""Every page's address."""

from django.urls import URLPattern, URLResolver, path

from web.views.absences import patient_discharge, patient_leave
from web.views.amend import amend
from web.views.apart import apart, apart_end, patient_apart
from web.views.board_filters import filter_drop, filter_keep
from web.views.board_history import heat, trends
from web.views.board_preview import repairs
from web.views.board_repair import patient_repair, patient_repair_undo
from web.views.book import appointment, book, book_again, cancel_appointment
from web.views.calendar import calendar, calendar_change, calendar_revoke, calendar_rotate
from web.views.calls import calls, calls_note
from web.views.check_in import check_in
from web.views.closures import closure, closure_new
from web.views.compliance import compliance
from web.views.counselor_away import counselor_away
from web.views.counselor_times import (
    counselor_hours,
    counselor_hours_change,
    counselor_off_remove,
    counselor_profile,
    counselor_slots,
)
from web.views.counselors import counselor, counselors
from web.views.cover import session_cover
from web.views.door import door
from web.views.family import (
    family,
    family_consent,
    family_invite,
    family_remove,
    family_revoke,
    family_withdraw,
    patient_family,
)
from web.views.flag_actions import flag_acknowledge, flag_assign, flag_note, flag_resolve, patient_contact
from web.views.flags import flags
from web.views.history import (
    counselor_history,
    patient_history,
    schedule_history,
    series_history,
    session_history,
    site_history,
)
from web.views.home import home
from web.views.invitations import invitation
from web.views.ledger import patient_ledger
from web.views.letter import letter, patient_letter
from web.views.more import more
from web.views.move import move_appointment, move_appointment_back
from web.views.offers import accept_offer, decline_offer, offer
from web.views.outbox import outbox
from web.views.patient_bookings import patient_accept, patient_excuse, patient_excuse_back
from web.views.patient_requirements import patient_requirement, patient_requirements
from web.views.patient_sessions import patient_move, patient_move_back, patient_sessions
from web.views.patients import patient, patient_book, patient_cancel
from web.views.plan_suggestions import plan_suggestions, suggestion_accept, suggestion_dismiss
from web.views.plan_templates import plan_template, plan_template_new, plan_template_remove, plan_templates
from web.views.plans import patient_plan
from web.views.preferences import preferences
from web.views.program_credentials import program_credentials
from web.views.program_make_ups import program_make_ups
from web.views.programs import program, program_policy_withdraw, program_requirement, programs
from web.views.report_runs import report_run, report_run_cancel, report_run_file
from web.views.reports import packet, report_file, report_page, reports
from web.views.roster import roster
from web.views.roster_live import roster_live
from web.views.schedule import schedule
from web.views.schedule_series import schedule_series, schedule_series_new
from web.views.schedule_sessions import schedule_session, schedule_session_new
from web.views.sign_in import sign_in_sheet, sign_in_slips
from web.views.sites import site
from web.views.styleguide import styleguide
from web.views.today import today
from web.views.track_design import tracks
from web.views.tracks import patient_join, patient_leave_series, patient_tracks
from web.views.treatment_week import treatment_week, treatment_week_close, treatment_week_revise
from web.views.walk_ins import walk_in
from web.views.week import week
from web.views.week_repair import week_repair, week_repair_undo
from web.views.work_hours import work_day, work_day_clear, work_hours

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("apart/<int:apart_id>/", apart, name="apart"),
    path("apart/<int:apart_id>/end/", apart_end, name="apart-end"),
    path("attendance/<int:attendance_id>/amend/", amend, name="amend"),
    path("book/", book, name="book"),
    path("bookings/<int:booking_id>/", appointment, name="appointment"),
    path("bookings/<int:booking_id>/accept/", accept_offer, name="accept-offer"),
    path("bookings/<int:booking_id>/again/", book_again, name="book-again"),
    path("bookings/<int:booking_id>/cancel/", cancel_appointment, name="cancel-appointment"),
    path("bookings/<int:booking_id>/decline/", decline_offer, name="decline-offer"),
    path("bookings/<int:booking_id>/move/", move_appointment, name="move-appointment"),
    path("bookings/<int:booking_id>/move/back/", move_appointment_back, name="move-appointment-back"),
    path("calendar/", calendar, name="calendar"),
    path("calendar/<int:pk>/", calendar_change, name="calendar-change"),
    path("calendar/<int:pk>/revoke/", calendar_revoke, name="calendar-revoke"),
    path("calendar/<int:pk>/rotate/", calendar_rotate, name="calendar-rotate"),
    path("calls/", calls, name="calls"),
    path("calls/<int:patient_id>/", calls_note, name="calls-note"),
    path("check-in/", check_in, name="check-in"),
    path("compliance/", compliance, name="compliance"),
    path("compliance/filters/", filter_keep, name="board-filter-keep"),
    path("compliance/filters/<int:filter_id>/drop/", filter_drop, name="board-filter-drop"),
    path("compliance/heat/", heat, name="heat"),
    path("compliance/repairs/", repairs, name="repairs"),
    path("compliance/trends/", trends, name="trends"),
    path("counselors/", counselors, name="counselors"),
    path("counselors/<int:counselor_id>/", counselor, name="counselor"),
    path("counselors/<int:counselor_id>/away/", counselor_away, name="counselor-away"),
    path("counselors/<int:counselor_id>/history/", counselor_history, name="counselor-history"),
    path("counselors/<int:counselor_id>/hours/", counselor_hours, name="counselor-hours"),
    path("counselors/<int:counselor_id>/hours/<int:hours_id>/", counselor_hours_change, name="counselor-hours-change"),
    path("counselors/<int:counselor_id>/profile/", counselor_profile, name="counselor-profile"),
    path("counselors/<int:counselor_id>/slots/", counselor_slots, name="counselor-slots"),
    path(
        "counselors/<int:counselor_id>/time-off/<int:off_id>/remove/", counselor_off_remove, name="counselor-off-remove"
    ),
    path("dev/outbox/", outbox, name="outbox"),
    path("family/", family, name="family"),
    path("family/invitations/<int:invitation_id>/withdraw/", family_withdraw, name="family-withdraw"),
    path("family/members/<int:member_id>/consent/", family_consent, name="family-consent"),
    path("family/members/<int:member_id>/invite/", family_invite, name="family-invite"),
    path("family/members/<int:member_id>/remove/", family_remove, name="family-remove"),
    path("family/members/<int:member_id>/revoke/", family_revoke, name="family-revoke"),
    path("flags/", flags, name="flags"),
    path("flags/<int:flag_id>/acknowledge/", flag_acknowledge, name="flag-acknowledge"),
    path("flags/<int:flag_id>/assign/", flag_assign, name="flag-assign"),
    path("flags/<int:flag_id>/notes/", flag_note, name="flag-note"),
    path("flags/<int:flag_id>/resolve/", flag_resolve, name="flag-resolve"),
    path("invitations/<str:token>/", invitation, name="invitation"),
    path("letter/", letter, name="letter"),
    path("more/", more, name="more"),
    path("offers/<str:token>/", offer, name="offer"),
    path("patients/<int:patient_id>/", patient, name="patient"),
    path("patients/<int:patient_id>/apart/", patient_apart, name="patient-apart"),
    path("patients/<int:patient_id>/book/", patient_book, name="patient-book"),
    path("patients/<int:patient_id>/bookings/<int:booking_id>/cancel/", patient_cancel, name="patient-cancel"),
    path("patients/<int:patient_id>/bookings/<int:booking_id>/accept/", patient_accept, name="patient-accept"),
    path("patients/<int:patient_id>/bookings/<int:booking_id>/excuse/", patient_excuse, name="patient-excuse"),
    path(
        "patients/<int:patient_id>/bookings/<int:booking_id>/excuse/back/",
        patient_excuse_back,
        name="patient-excuse-back",
    ),
    path("patients/<int:patient_id>/bookings/<int:booking_id>/move/", patient_move, name="patient-move"),
    path(
        "patients/<int:patient_id>/bookings/<int:booking_id>/move/back/",
        patient_move_back,
        name="patient-move-back",
    ),
    path("patients/<int:patient_id>/contact/", patient_contact, name="patient-contact"),
    path("patients/<int:patient_id>/family/", patient_family, name="patient-family"),
    path("patients/<int:patient_id>/repair/", patient_repair, name="patient-repair"),
    path("patients/<int:patient_id>/repair/undo/", patient_repair_undo, name="patient-repair-undo"),
    path("patients/<int:patient_id>/discharge/", patient_discharge, name="patient-discharge"),
    path("patients/<int:patient_id>/leave/", patient_leave, name="patient-leave"),
    path("patients/<int:patient_id>/history/", patient_history, name="patient-history"),
    path("patients/<int:patient_id>/ledger/", patient_ledger, name="patient-ledger"),
    path("patients/<int:patient_id>/letter/", patient_letter, name="patient-letter"),
    path("patients/<int:patient_id>/plan/", patient_plan, name="patient-plan"),
    path("patients/<int:patient_id>/requirements/", patient_requirements, name="patient-requirements"),
    path("patients/<int:patient_id>/requirements/new/", patient_requirement, name="patient-requirement-new"),
    path(
        "patients/<int:patient_id>/requirements/<int:requirement_id>/",
        patient_requirement,
        name="patient-requirement",
    ),
    path("patients/<int:patient_id>/sessions/", patient_sessions, name="patient-sessions"),
    path("patients/<int:patient_id>/tracks/", patient_tracks, name="patient-tracks"),
    path("patients/<int:patient_id>/tracks/join/", patient_join, name="patient-join"),
    path(
        "patients/<int:patient_id>/tracks/<int:standing_id>/leave/", patient_leave_series, name="patient-leave-series"
    ),
    path("plans/suggestions/", plan_suggestions, name="plan-suggestions"),
    path("plans/suggestions/<int:suggestion_id>/accept/", suggestion_accept, name="suggestion-accept"),
    path("plans/suggestions/<int:suggestion_id>/dismiss/", suggestion_dismiss, name="suggestion-dismiss"),
    path("preferences/", preferences, name="preferences"),
    path("reports/", reports, name="reports"),
    path("reports/packet/", packet, name="report-packet"),
    path("reports/runs/<int:run_id>/", report_run, name="report-run"),
    path("reports/runs/<int:run_id>/cancel/", report_run_cancel, name="report-run-cancel"),
    path("reports/runs/<int:run_id>/file/", report_run_file, name="report-run-file"),
    path("reports/<slug:kind>/", report_page, name="report"),
    path("reports/<slug:kind>/file/", report_file, name="report-file"),
    path("programs/", programs, name="programs"),
    path("programs/<int:program_id>/", program, name="program"),
    path("programs/<int:program_id>/credentials/", program_credentials, name="program-credentials"),
    path("programs/<int:program_id>/make-ups/", program_make_ups, name="program-make-ups"),
    path("programs/<int:program_id>/policy/withdraw/", program_policy_withdraw, name="program-policy-withdraw"),
    path("programs/<int:program_id>/requirements/new/", program_requirement, name="program-requirement-new"),
    path(
        "programs/<int:program_id>/requirements/<int:requirement_id>/",
        program_requirement,
        name="program-requirement",
    ),
    path("programs/<int:program_id>/templates/", plan_templates, name="plan-templates"),
    path("programs/<int:program_id>/templates/new/", plan_template_new, name="plan-template-new"),
    path("programs/<int:program_id>/templates/<int:template_id>/", plan_template, name="plan-template"),
    path(
        "programs/<int:program_id>/templates/<int:template_id>/remove/",
        plan_template_remove,
        name="plan-template-remove",
    ),
    path("schedule/", schedule, name="schedule"),
    path("schedule/history/", schedule_history, name="schedule-history"),
    path("schedule/series/new/", schedule_series_new, name="schedule-series-new"),
    path("schedule/series/<int:series_id>/", schedule_series, name="schedule-series"),
    path("schedule/series/<int:series_id>/history/", series_history, name="series-history"),
    path("schedule/sessions/new/", schedule_session_new, name="schedule-session-new"),
    path("schedule/sessions/<int:session_id>/", schedule_session, name="schedule-session"),
    path("schedule/sessions/<int:session_id>/history/", session_history, name="session-history"),
    path("sessions/<int:session_id>/cover/", session_cover, name="session-cover"),
    path("sessions/<int:session_id>/roster/", roster, name="roster"),
    path("sessions/<int:session_id>/sign-in/", sign_in_sheet, name="sign-in-sheet"),
    path("sessions/<int:session_id>/slips/", sign_in_slips, name="sign-in-slips"),
    path("sessions/<int:session_id>/roster/live/", roster_live, name="roster-live"),
    path("sessions/<int:session_id>/roster/walk-in/", walk_in, name="walk-in"),
    path("sites/<int:site_id>/door/", door, name="door"),
    path("sites/<int:site_id>/", site, name="site"),
    path("sites/<int:site_id>/history/", site_history, name="site-history"),
    path("sites/<int:site_id>/closures/new/", closure_new, name="closure-new"),
    path("sites/<int:site_id>/closures/<int:closure_id>/", closure, name="closure"),
    path("styleguide/", styleguide, name="styleguide"),
    path("today/", today, name="today"),
    path("tracks/", tracks, name="tracks"),
    path("week/", week, name="week"),
    path("weeks/<int:week_id>/", treatment_week, name="treatment-week"),
    path("weeks/<int:week_id>/close/", treatment_week_close, name="treatment-week-close"),
    path("weeks/<int:week_id>/revise/", treatment_week_revise, name="treatment-week-revise"),
    path("week/repair/", week_repair, name="week-repair"),
    path("week/repair/undo/", week_repair_undo, name="week-repair-undo"),
    path("work-hours/", work_hours, name="work-hours"),
    path("work-hours/day/", work_day, name="work-day"),
    path("work-hours/day/clear/", work_day_clear, name="work-day-clear"),
]
