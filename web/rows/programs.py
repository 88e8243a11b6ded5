"""A program's rules in words: what counts from which day on, and what is asked beside the goal."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import Requirement
from people.domain.policies import AttendancePolicy, read_changes
from people.enums import PartialWeekPolicy, Rounding
from people.models import Program
from web import format as figures
from web.rows.requirements import rule_of


@dataclass(frozen=True)
class PolicyRow:
    """A policy with the days on which it holds; `key` names one that can still be taken back."""

    days: str
    lines: Sequence[str]
    is_now: bool
    key: str


@dataclass(frozen=True)
class AskedRow:
    """A rule, who asks for it, and since when."""

    pk: int
    name: str
    asked_by: str
    rule: str
    days: str
    is_over: bool


def policy_rows(program: Program, *, today: dt.date) -> list[PolicyRow]:
    """Every policy of the program, the latest first."""
    changes = read_changes(program.policy_changes)
    now_from = max((one.in_force_from for one in changes if one.in_force_from <= today), default=None)
    first = PolicyRow(_("From the beginning"), policy_lines(program.first_policy), now_from is None, "")
    later = [
        PolicyRow(
            days=_("From %(day)s") % {"day": _date(one.in_force_from)},
            lines=policy_lines(one.policy),
            is_now=one.in_force_from == now_from,
            key=one.in_force_from.isoformat() if one.in_force_from > today else "",
        )
        for one in changes
    ]
    return [first, *later][::-1]


def policy_lines(policy: AttendancePolicy) -> list[str]:
    """The policy as short sentences."""
    grace = ngettext("%(count)d minute of grace", "%(count)d minutes of grace", policy.grace_minutes)
    cutoff = _("no late cut-off")
    if policy.late_cutoff_minutes is not None:
        words = ngettext(
            "nothing is credited after %(count)d minute",
            "nothing is credited after %(count)d minutes",
            policy.late_cutoff_minutes,
        )
        cutoff = words % {"count": policy.late_cutoff_minutes}
    return [
        grace % {"count": policy.grace_minutes},
        cutoff,
        _("rounding: %(how)s") % {"how": Rounding(policy.rounding).label},
        _("weeks that are not whole: %(how)s") % {"how": PartialWeekPolicy(policy.partial_week_policy).label},
    ]


def asked_row(row: Requirement, *, today: dt.date) -> AskedRow:
    """One rule in a list."""
    begun = _("since %(day)s") % {"day": _date(row.in_force_from)} if row.in_force_from else ""
    ended = _("until %(day)s") % {"day": _date(row.in_force_to)} if row.in_force_to else ""
    return AskedRow(
        pk=row.pk,
        name=row.name,
        asked_by=row.get_asked_by_display(),
        rule=rule_of(row),
        days=" ".join(part for part in (begun, ended) if part),
        is_over=row.in_force_to is not None and row.in_force_to < today,
    )


def _date(on: dt.date) -> str:
    return f"{figures.short_day(on)} {on.year}"
