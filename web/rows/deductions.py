"""Why minutes were not counted, in words for staff."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from web import format as figures


def deduction_words() -> dict[str, str]:
    """The words for each reason of a deduction, in the language of the page."""
    return {
        "break": _("break"),
        "late": _("late"),
        "early": _("left early"),
        "rounding": _("rounding"),
        "cutoff": _("past the limit for being late"),
        "absent": _("not there"),
    }


def taken_words(deductions: Iterable[Mapping[str, Any]]) -> list[str]:
    """ "15 break", "12 late"."""
    words = deduction_words()
    return [f"{one['minutes']} {words.get(one['why'], one['why'])}" for one in deductions]


def sum_words(planned: int, deductions: Iterable[Mapping[str, Any]]) -> str:
    """ "180 planned − 15 break − 12 late"."""
    parts = [_("%(minutes)d planned") % {"minutes": planned}, *taken_words(deductions)]
    return f" {figures.MINUS} ".join(parts)
