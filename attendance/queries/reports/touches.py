"""Who touched the weeks of a ledger, as a table of its file: every look and change that the trail holds."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.domain.reports import ReportAsked, ReportTable, Row
from attendance.queries.touch_words import reason_words, touch_words
from attendance.queries.touched import touched
from attendance.queries.weeks import patient_weeks

MOST = 5_000


def touches_table(asked: ReportAsked) -> ReportTable:
    """The latest first; constant queries. The caller has made sure that the one person is seen."""
    columns = (_("When"), _("Who"), _("What"), _("Reason"), _("Week"))
    return ReportTable(_("Who touched it"), columns, _rows(asked))


def _rows(asked: ReportAsked) -> Iterator[Row]:
    weeks = list(patient_weeks(asked.patient_ids[0], first=asked.first, last=asked.last))
    zone = weeks[0].site.zone if weeks else ZoneInfo("UTC")
    for one in touched(weeks, most=MOST):
        when = one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        yield (when, one.by or _("The system"), touch_words(one.entry.action), reason_words(one.entry.reason), one.week)
