"""A flag in words: whom it is about, why it stands, and where to act on it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import CallOutcome, FlagKind, FlagState, OutreachKind
from attendance.models import Flag, Outreach
from people.models import User
from web import format as figures
from web.components.actions import Action
from web.rows.board import newcomer
from web.rows.contacts import said_of, when_said
from web.rows.requirements import at_stake_words
from web.rows.sessions import times_of

LOOKS = {
    FlagKind.AT_RISK: ("exclamation-triangle-fill", "amber"),
    FlagKind.BELOW_MINIMUM: ("x-octagon-fill", "clay"),
    FlagKind.OVER_MAXIMUM: ("chevron-double-up", "plum"),
    FlagKind.UNBOOKED: ("calendar-x", "clay"),
    FlagKind.FIRST_ABSENCE: ("person-x", "amber"),
    FlagKind.REPEATED_ABSENCE: ("person-x-fill", "clay"),
    FlagKind.INACTIVE: ("hourglass-split", "clay"),
    FlagKind.REQUIREMENT: ("clipboard-x", "amber"),
    FlagKind.UNSIGNED_ROSTER: ("pen", "amber"),
}
PLAIN = ("flag-fill", "slate")


@dataclass(frozen=True)
class Step:
    """One thing that was done, in words."""

    words: str
    text: str
    when: str


@dataclass(frozen=True)
class FlagRow:
    """One flag: why it stands, the remedy beside it, who has it, and what was done. Without `may_act` it is read."""

    pk: int
    kind: str
    icon: str
    tone: str
    about: str
    url: str
    why: str
    since: str
    state: str
    is_open: bool
    is_resolved: bool
    resolution: str
    action: Action | None
    holder: str
    holder_id: int | None
    may_act: bool
    takers: Sequence[tuple[int, str]] = ()
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class FlaggedPerson:
    """Everything that stands about one person."""

    key: str
    name: str
    url: str
    tag: str
    contact: str
    phone: str
    rows: Sequence[FlagRow]


def flag_row(
    flag: Flag, *, zone: ZoneInfo, today: dt.date, may_act: bool = False, takers: Sequence[User] = ()
) -> FlagRow:
    """The row of a flag, with its patient, session, admission and steps read; what is over offers nothing to book."""
    icon, tone = LOOKS.get(FlagKind(flag.kind), PLAIN)
    is_over = flag.week + dt.timedelta(days=6) < today
    about, url, action = _subject(flag, is_over=is_over)
    noted: Any = flag  # the steps are found by their own side's name
    return FlagRow(
        pk=flag.pk,
        kind=name_of(flag.kind, is_over=is_over),
        icon=icon,
        tone=tone,
        about=about,
        url=url,
        why=why_of(flag, is_over=is_over),
        since=_("since %(when)s") % {"when": when_said(flag.raised_at, zone)},
        state=str(FlagState(flag.state).label) if flag.state != FlagState.OPEN else "",
        is_open=flag.state == FlagState.OPEN,
        is_resolved=flag.state == FlagState.RESOLVED,
        resolution=flag.resolution if flag.resolved_by_id else own_words(flag.resolution),
        action=action,
        holder=_holder(flag.assigned_to),
        holder_id=flag.assigned_to_id,
        may_act=may_act,
        takers=[(user.pk, user.name) for user in takers],
        steps=[step_of(step, zone) for step in noted.steps.all()],
    )


def _holder(user: User | None) -> str:
    """Who has it; of somebody whose account is closed that, for nobody sees to it then."""
    if user is None or user.is_active:
        return user.name if user else ""
    return _("%(name)s, whose account is closed") % {"name": user.name}


def flagged_person(rows: Sequence[FlagRow], flag: Flag, *, today: dt.date, contact: Outreach | None) -> FlaggedPerson:
    """The rows of one person, to whom `flag` is one of."""
    patient, admission = flag.patient, flag.admission
    assert patient is not None  # noqa: S101 - rosters are listed apart
    zone = admission.zone if admission else None
    return FlaggedPerson(
        key=f"person-{patient.pk}",
        name=patient.name,
        url=reverse("patient", args=[patient.pk]),
        tag=newcomer(admission, today) if admission else "",
        contact=said_of(contact, zone, today) if contact and zone else "",
        phone=patient.phone,
        rows=rows,
    )


def step_of(step: Outreach, zone: ZoneInfo) -> Step:
    """ "Cory: call, no answer"."""
    who = step.by.name.split(" ")[0] if step.by else ""
    label = str(OutreachKind(step.kind).label)
    if step.outcome:
        label = f"{label}, {CallOutcome(step.outcome).label}"
    if step.kind == OutreachKind.ASSIGNED:
        label = _("Given to %(name)s") % {"name": step.assignee.name} if step.assignee else _("Given back")
    words = f"{who}: {label[:1].lower()}{label[1:]}" if who else label
    return Step(words, step.text if step.by_id else own_words(step.text), when_said(step.at, zone))


def own_words(text: str) -> str:
    """A sentence that the system itself wrote down in the source language, in the reader's."""
    return _(text) if text else ""


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
    if not is_over and flag.kind in BOOKABLE_KINDS:
        book = f"{reverse('patient-sessions', args=[patient.pk])}?week={flag.week}"
        return patient.name, url, Action(_("See options"), book, hint=patient.name, small=True)
    return patient.name, url, Action(_("Open record"), url, hint=patient.name, small=True)


