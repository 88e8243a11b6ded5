"""Excuses with their circumstances, and marks that were corrected after the signature: told by the row's own key, so
that nothing else of the demo is drawn otherwise."""

from datetime import datetime, timedelta
from typing import Any

from web.demo.attendance import Mark, Worth
from web.demo.sheets import as_json

SOURCES = {"work": "employer", "court": "court", "hospital": "care", "childcare": "family"}
"""Who gives an excuse for what; the patient for everything else."""

WITH_PAPER = ("court", "hospital", "work")
ONE_IN = 9
"""Of those who came late, so many were put down as on time at first."""

A_LITTLE_LATER = timedelta(minutes=7)
REASON = "Came later than it was put down"


def excuse_of(mark: Mark, booking: int, starts_at: datetime) -> tuple[str, datetime | None, bool]:
    """Who gave the excuse, when, and whether a document was seen; now and then it comes only afterwards."""
    if mark.status != "excused":
        return "", None, False
    hours = 1 if booking % 5 == 0 else -(3 + booking % 40)
    seen = mark.excuse in WITH_PAPER and booking % 2 == 0
    return SOURCES.get(mark.excuse, "patient"), starts_at + timedelta(hours=hours), seen


def is_corrected(mark: Mark, booking: int) -> bool:
    """Whether the mark said something else at its signature."""
    return mark.status == "present" and mark.arrived is not None and mark.left is None and booking % ONE_IN == 0


def correction_of(
    mark: Mark, worth: Worth, before: Worth, *, session: int, mode: str, starts_at: datetime
) -> tuple[str, str]:
    """What the trail and the amendment keep, as JSON: the facts before and since."""
    said: dict[str, Any] = {
        "session": session,
        "status": mark.status,
        "mode": mode,
        "left_at": None,
        "excuse_reason": "",
    }
    was = {**said, "arrived_at": None, "credited_minutes": before.credited_minutes}
    arrived = starts_at + timedelta(minutes=mark.arrived or 0)
    since = {**said, "arrived_at": arrived.isoformat(), "credited_minutes": worth.credited_minutes}
    return as_json(was), as_json(since)
