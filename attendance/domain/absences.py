"""How many absences a record ends with: what makes one of them worth a call."""

from collections.abc import Sequence

PRESENT, NO_SHOW = "present", "no_show"

COUNTED = (PRESENT, NO_SHOW)
"""An excused absence and one that was turned away are passed over: they neither count nor end a row."""


def misses_in_a_row(statuses: Sequence[str]) -> int:
    """How many unexcused absences in a row the marks, in order of time, end with."""
    row = 0
    for status in reversed([one for one in statuses if one in COUNTED]):
        if status == PRESENT:
            break
        row += 1
    return row
