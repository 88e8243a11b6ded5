"""One noun a file."""

from scheduling.models.booking import Booking
from scheduling.models.invitation import Invitation
from scheduling.models.series import SeriesPause, SessionSeries
from scheduling.models.session import Session, SessionCounselor
from scheduling.models.standing import StandingBooking, StandingGap
from scheduling.models.work_hours import WorkHours

__all__ = [
    "Booking",
    "Invitation",
    "SeriesPause",
    "Session",
    "SessionCounselor",
    "SessionSeries",
    "StandingBooking",
    "StandingGap",
    "WorkHours",
]
