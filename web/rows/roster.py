"""A roster's rows, counts and bottom bar, in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.domain.marks import CAME
from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.models import Roster
from attendance.queries import RosterLine
from attendance.services.roster_rules import OPENS_BEFORE
from people.domain.time import to_wall
from scheduling.enums import Mode
from scheduling.models import Session
from web import format as figures
from web.rows.amendments import AmendmentView, amendment_view
from web.rows.roster_words import note_of, sum_of_line, why_of


@dataclass(frozen=True)
class RosterRowView:
    """One person, as `_partials/roster_row.html` draws them."""

    key: int
    name: str
    note: str = ""
    status: str = ""
    arrived: str = ""
    left: str = ""
    arrived_text: str = ""
    left_text: str = ""
    is_late: bool = False
    is_early: bool = False
    counted: str = ""
    sum: str = ""
    sum_result: str = ""
    why: str = ""
    why_strong: str = ""
    excuse: str = ""
    given_by: str = ""
    given_at: str = ""
    document: bool = False
    remark: str = ""
    mode: str = ""
    changed: str = ""
    checked_in: bool = False
    stamp: str = ""
    amendments: Sequence[AmendmentView] = ()
    amend_url: str = ""
    move_url: str = ""
    errors: Sequence[str] = ()
    awaits: bool = False
    opened: bool = False
    locked: bool = False


@dataclass(frozen=True)
class RosterView:
    """The whole sheet: rows, counts, who is still to mark, and what may be done next."""

    rows: Sequence[RosterRowView]
    counts: Sequence[Mapping[str, object]]
    unmarked: Sequence[RosterRowView] = field(default_factory=tuple)
    version: int = 0
    may_take: bool = False
    has_opened: bool = True
    is_over: bool = False
    signed: str = ""
    signed_by_viewer: bool = False

    @property
    def untouched(self) -> bool:
        """Nobody is marked yet: one button does for all."""
        return bool(self.rows) and len(self.unmarked) == len(self.rows)

    @property
    def complete(self) -> bool:
        """Everybody is marked."""
        return not self.unmarked

    @property
    def total(self) -> int:
        """How many people are on it."""
        return len(self.rows)


def roster_view(
    session: Session,
    roster: Roster,
    lines: Sequence[RosterLine],
    *,
    may_take: bool,
    viewer_id: int | None = None,
    now: dt.datetime,
    errors: Mapping[int, Sequence[str]] | None = None,
    typed: Mapping[int, Mapping[str, str]] | None = None,
) -> RosterView:
    """The sheet. `errors` and `typed`, by booking, put back what was sent and could not be saved.

    Whoever looks (`viewer_id`) is told what others changed; what they did themselves they know.
    """
    locked = roster.signed_at is not None or not may_take
    any_marked = any(line.status for line in lines)
    rows = [
        _row(
            line,
            session,
            locked=locked,
            awaits=any_marked and not locked,
            viewer_id=viewer_id,
            may_amend=may_take and roster.signed_at is not None,
            errors=(errors or {}).get(line.booking_id, ()),
            typed=(typed or {}).get(line.booking_id),
        )
        for line in lines
    ]
    marked = {line.booking_id for line in lines if line.status}
    return RosterView(
        rows=rows,
        counts=_counts(lines),
        unmarked=[row for row in rows if row.key not in marked],
        version=roster.version,
        may_take=may_take,
        has_opened=now >= session.starts_at - OPENS_BEFORE,
        is_over=now >= session.ends_at,
        signed=_signed(roster, session.site.zone),
        signed_by_viewer=roster.signed_by_id is not None and roster.signed_by_id == viewer_id,
    )


def _row(
    line: RosterLine,
    session: Session,
    *,
    locked: bool,
    awaits: bool,
    viewer_id: int | None,
    may_amend: bool,
    errors: Sequence[str],
    typed: Mapping[str, str] | None,
) -> RosterRowView:
    zone = session.site.zone
    said = line.arrived_at is not None or line.left_at is not None
    came = line.status in CAME
    arrived_at, left_at = line.arrived_at or session.starts_at, line.left_at or session.ends_at
    sums, why = sum_of_line(line), why_of(line, viewer_id=viewer_id)
    row = RosterRowView(
        key=line.booking_id,
        name=line.patient_name,
        note=note_of(line, session, awaits=awaits),
        status=line.status or "",
        arrived=_field(arrived_at, zone) if came and said else "",
        left=_field(left_at, zone) if came and said else "",
        arrived_text=figures.exact_clock(arrived_at, zone=zone),
        left_text=figures.exact_clock(left_at, zone=zone),
        is_late=bool(line.late_minutes),
        is_early=bool(line.early_minutes),
        counted=figures.minutes(line.credited_minutes) if line.credited_minutes is not None else "",
        sum=sums[0],
        sum_result=sums[1],
        why=why[0],
        why_strong=why[1],
        excuse=line.excuse_reason or "",
        given_by=line.excuse_given_by or "",
        given_at=to_wall(line.excuse_given_at, zone).isoformat("T", "minutes") if line.excuse_given_at else "",
        document=line.document_seen,
        remark=line.remark or "",
        mode="" if session.mode == Mode.TELEHEALTH else (line.mode or AttendanceMode.IN_PERSON),
        changed=_changed(line, zone, viewer_id=viewer_id),
        checked_in=line.checked_in and not locked,
        stamp=line.recorded_at.isoformat() if line.recorded_at else "",
        amendments=[amendment_view(one, zone) for one in line.amendments],
        amend_url=reverse("amend", args=[line.attendance_id]) if may_amend and line.attendance_id else "",
        move_url=_move_url(line) if not locked and line.status is None else "",
        errors=errors,
        awaits=awaits and not line.status,
        locked=locked,
    )
    return _with_typed(row, typed) if errors and typed is not None else row


def _move_url(line: RosterLine) -> str:
    """Where somebody who is not marked is moved to another session, and back here."""
    return f"{reverse('patient-move', args=[line.patient_id, line.booking_id])}?back=roster"


def _with_typed(row: RosterRowView, typed: Mapping[str, str]) -> RosterRowView:
    """The row with what was sent for it, and could not be saved."""
    return replace(
        row,
        status=typed.get("status", ""),
        arrived=typed.get("arrived", ""),
        left=typed.get("left", ""),
        excuse=typed.get("excuse", ""),
        given_by=typed.get("givenby", ""),
        given_at=typed.get("givenat", ""),
        document=bool(typed.get("document")),
        remark=typed.get("remark", ""),
        mode=typed.get("mode", row.mode),
    )


def _changed(line: RosterLine, zone: ZoneInfo, *, viewer_id: int | None) -> str:
    """Who marked it last, and when, where that was somebody else."""
    if line.recorded_at is None or line.recorded_by_id == viewer_id:
        return ""
    at = figures.clock(line.recorded_at, zone=zone)
    if line.checked_in:
        return _("checked in at the door %(time)s") % {"time": at}
    if not line.recorded_by_name:
        return ""
    first = line.recorded_by_name.partition(" ")[0]
    return _("changed by %(name)s %(time)s") % {"name": first, "time": at}


def _field(instant: dt.datetime, zone: ZoneInfo) -> str:
    """The value of a time field; seconds only where there are some."""
    wall = instant.astimezone(zone)
    return wall.strftime("%H:%M:%S" if wall.second else "%H:%M")


def _counts(lines: Sequence[RosterLine]) -> list[Mapping[str, object]]:
    """How many of each; only presence is named when it is nought."""
    statuses = [line.status for line in lines]
    words = (
        (AttendanceStatus.PRESENT, _("present")),
        (AttendanceStatus.EXCUSED, _("excused")),
        (AttendanceStatus.NO_SHOW, _("no-show")),
        (AttendanceStatus.TURNED_AWAY, _("turned away")),
        (None, _("to mark")),
    )
    return [
        {"number": statuses.count(status), "word": word, "loud": status is None}
        for status, word in words
        if status == AttendanceStatus.PRESENT or status in statuses
    ]


def _signed(roster: Roster, zone: ZoneInfo) -> str:
    if roster.signed_at is None or roster.signed_by is None:
        return ""
    at = roster.signed_at.astimezone(zone)
    return _("Signed by %(name)s, %(day)s, %(time)s") % {
        "name": roster.signed_by.name,
        "day": figures.short_day(at),
        "time": figures.clock(at),
    }


def all_here(total: int) -> str:
    """The one button of an untouched roster."""
    if total == 1:
        return _("Here and on time")
    return ngettext("All %(count)d are here", "All %(count)d are here", total) % {"count": total}
