"""A roster's rows, counts and bottom bar, in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.models import Roster
from attendance.queries import RosterLine
from attendance.services.roster_rules import excuse_reasons
from scheduling.enums import Mode
from scheduling.models import Session
from web import format as figures
from web.rows.deductions import deduction_words

LONG_AWAY_DAYS = 7
"""From here on it is said how long somebody was not seen."""


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
    excuse: str = ""
    mode: str = ""
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
    is_over: bool = False
    signed: str = ""

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
    now: dt.datetime,
    errors: Mapping[int, Sequence[str]] | None = None,
    typed: Mapping[int, Mapping[str, str]] | None = None,
) -> RosterView:
    """The sheet. `errors` and `typed`, by booking, put back what was sent and could not be saved."""
    locked = roster.signed_at is not None or not may_take
    any_marked = any(line.status for line in lines)
    rows = [
        _row(
            line,
            session,
            locked=locked,
            awaits=any_marked and not locked,
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
        is_over=now >= session.ends_at,
        signed=_signed(roster, session.site.zone),
    )


def _row(
    line: RosterLine,
    session: Session,
    *,
    locked: bool,
    awaits: bool,
    errors: Sequence[str],
    typed: Mapping[str, str] | None,
) -> RosterRowView:
    zone = session.site.zone
    present = line.status == AttendanceStatus.PRESENT
    said = line.arrived_at is not None or line.left_at is not None
    came = present or line.status == AttendanceStatus.TURNED_AWAY
    arrived_at, left_at = line.arrived_at or session.starts_at, line.left_at or session.ends_at
    sums = _sum(line)
    sent = typed if errors and typed is not None else None
    return RosterRowView(
        key=line.booking_id,
        name=line.patient_name,
        note=_note(line, session, awaits=awaits),
        status=sent.get("status", "") if sent is not None else line.status or "",
        arrived=sent.get("arrived", "") if sent is not None else (_field(arrived_at, zone) if came and said else ""),
        left=sent.get("left", "") if sent is not None else (_field(left_at, zone) if came and said else ""),
        arrived_text=figures.exact_clock(arrived_at, zone=zone),
        left_text=figures.exact_clock(left_at, zone=zone),
        is_late=bool(line.late_minutes),
        is_early=bool(line.early_minutes),
        counted=figures.minutes(line.credited_minutes) if line.credited_minutes is not None else "",
        sum=sums[0],
        sum_result=sums[1],
        excuse=line.excuse_reason or "",
        mode="" if session.mode == Mode.TELEHEALTH else (line.mode or AttendanceMode.IN_PERSON),
        errors=errors,
        awaits=awaits and not line.status,
        locked=locked,
    )


def _field(instant: dt.datetime, zone: ZoneInfo) -> str:
    """The value of a time field; seconds only where there are some."""
    wall = instant.astimezone(zone)
    return wall.strftime("%H:%M:%S" if wall.second else "%H:%M")


def _note(line: RosterLine, session: Session, *, awaits: bool) -> str:
    """What is worth knowing of this person just now."""
    parts: list[str] = []
    if line.status is None and awaits:
        parts.append(_("Not marked yet"))
    if line.status == AttendanceStatus.EXCUSED:
        reason = excuse_word(line.excuse_reason or "")
        parts.append(_("Excused: %(reason)s") % {"reason": reason} if reason else _("Excused"))
    if line.status == AttendanceStatus.NO_SHOW:
        parts.append(_("Did not come"))
    if line.status == AttendanceStatus.TURNED_AWAY:
        parts.append(_("Turned away"))
    if line.late_minutes and line.status == AttendanceStatus.PRESENT:
        parts.append(_("%(minutes)d late") % {"minutes": line.late_minutes})
    if line.early_minutes and line.status == AttendanceStatus.PRESENT:
        parts.append(_("%(minutes)d early") % {"minutes": line.early_minutes})
    if line.mode == AttendanceMode.TELEHEALTH and session.mode != Mode.TELEHEALTH:
        parts.append(_("By video"))
    if line.late_entry:
        parts.append(_("Marked late"))
    parts.extend(_standing(line))
    return " · ".join(parts)


def _standing(line: RosterLine) -> list[str]:
    """Whom to look after: newcomers, and those not seen for a week or more."""
    if line.day_number is not None:
        return [_("New, day %(day)d") % {"day": line.day_number}]
    if line.days_since_seen is not None and line.days_since_seen >= LONG_AWAY_DAYS and line.status is None:
        return [_("Not seen for %(days)d days") % {"days": line.days_since_seen}]
    return []


def _sum(line: RosterLine) -> tuple[str, str]:
    """ "180 planned − 15 break − 14 late" and "151 min", where something besides the breaks was taken off."""
    if line.status != AttendanceStatus.PRESENT or all(one["why"] == "break" for one in line.deductions):
        return "", ""
    words = deduction_words()
    parts = [_("%(minutes)d planned") % {"minutes": line.planned_minutes or 0}]
    parts += [f"{one['minutes']} {words.get(one['why'], one['why'])}" for one in line.deductions]
    total = line.credited_minutes or 0
    result = _("%(minutes)d min") % {"minutes": total}
    return f" {figures.MINUS} ".join(parts), result


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


def excuses_of(session: Session) -> list[tuple[str, str]]:
    """What somebody may be excused for, as values and words: the program's own words are shown as they are."""
    return [(reason, excuse_word(reason)) for reason in excuse_reasons(session.program)]


def excuse_word(reason: str) -> str:
    """A reason in the language of the page."""
    words = {
        "work": _("work"),
        "illness": _("illness"),
        "transport": _("transport"),
        "childcare": _("childcare"),
        "court": _("court"),
        "hospital": _("hospital"),
        "relapse": _("relapse"),
        "technical failure": _("technical failure"),
        "money": _("money"),
        "refused": _("refused"),
        "unknown": _("unknown"),
    }
    return words.get(reason, reason)


def all_here(total: int) -> str:
    """The one button of an untouched roster."""
    if total == 1:
        return _("Here and on time")
    return ngettext("All %(count)d are here", "All %(count)d are here", total) % {"count": total}
