"""One noun a file."""

from scheduling.models.booking import Booking
from scheduling.models.series import SeriesPause, SessionSeries
from scheduling.models.invitation import Invitation
from scheduling.models.session import Session, SessionCounselor
from scheduling.models.standing import StandingBooking, StandingGap
from scheduling.models.work_hours import WorkHours

__all__ = [
    "Booking",
    "SeriesPause",
    "Invitation",
    "Session",
    "SessionCounselor",
    "SessionSeries",
    "StandingBooking",
    "StandingGap",
    "WorkHours",
]
