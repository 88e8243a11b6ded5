"""The policies by which minutes were counted, in words."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from attendance.models import AttendanceRecord
from attendance.queries.reports.foot import policy_words
from web import format as figures


def policy_lines(records: Iterable[AttendanceRecord]) -> list[str]:
    """Each policy that the records keep, with the days of the sessions that were counted by it, oldest first."""
    days: dict[str, list[dt.date]] = {}
    for record in records:
        on = record.starts_at.astimezone(record.session.site.zone).date()
        days.setdefault(policy_words(record.policy), []).append(on)
    return [
        _("%(days)s: %(policy)s") % {"days": figures.day_range(min(on), max(on)), "policy": words}
        for words, on in sorted(days.items(), key=lambda one: min(one[1]))
    ]
