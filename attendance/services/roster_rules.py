"""What a mark on a roster may say, asked alike by the API and the pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.errors import TooEarly
from people.errors import InvalidInput
from people.models import Program
from scheduling.models import Session

OPENS_BEFORE = timedelta(minutes=60)
"""How long before its start a session's arrivals may be marked."""

FAR_FROM_SESSION = timedelta(hours=12)
"""A time further than this from the session is taken for a slip of the date."""


@dataclass(frozen=True)
class RosterRow:
    """One mark. `status` None takes a mark away; `mode` None keeps what was said before, or the session's own.

    Without `arrived_at` or `left_at` somebody present was there from the start, or to the end.
    """

    booking_id: int
    status: str | None
    mode: str | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    excuse_reason: str = ""


def excuse_reasons(program: Program) -> tuple[str, ...]:
    """What somebody may be excused for: the program's own list, or the usual one."""
    return program.reasons_to_excuse


def check_rows(rows: Sequence[RosterRow], session: Session, booking_ids: Collection[int], *, now: datetime) -> None:
    """Raises InvalidInput, each wrong field named by its row ("rows[3].left_at"), or TooEarly before the session."""
    reasons = excuse_reasons(session.program)
    errors: dict[str, list[Any]] = {}
    seen: set[int] = set()
    for position, row in enumerate(rows):
        found = row_errors(row, session, reasons)
        if row.booking_id not in booking_ids:
            found["booking"] = _("This booking is not on the roster.")
        elif row.booking_id in seen:
            found["booking"] = _("This booking is marked twice.")
        seen.add(row.booking_id)
        errors.update({f"rows[{position}].{field}": [sentence] for field, sentence in found.items()})
    if errors:
        raise InvalidInput(errors)
    early = [row.booking_id for row in rows if _too_early(row, session, now=now)]
    if early:
        raise TooEarly(
            _("Arrivals are marked from an hour before the start, absences from the start."),
            bookings=[str(booking_id) for booking_id in early],
        )


def row_errors(row: RosterRow, session: Session, reasons: Collection[str]) -> dict[str, Any]:
    """The wrong fields of one row, each with its sentence."""
    found: dict[str, Any] = {}
    if row.status is not None and row.status not in AttendanceStatus.values:
        found["status"] = _("Say present, excused, no_show or turned_away.")
    if row.mode is not None and row.mode not in AttendanceMode.values:
        found["mode"] = _("One attends in_person or by telehealth.")
    found.update(_time_errors(row, session))
    if row.excuse_reason and row.status != AttendanceStatus.EXCUSED:
        found["excuse_reason"] = _("A reason goes with an excuse.")
    elif row.excuse_reason and row.excuse_reason not in reasons:
        found["excuse_reason"] = _("The program's list has no such reason.")
    return found


def _time_errors(row: RosterRow, session: Session) -> dict[str, Any]:
    """What is wrong with the arrival and the departure."""
    found: dict[str, Any] = {}
    came = row.status in (AttendanceStatus.PRESENT, AttendanceStatus.TURNED_AWAY)
    for field, instant in (("arrived_at", row.arrived_at), ("left_at", row.left_at)):
        if instant is None:
            continue
        if instant.tzinfo is None:
            found[field] = _("The time needs its offset from UTC.")
        elif not came:
            found[field] = _("Only somebody who came has a time.")
        elif not session.starts_at - FAR_FROM_SESSION <= instant <= session.ends_at + FAR_FROM_SESSION:
            found[field] = _("This time is too far from the session.")
    if not found and row.arrived_at and row.left_at and row.left_at < row.arrived_at:
        found["left_at"] = _("Somebody cannot leave before they arrive.")
    return found


def _too_early(row: RosterRow, session: Session, *, now: datetime) -> bool:
    """Excuses come any time, arrivals shortly before the start, and nobody is missing before it."""
    if row.status is None or row.status == AttendanceStatus.EXCUSED:
        return False
    if row.status == AttendanceStatus.NO_SHOW:
        return now < session.starts_at
    return now < session.starts_at - OPENS_BEFORE
