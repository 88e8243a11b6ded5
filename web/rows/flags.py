"""A flag in words: whom it is about, why it stands, and where to act on it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import FlagKind, FlagState
from attendance.models import Flag
from web import format as figures
from web.components.actions import Action
from web.rows.sessions import times_of

LOOKS = {
    FlagKind.AT_RISK: ("exclamation-triangle-fill", "amber"),
    FlagKind.BELOW_MINIMUM: ("x-octagon-fill", "clay"),
    FlagKind.OVER_MAXIMUM: ("chevron-double-up", "plum"),
    FlagKind.UNBOOKED: ("calendar-x", "clay"),
    FlagKind.UNSIGNED_ROSTER: ("pen", "amber"),
}
PLAIN = ("flag-fill", "slate")


@dataclass(frozen=True)
class FlagRow:
    """One flag."""

    kind: str
    icon: str
    tone: str
    about: str
    url: str
    why: str
    since: str
    state: str
    action: Action | None


def flag_row(flag: Flag, *, zone: ZoneInfo, today: dt.date) -> FlagRow:
    """The row of a flag, with its patient and session read; what is over offers nothing to book any more."""
    icon, tone = LOOKS.get(FlagKind(flag.kind), PLAIN)
    is_over = flag.week + dt.timedelta(days=6) < today
    about, url, action = _subject(flag, is_over=is_over)
    raised = flag.raised_at.astimezone(zone)
    return FlagRow(
        kind=name_of(flag.kind, is_over=is_over),
        icon=icon,
        tone=tone,
        about=about,
        url=url,
        why=_why(flag, is_over=is_over),
        since=_("since %(day)s, %(time)s") % {"day": figures.short_day(raised), "time": figures.clock(raised)},
        state=str(FlagState(flag.state).label) if flag.state != FlagState.OPEN else "",
        action=action,
    )


def name_of(kind: str, *, is_over: bool) -> str:
    """The kind in words; in a week that is over nothing can be free any more."""
    if is_over and kind == FlagKind.BELOW_MINIMUM:
        return _("Below the minimum")
    return str(FlagKind(kind).label)


def _subject(flag: Flag, *, is_over: bool) -> tuple[str, str, Action | None]:
    """Whom or what it is about, where that opens, and the next thing to do."""
    if flag.session is not None:
        session = flag.session
        day = figures.short_day(session.starts_at.astimezone(session.site.zone))
        about = f"{day}, {times_of(session)}"
        url = reverse("roster", args=[session.pk])
        return about, url, Action(_("Open roster"), url, hint=about, small=True)
    patient = flag.patient
    assert patient is not None  # noqa: S101 - a flag is about a session or a person
    url = reverse("patient", args=[patient.pk])
    if not is_over and flag.kind in (FlagKind.AT_RISK, FlagKind.BELOW_MINIMUM, FlagKind.UNBOOKED):
        book = f"{reverse('patient-sessions', args=[patient.pk])}?week={flag.week}"
        return patient.name, url, Action(_("See options"), book, hint=patient.name, small=True)
    return patient.name, url, Action(_("Open record"), url, hint=patient.name, small=True)


def _why(flag: Flag, *, is_over: bool) -> str:
    facts: dict[str, Any] = flag.facts
    if flag.kind == FlagKind.UNSIGNED_ROSTER:
        people, unmarked = int(facts.get("people", 0)), int(facts.get("unmarked", 0))
        words = ngettext("%(count)d person on it", "%(count)d people on it", people) % {"count": people}
        return (
            words if not unmarked else _("%(words)s, %(unmarked)d not marked") % {"words": words, "unmarked": unmarked}
        )
    if "min_minutes" not in facts:
        return ""
    week = figures.day_range(flag.week, flag.week + dt.timedelta(days=6))
    projected = int(facts["credited_minutes"]) + int(facts["booked_minutes"])
    said = {
        "week": week,
        "sum": figures.minutes(projected),
        "goal": figures.minutes(int(facts["min_minutes"])),
        "most": figures.minutes(int(facts["max_minutes"])),
        "reach": figures.minutes(projected + int(facts["bookable_minutes"])),
    }
    if flag.kind == FlagKind.OVER_MAXIMUM:
        return _("%(week)s: %(sum)s done and booked, at most %(most)s") % said
    if is_over:
        return _("%(week)s: %(sum)s of %(goal)s") % said
    if flag.kind == FlagKind.BELOW_MINIMUM:
        return _("%(week)s: %(sum)s of %(goal)s; what is free makes %(reach)s") % said
    return _("%(week)s: %(sum)s of %(goal)s; can still reach %(reach)s") % said
