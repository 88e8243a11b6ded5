"""What a signed mark said before, value by value, struck beside what it says since."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.enums import AttendanceMode, AttendanceStatus, ExcuseSource
from attendance.models import Amendment
from web import format as figures
from web.rows.excuses import excuse_word


@dataclass(frozen=True)
class Change:
    """One value: what it is, what it said before (struck), and what it says since."""

    label: str
    was: str
    now: str


@dataclass(frozen=True)
class AmendmentView:
    """One correction: its changes, its reason, and who made it when."""

    changes: tuple[Change, ...]
    reason: str
    by: str


def amendment_view(amendment: Amendment, zone: ZoneInfo) -> AmendmentView:
    """The correction in words; the minutes come last, as what follows from the rest."""
    before, after = _words(amendment.before, zone), _words(amendment.after, zone)
    changes = [Change(label, before[label], now) for label, now in after.items() if before[label] != now]
    at = amendment.at.astimezone(zone)
    when = {"name": amendment.by.name, "day": figures.short_day(at), "time": figures.clock(at)}
    return AmendmentView(tuple(changes), amendment.reason, _("%(name)s, %(day)s, %(time)s") % when)


def _words(facts: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """Every value of a mark in words, by what it is called; a dash where nothing is said."""
    nothing = "–"
    status, source = facts.get("status"), facts.get("excuse_given_by")
    mode = facts.get("mode")
    return {
        _("Status"): str(AttendanceStatus(status).label) if status in AttendanceStatus.values else nothing,
        _("Arrived"): _clock(facts.get("arrived_at"), zone) or _("on time"),
        _("Left"): _clock(facts.get("left_at"), zone) or _("at the end"),
        _("Reason"): excuse_word(facts.get("excuse_reason") or "") or nothing,
        _("Given by"): str(ExcuseSource(source).label) if source in ExcuseSource.values else nothing,
        _("Given"): _moment(facts.get("excuse_given_at"), zone) or nothing,
        _("Document"): _("seen") if facts.get("document_seen") else nothing,
        _("How"): str(AttendanceMode(mode).label) if mode in AttendanceMode.values else nothing,
        _("Remark"): facts.get("remark") or nothing,
        _("Counted"): figures.minutes(facts.get("credited_minutes") or 0),
    }


def _clock(text: str | None, zone: ZoneInfo) -> str:
    return figures.exact_clock(dt.datetime.fromisoformat(text), zone=zone) if text else ""


def _moment(text: str | None, zone: ZoneInfo) -> str:
    if not text:
        return ""
    local = dt.datetime.fromisoformat(text).astimezone(zone)
    return f"{figures.short_day(local)}, {figures.clock(local)}"
