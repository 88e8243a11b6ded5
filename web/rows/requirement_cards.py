"""The rules asked beside the plan on cards of their own, for the ledger."""

import datetime as dt

from django.utils.translation import gettext as _

from attendance.domain.requirements import PeriodsJudgement, Window
from attendance.queries.requirements import JudgedRequirement
from people.models import Admission
from web import format as figures
from web.rows.ledger import Box, RequirementCard
from web.rows.requirements import month_word, result_of, rule_of


def card_of(one: JudgedRequirement, stay: str = "") -> RequirementCard:
    """A rule on its own card: who asks, in which `stay` if there are several, how it stands, a box for each stretch."""
    row, judged = one.requirement, one.judgement
    boxes: list[Box] = []
    if isinstance(judged, PeriodsJudgement):
        for period in judged.periods:
            label = _period(judged.window, period.starts_on)
            boxes.append(Box(period.met if period.full or period.met else None, label))
    asked_by = " · ".join(part for part in (row.get_asked_by_display(), row.name, stay) if part)
    return RequirementCard(asked_by, rule_of(row), result_of(judged, row), boxes)


def stay_words(admission: Admission) -> str:
    """ "stay since 16 Nov", "stay of 5 Oct – 15 Nov"."""
    if admission.discharged_on is None:
        return _("stay since %(day)s") % {"day": figures.day_range(admission.admitted_on, admission.admitted_on)}
    return _("stay of %(days)s") % {"days": figures.day_range(admission.admitted_on, admission.discharged_on)}


def _period(window: str, starts_on: dt.date) -> str:
    if window == Window.MONTH:
        return month_word(starts_on)
    return figures.day_range(starts_on, starts_on + dt.timedelta(days=6))
