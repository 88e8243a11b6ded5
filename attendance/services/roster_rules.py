"""What a mark on a roster may say, asked alike by the API and the pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from attendance.domain.marks import CAME, MARK_FIELDS, UNSAID, WITH_REASON, Mark, Unsaid, merge, status_said
from attendance.enums import AttendanceMode, AttendanceStatus, ExcuseSource
from attendance.errors import TooEarly
from attendance.models.record import LONGEST_REMARK
from people.errors import InvalidInput
from people.models import Program
from scheduling.enums import Mode
from scheduling.models import Session

OPENS_BEFORE = timedelta(minutes=60)
"""How long before its start a session's arrivals may be marked."""

FAR_FROM_SESSION = timedelta(hours=12)
"""A time further than this from the session is taken for a slip of the date."""

OF_AN_EXCUSE = ("excuse_given_by", "excuse_given_at", "document_seen")


@dataclass(frozen=True)
class RosterRow:
    """What is said of one booking; what is left UNSAID stays as it was.

    `status` None takes the mark away; a `mode` of None is the one said before, or the session's own; times of None are
    the session's own.
    """

    booking_id: int
    status: str | Unsaid | None = UNSAID
    mode: str | Unsaid | None = UNSAID
    arrived_at: datetime | Unsaid | None = UNSAID
    left_at: datetime | Unsaid | None = UNSAID
    excuse_reason: str | Unsaid = UNSAID
    excuse_given_by: str | Unsaid = UNSAID
    excuse_given_at: datetime | Unsaid | None = UNSAID
    document_seen: bool | Unsaid = UNSAID
    remark: str | Unsaid = UNSAID

    @property
    def said(self) -> dict[str, Any]:
        """The fields that something is said of."""
        return {name: value for name in MARK_FIELDS if (value := getattr(self, name)) is not UNSAID}


def excuse_reasons(program: Program) -> tuple[str, ...]:
    """What somebody may be excused for: the program's own list, or the usual one."""
    return program.reasons_to_excuse


def own_mode(session: Session) -> str:
    """How one attends unless it is said otherwise."""
    return AttendanceMode.TELEHEALTH if session.mode == Mode.TELEHEALTH else AttendanceMode.IN_PERSON


def check_rows(
    rows: Sequence[RosterRow],
    session: Session,
    booking_ids: Collection[int],
    marks: Mapping[int, Mark],
    *,
    now: datetime,
) -> None:
    """Raises InvalidInput, each wrong field named by its row ("rows[3].left_at"), or TooEarly before the session.

    `marks` are those that stand, by booking: a row is judged as what it makes of them.
    """
    reasons = excuse_reasons(session.program)
    errors: dict[str, list[Any]] = {}
    seen: set[int] = set()
    for position, row in enumerate(rows):
        found = row_errors(row, session, reasons, before=marks.get(row.booking_id), now=now)
        if row.booking_id not in booking_ids:
            found["booking"] = _("This booking is not on the roster.")
        elif row.booking_id in seen:
            found["booking"] = _("This booking is marked twice.")
        seen.add(row.booking_id)
        errors.update({f"rows[{position}].{field}": [sentence] for field, sentence in found.items()})
    if errors:
        raise InvalidInput(errors)
    early = [row.booking_id for row in rows if _too_early(row, session, marks.get(row.booking_id), now=now)]
    if early:
        raise TooEarly(
            _("Arrivals are marked from an hour before the start, absences from the start."),
            bookings=[str(booking_id) for booking_id in early],
        )


def row_errors(
    row: RosterRow, session: Session, reasons: Collection[str], *, before: Mark | None, now: datetime
) -> dict[str, Any]:
    """The wrong fields of one row, each with its sentence."""
    found: dict[str, Any] = {}
    said, status = row.said, status_said(row.said, before)
    if status is UNSAID or (status is not None and status not in AttendanceStatus.values):
        found["status"] = _("Say present, excused, no_show or turned_away.")
    if said.get("mode") is not None and said["mode"] not in AttendanceMode.values:
        found["mode"] = _("One attends in_person or by telehealth.")
    found.update(_time_errors(said, status, session))
    if not found and isinstance(status, str):
        found.update(_order_errors(said, merge(said, before, own_mode=own_mode(session))))
    found.update(_reason_errors(said, status, reasons, before))
    found.update(_excuse_errors(said, status, now=now))
    if len(said.get("remark", "")) > LONGEST_REMARK:
        found["remark"] = _("A remark is 200 characters at most.")
    return found


def _time_errors(said: Mapping[str, Any], status: object, session: Session) -> dict[str, Any]:
    """What is wrong with the arrival and the departure, each by itself."""
    found: dict[str, Any] = {}
    for field in ("arrived_at", "left_at"):
        instant = said.get(field)
        if instant is None:
            continue
        if instant.tzinfo is None:
            found[field] = _("The time needs its offset from UTC.")
        elif status not in CAME:
            found[field] = _("Only somebody who came has a time.")
        elif not session.starts_at - FAR_FROM_SESSION <= instant <= session.ends_at + FAR_FROM_SESSION:
            found[field] = _("This time is too far from the session.")
    return found


def _order_errors(said: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    """An arrival after the departure, named where it was said just now."""
    if not (mark.arrived_at and mark.left_at and mark.left_at < mark.arrived_at):
        return {}
    field = "left_at" if said.get("left_at") or "arrived_at" not in said else "arrived_at"
    return {field: _("Somebody cannot leave before they arrive.")}


def _reason_errors(
    said: Mapping[str, Any], status: object, reasons: Collection[str], before: Mark | None
) -> dict[str, Any]:
    reason = said.get("excuse_reason")
    if not reason:
        return {}
    if status not in WITH_REASON:
        return {"excuse_reason": _("A reason goes with an excuse, or with somebody who came late or left early.")}
    known = reason in reasons or (before is not None and reason == before.excuse_reason)
    return {} if known else {"excuse_reason": _("The program's list has no such reason.")}


def _excuse_errors(said: Mapping[str, Any], status: object, *, now: datetime) -> dict[str, Any]:
    """What is wrong with who gave the excuse, when, and with what."""
    found: dict[str, Any] = {}
    if status != AttendanceStatus.EXCUSED:
        return {name: _("This goes with an excuse.") for name in OF_AN_EXCUSE if said.get(name)}
    if said.get("excuse_given_by") and said["excuse_given_by"] not in ExcuseSource.values:
        found["excuse_given_by"] = _("Say patient, family, employer, court, care or clinic.")
    given_at = said.get("excuse_given_at")
    if given_at is not None and given_at.tzinfo is None:
        found["excuse_given_at"] = _("The time needs its offset from UTC.")
    elif given_at is not None and given_at > now:
        found["excuse_given_at"] = _("An excuse cannot have been given later than now.")
    return found


def _too_early(row: RosterRow, session: Session, before: Mark | None, *, now: datetime) -> bool:
    """Excuses come any time, arrivals shortly before the start, and nobody is missing before it."""
    status = status_said(row.said, before)
    if status is None or status == AttendanceStatus.EXCUSED or (before is not None and status == before.status):
        return False
    if status == AttendanceStatus.NO_SHOW:
        return now < session.starts_at
    return now < session.starts_at - OPENS_BEFORE
