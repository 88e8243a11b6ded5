"""The policies by which minutes were counted, in words."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from attendance.models import AttendanceRecord
from people.enums import Rounding
from web import format as figures


def policy_lines(records: Iterable[AttendanceRecord]) -> list[str]:
    """Each policy that the records keep, with the days of the sessions that were counted by it, oldest first."""
    days: dict[tuple[int, int | None, str], list[dt.date]] = {}
    for record in records:
        policy = record.policy
        key = (int(policy.get("grace_minutes", 0)), policy.get("late_cutoff_minutes"), str(policy.get("rounding")))
        days.setdefault(key, []).append(record.starts_at.astimezone(record.session.site.zone).date())
    return [
        _("%(days)s: %(policy)s") % {"days": figures.day_range(min(on), max(on)), "policy": policy_words(*key)}
        for key, on in sorted(days.items(), key=lambda one: min(one[1]))
    ]


def policy_words(grace: int, cutoff: int | None, rounding: str) -> str:
    """ "breaks out; late and early to the minute; nothing past 15 min late; rounded to the minute"."""
    parts = [_("breaks out")]
    if grace:
        parts.append(_("late and early forgiven up to %(grace)s") % {"grace": figures.minutes(grace)})
    else:
        parts.append(_("late and early to the minute"))
    if cutoff is not None:
        parts.append(_("nothing past %(cutoff)s late") % {"cutoff": figures.minutes(cutoff)})
    if rounding in (Rounding.DOWN_15, Rounding.NEAREST_15):
        label = str(Rounding(rounding).label)
        parts.append(_("rounded %(how)s") % {"how": label[:1].lower() + label[1:]})
    return "; ".join(parts)
