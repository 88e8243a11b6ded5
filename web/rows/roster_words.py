"""What a roster says beside a person: what became of them, how their minutes add up, and why a miss matters."""

from django.utils.translation import gettext as _

from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.queries import RosterLine
from scheduling.enums import Mode
from scheduling.models import Session
from web.rows.deductions import sum_words
from web.rows.excuses import excuse_note, excuse_word
from web.rows.make_ups import day_made_up

LONG_AWAY_DAYS = 7
"""From here on it is said how long somebody was not seen."""

SECOND = 2


def note_of(line: RosterLine, session: Session, *, awaits: bool) -> str:
    """What is worth knowing of this person just now."""
    parts = [_("Not marked yet")] if line.status is None and awaits else _status_note(line, session)
    if line.mode == AttendanceMode.TELEHEALTH and session.mode != Mode.TELEHEALTH:
        parts.append(_("By video"))
    if line.late_entry:
        parts.append(_("Marked late"))
    if line.remark:
        parts.append(line.remark)
    if line.makes_up_for_at is not None:
        parts.append(day_made_up(line.makes_up_for_at, session.site.zone))
    parts.extend(_standing(line))
    return " · ".join(parts)


def _status_note(line: RosterLine, session: Session) -> list[str]:
    """What became of them, where it is not as usual."""
    if line.status == AttendanceStatus.EXCUSED:
        return excuse_note(line, session.site.zone)
    if line.status == AttendanceStatus.NO_SHOW:
        return [_("Did not come")]
    if line.status == AttendanceStatus.TURNED_AWAY:
        return [_("Turned away")]
    parts: list[str] = []
    if line.late_minutes:
        parts.append(_("%(minutes)d late") % {"minutes": line.late_minutes})
    if line.early_minutes:
        parts.append(_("%(minutes)d early") % {"minutes": line.early_minutes})
    if line.excuse_reason:
        parts.append(_("reason: %(reason)s") % {"reason": excuse_word(line.excuse_reason)})
    return parts


def _standing(line: RosterLine) -> list[str]:
    """Whom to look after: newcomers, and those not seen for a week or more."""
    if line.day_number is not None:
        return [_("New, day %(day)d") % {"day": line.day_number}]
    if line.days_since_seen is not None and line.days_since_seen >= LONG_AWAY_DAYS and line.status is None:
        return [_("Not seen for %(days)d days") % {"days": line.days_since_seen}]
    return []


def sum_of_line(line: RosterLine) -> tuple[str, str]:
    """ "180 planned − 15 break − 14 late" and "151 min", where something besides the breaks was taken off."""
    if line.status != AttendanceStatus.PRESENT or all(one["why"] == "break" for one in line.deductions):
        return "", ""
    result = _("%(minutes)d min") % {"minutes": line.credited_minutes or 0}
    return sum_words(line.planned_minutes or 0, line.deductions), result


def why_of(line: RosterLine, *, viewer_id: int | None) -> tuple[str, str]:
    """Why a miss matters: the how manieth in a row it is, and on whose list the call about it is."""
    row = line.misses_in_a_row
    if row is None:
        return "", ""
    words = ""
    if row == SECOND:
        words = _("Second miss in a row.")
    elif row > SECOND:
        words = _("%(count)d misses in a row.") % {"count": row}
    if line.caller_id is None:
        return words, ""
    if line.caller_id == viewer_id:
        return words, _("A call is on your list.")
    return words, _("A call is on %(name)s’s list.") % {"name": line.caller_name.partition(" ")[0]}