def why_of(flag: Flag, *, is_over: bool) -> str:
    """Why it was raised, in figures."""
    facts: dict[str, Any] = flag.facts
    if flag.kind == FlagKind.UNSIGNED_ROSTER:
        people, unmarked = int(facts.get("people", 0)), int(facts.get("unmarked", 0))
        words = ngettext("%(count)d person on it", "%(count)d people on it", people) % {"count": people}
        return (
            words if not unmarked else _("%(words)s, %(unmarked)d not marked") % {"words": words, "unmarked": unmarked}
        )
    if flag.kind in AWAY:
        return _why_away(flag.kind, facts)
    if flag.kind == FlagKind.REQUIREMENT:
        return at_stake_words(facts.get("requirements", ()))
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


BOOKABLE_KINDS = (FlagKind.AT_RISK, FlagKind.BELOW_MINIMUM, FlagKind.UNBOOKED, FlagKind.REQUIREMENT)
"""What booking can still repair."""

AWAY = (FlagKind.FIRST_ABSENCE, FlagKind.REPEATED_ABSENCE, FlagKind.INACTIVE)


def _why_away(kind: str, facts: dict[str, Any]) -> str:
    """ "2 absences in a row, 3 in all", "14 days not seen"."""
    if kind == FlagKind.INACTIVE:
        days = int(facts.get("days", 0))
        if not facts.get("seen", True):
            words = ngettext(
                "%(count)d day since admission, not seen", "%(count)d days since admission, not seen", days
            )
        else:
            words = ngettext("%(count)d day not seen", "%(count)d days not seen", days)
        said, away = words % {"count": days}, int(facts.get("leave_days", 0))
        if not away:
            return said
        left_out = ngettext(
            "%(said)s, %(count)d of leave not counted", "%(said)s, %(count)d of leave not counted", away
        )
        return left_out % {"said": said, "count": away}
    in_all, row = int(facts.get("absences", 0)), int(facts.get("in_a_row", 0))
    if kind == FlagKind.FIRST_ABSENCE:
        return _("The first unexcused absence. A call the same day helps most.")
    words = ngettext("%(count)d unexcused absence in all", "%(count)d unexcused absences in all", in_all)
    in_row = ngettext("%(count)d in a row", "%(count)d in a row", row) % {"count": row}
    return f"{words % {'count': in_all}}, {in_row}" if row > 1 else words % {"count": in_all}
