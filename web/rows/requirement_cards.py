"""The rules asked beside the plan on cards of their own, for the ledger."""

import datetime as dt

from attendance.domain.requirements import PeriodsJudgement, Window
from attendance.queries.requirements import JudgedRequirement
from web import format as figures
from web.rows.ledger import Box, RequirementCard
from web.rows.requirements import month_word, result_of, rule_of


def card_of(one: JudgedRequirement) -> RequirementCard:
    """A rule on its own card: who asks, how it stands, and a box for each week or month."""
    row, judged = one.requirement, one.judgement
    boxes: list[Box] = []
    if isinstance(judged, PeriodsJudgement):
        for period in judged.periods:
            label = _period(judged.window, period.starts_on)
            boxes.append(Box(period.met if period.full or period.met else None, label))
    return RequirementCard(f"{row.get_asked_by_display()} · {row.name}", rule_of(row), result_of(judged, row), boxes)


def _period(window: str, starts_on: dt.date) -> str:
    if window == Window.MONTH:
        return month_word(starts_on)
    return figures.day_range(starts_on, starts_on + dt.timedelta(days=6))
