"""Why minutes were not counted, in words for staff."""

from django.utils.translation import gettext as _


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
