"""One noun a file."""

from attendance.models.amendment import Amendment
from attendance.models.board_filter import BoardFilter
from attendance.models.flag import Flag
from attendance.models.mark import RecountMark
from attendance.models.outreach import Outreach
from attendance.models.plan_suggestion import PlanSuggestion
from attendance.models.record import AttendanceRecord
from attendance.models.report_run import ReportPiece, ReportRun
from attendance.models.requirement import Requirement
from attendance.models.revision import WeekRevision
from attendance.models.roster import Roster
from attendance.models.week import TreatmentWeek

__all__ = [
    "Amendment",
    "AttendanceRecord",
    "BoardFilter",
    "Flag",
    "Outreach",
    "PlanSuggestion",
    "RecountMark",
    "ReportPiece",
    "ReportRun",
    "Requirement",
    "Roster",
    "TreatmentWeek",
    "WeekRevision",
]
