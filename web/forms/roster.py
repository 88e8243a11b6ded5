"""The marks that a roster's page sends: plain fields named by their booking."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.services.roster_rules import RosterRow
from people.domain.time import resolve_wall
from people.errors import InvalidInput
from scheduling.enums import Mode
from scheduling.models import Session

CAME = (AttendanceStatus.PRESENT, AttendanceStatus.TURNED_AWAY)
A_DAY = timedelta(days=1)
_NAME = re.compile(r"(?P<field>status|arrived|left|excuse|mode)-(?P<key>\d{1,18})")
_ROW = re.compile(r"rows\[(?P<position>\d+)\]\.\w+")


@dataclass
class Marks:
    """What was sent. `errors` holds the sentences by booking; rows with an error are not among `rows`."""

    rows: list[RosterRow] = field(default_factory=list)
    errors: dict[int, list[str]] = field(default_factory=dict)
    typed: dict[int, dict[str, str]] = field(default_factory=dict)

    def blame(self, refused: InvalidInput) -> None:
        """Put what the service said of "rows[3].left_at" beside the booking of that row."""
        for name, sentences in refused.errors.items():
            found = _ROW.fullmatch(name)
            if found and int(found["position"]) < len(self.rows):
                key = self.rows[int(found["position"])].booking_id
                self.errors.setdefault(key, []).extend(str(sentence) for sentence in sentences)


def read_marks(data: Mapping[str, str], session: Session) -> Marks:
    """The rows of a form. A row that says nothing is left as it is; a time alone means present.

    Times are those of the site's clocks, without a date: the one nearest to the session. What does not go with the
    status (times of somebody absent, a reason without an excuse) is dropped: it was typed before the status changed.
    """
    marks = Marks(typed=_typed(data))
    for key, said in marks.typed.items():
        status = said.get("status", "") or (AttendanceStatus.PRESENT if _has_time(said) else "")
        if not status:
            continue
        try:
            marks.rows.append(_row(key, status, said, session))
        except ValueError:
            marks.errors[key] = [_("Type the time as hours and minutes, such as 18:14.")]
    return marks


def _typed(data: Mapping[str, str]) -> dict[int, dict[str, str]]:
    typed: dict[int, dict[str, str]] = {}
    for name in data:
        found = _NAME.fullmatch(name)
        if found:
            typed.setdefault(int(found["key"]), {})[found["field"]] = data[name].strip()
    return typed


def _has_time(said: Mapping[str, str]) -> bool:
    return bool(said.get("arrived") or said.get("left"))


def _row(key: int, status: str, said: Mapping[str, str], session: Session) -> RosterRow:
    came = status in CAME
    arrived = near(said.get("arrived", ""), session, around=session.starts_at) if came else None
    left = near(said.get("left", ""), session, around=session.ends_at) if came else None
    by_video = session.mode == Mode.TELEHEALTH or bool(said.get("mode"))
    return RosterRow(
        booking_id=key,
        status=status,
        mode=AttendanceMode.TELEHEALTH if by_video else AttendanceMode.IN_PERSON,
        arrived_at=None if arrived == session.starts_at else arrived,
        left_at=None if left == session.ends_at else left,
        excuse_reason=said.get("excuse", "") if status == AttendanceStatus.EXCUSED else "",
    )


def near(text: str, session: Session, *, around: datetime) -> datetime | None:
    """The instant nearest to `around` at which the site's clocks show the time. Raises ValueError for no time."""
    if not text:
        return None
    wall = time.fromisoformat(text)
    day = around.astimezone(session.site.zone).date()
    days: Iterable[timedelta] = (-A_DAY, timedelta(), A_DAY)
    return min(
        (resolve_wall(datetime.combine(day + offset, wall), session.site.zone) for offset in days),
        key=lambda instant: abs(instant - around),
    )
