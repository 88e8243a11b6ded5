"""Excuses in words: the reason, who gave it and when, before or after, and with what."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.enums import ExcuseSource
from attendance.models import AttendanceRecord
from attendance.queries import RosterLine
from attendance.services.roster_rules import excuse_reasons
from scheduling.models import Session
from web import format as figures


def excuses_of(session: Session) -> list[tuple[str, str]]:
    """What somebody may be excused for, as values and words: the program's own words are shown as they are."""
    return [(reason, excuse_word(reason)) for reason in excuse_reasons(session.program)]


def excuse_sources() -> list[tuple[str, str]]:
    """Who may have given an excuse, as values and words."""
    return [(str(value), str(label)) for value, label in ExcuseSource.choices]


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


def excuse_note(line: RosterLine | AttendanceRecord, zone: ZoneInfo) -> list[str]:
    """ "Excused: work", "told Tue 17 Nov, 4:10 pm, before the session", "document seen"."""
    reason = excuse_word(line.excuse_reason or "")
    parts = [_("Excused: %(reason)s") % {"reason": reason} if reason else _("Excused")]
    if line.excuse_given_at is not None:
        local = line.excuse_given_at.astimezone(zone)
        when = {"day": figures.short_day(local), "time": figures.clock(local)}
        told = _("told %(day)s, %(time)s, before the session") if line.excuse_before_session else ""
        parts.append((told or _("told %(day)s, %(time)s, after it began")) % when)
    if line.excuse_given_by in ExcuseSource.values:
        parts.append(_("from: %(source)s") % {"source": ExcuseSource(line.excuse_given_by).label})
    if line.document_seen:
        parts.append(_("document seen"))
    return parts
