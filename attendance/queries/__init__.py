"""Reading rosters, weeks and flags; every list in a constant number of queries."""

from attendance.queries.board import TREND_WEEKS, Board, TrendPoint, board, trends, week_summary
from attendance.queries.flags import flags_for_display, flags_for_week
from attendance.queries.roster import RosterLine, roster_of, roster_rows, roster_stamp
from attendance.queries.weeks import patient_weeks, unsigned_sessions

__all__ = [
    "TREND_WEEKS",
    "Board",
    "RosterLine",
    "TrendPoint",
    "board",
    "flags_for_display",
    "flags_for_week",
    "patient_weeks",
    "roster_of",
    "roster_rows",
    "roster_stamp",
    "trends",
    "unsigned_sessions",
    "week_summary",
]
