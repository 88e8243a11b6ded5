"""Offered, scheduled, attended, billable: four figures that different people test, each named and kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import TreatmentWeek
from attendance.services.figures import BILLABLE_DAY_MINUTES
from web import format as figures


@dataclass(frozen=True)
class NamedFigure:
    """A figure, its word, and in a sentence how it comes about."""

    value: str
    word: str
    meaning: str


def four_figures(week: TreatmentWeek) -> Sequence[NamedFigure]:
    """The week's four, in the order in which one leads to the next."""
    day = figures.minutes(BILLABLE_DAY_MINUTES)
    return [
        NamedFigure(
            figures.minutes(week.offered_minutes),
            _("offered"),
            _("The most that one person could attend of what had a seat, whatever their work."),
        ),
        NamedFigure(
            figures.minutes(week.scheduled_minutes),
            _("scheduled"),
            _("What was booked, attended or not, without breaks."),
        ),
        NamedFigure(
            figures.minutes(week.credited_minutes),
            _("attended"),
            _("Credited minutes of signed and marked sessions: this counts towards the goal."),
        ),
        NamedFigure(
            str(week.billable_days),
            ngettext("billable day", "billable days", week.billable_days),
            _("Days with at least %(day)s credited.") % {"day": day},
        ),
    ]
