"""What would repair a person's week, in the few words of a staff list, and the tap that books it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.models import TreatmentWeek
from scheduling.domain.fit import Mode, SessionOption
from scheduling.domain.repair import InTheWay, WhyNot
from scheduling.services.repairs import WeekRepair
from web import format as figures
from web.components.actions import Action
from web.components.repair_strip import RepairStrip


def repair_forecast(found: WeekRepair) -> tuple[str, str]:
    """ "Can still reach 9 h 15" and "Sat 9–12"; where nothing suffices, the most and what alone is in the way."""
    if found.repair is None and found.why_not is None:
        return "", ""
    total = figures.minutes(found.total_minutes)
    if found.repair is not None and found.repair.reaches:
        return _("Can still reach %(total)s") % {"total": total}, named(found.repair.added, found.zone)
    best = _("Best in reach %(total)s") % {"total": total}
    return best, in_the_way(found.why_not, found.zone) if found.why_not else ""


def record_repair(week: TreatmentWeek, found: WeekRepair, *, more_url: str, may_book: bool) -> RepairStrip | None:
    """What would bring this week back, or what alone is in the way; None where neither is known."""
    more = Action(_("All that fits"), more_url)
    action = repair_action(week, found, RECORD) if may_book else None
    if found.repair is not None and found.repair.reaches:
        said = {"when": named(found.repair.added, found.zone), "total": figures.minutes(found.total_minutes)}
        single = len(found.repair.added) == 1
        title = (_("%(when)s takes them to %(total)s") if single else _("%(when)s take them to %(total)s")) % said
        note = _("Free, and clear of their work")
        return RepairStrip(
            title, note, replace(action, attributes={}) if action else more, other=more if action else None
        )
    if found.why_not is None:
        return None
    title = _("Best in reach: %(total)s") % {"total": figures.minutes(found.total_minutes)}
    return RepairStrip(title, in_the_way(found.why_not, found.zone), more, icon="search")


RECORD = "record"
"""What a person's record says in place of a board's address."""


def named(options: Sequence[SessionOption], zone: ZoneInfo) -> str:
    """ "Thu 6–9, Sat 12:15–1", "Thu 5:30–6:30 by video"."""
    return ", ".join(_named(option, zone) for option in options)


def in_the_way(why_not: WhyNot, zone: ZoneInfo) -> str:
    """ "Sat 9–12 is full", "Fri 10–1 but for work", "but for the days of the plan"."""
    if why_not.what == InTheWay.PLAN_DAYS:
        return _("One day more than the plan has would do")
    when = {"when": named(why_not.needed, zone)}
    if why_not.what == InTheWay.SEATS:
        return _("%(when)s would do, but is full") % when
    return _("%(when)s would do, but for work") % when


def repair_action(week: TreatmentWeek, found: WeekRepair | None, query: str) -> Action | None:
    """One tap that books what brings the week back, all or nothing; None where nothing does."""
    if found is None or found.repair is None or not found.repair.reaches:
        return None
    url = reverse("patient-repair", args=[week.patient_id])
    return Action(
        _label(found.repair.added, found.zone),
        url,
        method="post",
        hint=f"{week.patient.name}, {named(found.repair.added, found.zone)}",
        fields={
            "sessions": ",".join(str(option.id) for option in found.repair.added),
            "week": week.week.isoformat(),
            "query": query,
        },
        attributes=_in_place(week, url),
    )


def undo_action(week: TreatmentWeek, bookings: Sequence[int], query: str) -> Action:
    """Takes back what was just booked."""
    url = reverse("patient-repair-undo", args=[week.patient_id])
    fields = {"bookings": ",".join(str(pk) for pk in bookings), "week": week.week.isoformat(), "query": query}
    hint = week.patient.name
    return Action(_("Undo"), url, method="post", look="text", hint=hint, fields=fields, attributes=_in_place(week, url))


def _in_place(week: TreatmentWeek, url: str) -> dict[str, str]:
    """With scripts the row alone is exchanged, and stays where it is."""
    return {"hx-post": url, "hx-target": f"#week-{week.pk}", "hx-swap": "outerHTML"}


def _label(options: Sequence[SessionOption], zone: ZoneInfo) -> str:
    if len(options) == 1:
        return _("Book %(day)s") % {"day": _day(options[0], zone)}
    if len(options) == 2:
        return _("Book both")
    return _("Book all %(count)d") % {"count": len(options)}


def _named(option: SessionOption, zone: ZoneInfo) -> str:
    times = figures.time_range(option.interval.start, option.interval.end, zone=zone, bare=True)
    said = {"day": _day(option, zone), "times": times}
    return (_("%(day)s %(times)s by video") if option.mode == Mode.TELEHEALTH else _("%(day)s %(times)s")) % said


def _day(option: SessionOption, zone: ZoneInfo) -> str:
    on: dt.date = option.interval.start.astimezone(zone).date()
    return date_format(on, "D")
