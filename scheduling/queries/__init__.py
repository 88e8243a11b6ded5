"""Reading sessions and bookings, and what stands for and against one; every list in a constant number of queries."""

from scheduling.queries.calendars import AdmissionCalendar, BookedRow, admission_for, calendar_of, load_calendars
from scheduling.queries.fits import SessionFit, option_of, sessions_with_fit
from scheduling.queries.lists import bookings_for_display, for_display, open_sessions

__all__ = [
    "AdmissionCalendar",
    "BookedRow",
    "SessionFit",
    "admission_for",
    "bookings_for_display",
    "calendar_of",
    "for_display",
    "load_calendars",
    "open_sessions",
    "option_of",
    "sessions_with_fit",
]
