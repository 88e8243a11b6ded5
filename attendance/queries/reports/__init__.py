"""Reports, by kind: each reads chunk by chunk, a constant number of queries for each chunk."""

from collections.abc import Callable
from datetime import datetime

from attendance.domain.reports import Report, ReportAsked, Told
from attendance.enums import ReportKind
from attendance.queries.reports.days import days_report
from attendance.queries.reports.history import history_report
from attendance.queries.reports.hours import hours_report
from attendance.queries.reports.ledgers import ledger_report, packet_report
from attendance.queries.reports.summary import summary_report
from people.models import User

Maker = Callable[[User, ReportAsked, datetime, Told], Report]

MAKERS: dict[ReportKind, Maker] = {
    ReportKind.HOURS: hours_report,
    ReportKind.GRID: days_report,
    ReportKind.SUMMARY: summary_report,
    ReportKind.LEDGER: ledger_report,
    ReportKind.HISTORY: history_report,
    ReportKind.PACKET: packet_report,
}


def report(user: User, asked: ReportAsked, *, now: datetime, told: Told) -> Report:
    """The report as this account may see it. Nothing is read before its rows are asked for; `told` hears, before
    each chunk of rows, whom they are about.
    """
    return MAKERS[ReportKind(asked.kind)](user, asked, now, told)
