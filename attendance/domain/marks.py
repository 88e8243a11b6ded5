"""What a mark says, and how a change of some of its fields meets what was said before.

Two people may mark the same person at the same time: each field that is said is written, the others stay (the later
edit wins by field). Only what the new status cannot hold goes away with the old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final


class Unsaid(Enum):
    """The one value of a field that nothing was said of."""

    UNSAID = "unsaid"

    def __bool__(self) -> bool:
        return False


UNSAID: Final = Unsaid.UNSAID

CAME = ("present", "turned_away")
"""Who came has times."""

WITH_REASON = ("present", "excused")
"""Why somebody is excused; of somebody present, why they came late or left early."""


@dataclass(frozen=True)
class Mark:
    """All that is said of one attendance. Without a time, somebody present was there from the start, or to the end.

    An excuse has its reason, who gave it and when, and whether a document was seen. `remark` is administrative.
    """

    status: str
    mode: str
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    excuse_reason: str = ""
    excuse_given_by: str = ""
    excuse_given_at: datetime | None = None
    document_seen: bool = False
    remark: str = ""


MARK_FIELDS: Final = tuple(field.name for field in fields(Mark))


def status_said(said: Mapping[str, Any], before: Mark | None) -> str | Unsaid | None:
    """The status that a row leads to: said, kept, or meant by what else it says; UNSAID where nothing tells.

    A time alone means present, what belongs to an excuse alone means excused. None takes the mark away.
    """
    status: str | Unsaid | None = said.get("status", UNSAID)
    if status is not UNSAID:
        return status
    if before is not None:
        return before.status
    if said.get("arrived_at") or said.get("left_at"):
        return "present"
    if any(said.get(name) for name in ("excuse_reason", "excuse_given_by", "excuse_given_at", "document_seen")):
        return "excused"
    return UNSAID


def merge(said: Mapping[str, Any], before: Mark | None, *, own_mode: str) -> Mark:
    """The mark with what was said. A mode of None keeps what was said before, or the session's own.

    Where the status changes, what the new one cannot hold and nobody said again goes: times of somebody who did not
    come, the reason, and what belongs to an excuse.
    """
    status = status_said(said, before)
    if not isinstance(status, str):
        raise ValueError("a mark that is taken away, or of which nothing is said, is not merged")
    kept = before or Mark(status, own_mode)
    if status != kept.status:
        kept = _for_status(kept, status)
    given = {name: said[name] for name in MARK_FIELDS if said.get(name, UNSAID) is not UNSAID}
    if given.get("mode") is None:
        given.pop("mode", None)
    return replace(kept, **given)


def _for_status(mark: Mark, status: str) -> Mark:
    came = status in CAME
    return Mark(
        status,
        mark.mode,
        arrived_at=mark.arrived_at if came else None,
        left_at=mark.left_at if came else None,
        remark=mark.remark,
    )
