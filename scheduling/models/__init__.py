"""One noun a file."""

from scheduling.models.availability import CounselorAvailability, TimeOff
from scheduling.models.booking import Booking
from scheduling.models.invitation import Invitation
from scheduling.models.keep_apart import ApartSide, KeepApart
from scheduling.models.series import SeriesPause, SessionSeries
from scheduling.models.session import Session, SessionCounselor
from scheduling.models.standing import StandingBooking, StandingGap
from scheduling.models.work_hours import WorkHours

__all__ = [
    "ApartSide",
    "Booking",
    "CounselorAvailability",
    "Invitation",
    "KeepApart",
    "SeriesPause",
    "Session",
    "SessionCounselor",
    "SessionSeries",
    "StandingBooking",
    "StandingGap",
    "TimeOff",
    "WorkHours",
]
