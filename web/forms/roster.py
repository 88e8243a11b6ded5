"""The marks that a roster's page sends: plain fields named by their booking."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from attendance.domain.marks import CAME, WITH_REASON
from attendance.enums import AttendanceStatus
from attendance.services.roster_rules import RosterRow
from people.domain.time import resolve_wall
from people.errors import InvalidInput
from scheduling.models import Session
from web.forms.dates import EARLIEST, LATEST

A_DAY = timedelta(days=1)
FIELDS = ("status", "arrived", "left", "excuse", "mode", "givenby", "givenat", "document", "remark")
_NAME = re.compile(rf"(?P<field>{'|'.join(FIELDS)})-(?P<key>\d{{1,18}})")
_ROW = re.compile(r"rows\[(?P<position>\d+)\]\.\w+")

Typed = Mapping[str, str]
"""What was typed for one booking, by field; a field that was not sent is not in it."""


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


def read_marks(data: Mapping[str, str], session: Session, *, whole: bool = False) -> Marks:
    """The rows of a form: what a field says is said, a field that was not sent stays as it is.

    A `whole` form sends every field, checkboxes only when they are ticked, and rows of which nothing is said; those
    are left alone. What does not go with the status that is sent (times of somebody absent, a document without an
    excuse) was typed before the status changed, and is dropped.
    """
    marks = Marks(typed=_typed(data))
    for key, said in marks.typed.items():
        if whole and not any(value for name, value in said.items() if name != "mode"):
            continue
        try:
            marks.rows.append(RosterRow(key, **read_mark(said, session, whole=whole)))
        except ValueError:
            marks.errors[key] = [_("Type the time as hours and minutes, such as 18:14.")]
    return marks


def read_mark(said: Typed, session: Session, *, whole: bool) -> dict[str, Any]:
    """The fields of one mark, as a RosterRow names them. Raises ValueError for what is no time.

    Times are those of the site's clocks, without a date: the one nearest to the session.
    """
    fields: dict[str, Any] = {}
    status = said.get("status", "")
    if status:
        fields["status"] = status
    came, reasoned = not status or status in CAME, not status or status in WITH_REASON
    if came and "arrived" in said:
        arrived = near(said["arrived"], session, around=session.starts_at)
        fields["arrived_at"] = None if arrived == session.starts_at else arrived
    if came and "left" in said:
        left = near(said["left"], session, around=session.ends_at)
        fields["left_at"] = None if left == session.ends_at else left
    if reasoned and "excuse" in said:
        fields["excuse_reason"] = said["excuse"]
    if said.get("mode"):
        fields["mode"] = said["mode"]
    if "remark" in said:
        fields["remark"] = said["remark"]
    if not status or status == AttendanceStatus.EXCUSED:
        fields.update(_excuse(said, session, whole=whole))
    return fields


def _excuse(said: Typed, session: Session, *, whole: bool) -> dict[str, Any]:
    """Who gave an excuse, when, and with what."""
    fields: dict[str, Any] = {}
    if "givenby" in said:
        fields["excuse_given_by"] = said["givenby"]
    if "givenat" in said:
        wall = said["givenat"]
        zone = session.site.zone
        fields["excuse_given_at"] = resolve_wall(_wall(wall), zone) if wall else None
    if "document" in said or (whole and said.get("status")):
        fields["document_seen"] = bool(said.get("document"))
    return fields


def _wall(text: str) -> datetime:
    """A date with its time. Raises ValueError beside the calendar's ends, where no zone's clocks fit."""
    wall = datetime.fromisoformat(text)
    if not EARLIEST <= wall.date() <= LATEST:
        raise ValueError(text)
    return wall


def _typed(data: Mapping[str, str]) -> dict[int, dict[str, str]]:
    typed: dict[int, dict[str, str]] = {}
    for name in data:
        found = _NAME.fullmatch(name)
        if found:
            # PostgreSQL has no null character in a text; nobody types one.
            typed.setdefault(int(found["key"]), {})[found["field"]] = data[name].replace("\x00", "").strip()
    return typed


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
