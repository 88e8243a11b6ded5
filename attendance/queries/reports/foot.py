"""What stands at the foot of a report: what its words mean, and the policies by which minutes were counted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from attendance.domain.reports import ReportAsked
from attendance.models import AttendanceRecord
from attendance.queries.reports.people import weeks_asked
from attendance.queries.weeks import unsigned_when_closed
from people.domain.time import local_date
from people.enums import PartialWeekPolicy, Rounding
from people.models import Program, User

SIX_DAYS = timedelta(days=6)
Foot = list[tuple[str, str]]


def figures_foot() -> Foot:
    """The four figures of a week."""
    return [
        (_("Offered"), _("The most that one person could attend of the sessions open to them, parallel ones once.")),
        (
            pgettext("hours", "Scheduled"),
            _("The clinical minutes of what they booked, attended or not, breaks left out."),
        ),
        (_("Attended"), _("The minutes credited, session by session, as each row shows.")),
        (_("Billable"), _("Days on which 180 minutes or more were credited.")),
    ]


def target_foot() -> Foot:
    """What is asked of a week."""
    return [
        (
            _("Minimum"),
            _("The plan's weekly minutes, a seventh for each day; of a week not whole by the program's policy."),
        ),
        (_("Short by"), _("What attended and booked minutes together lack to the minimum.")),
    ]


def unsigned_words(count: int, *, is_closed: bool) -> str:
    """That rosters of a week lack their signature, and what that means for the rows of one that is closed."""
    words = ngettext(
        "%(count)d roster of this week is not signed", "%(count)d rosters of this week are not signed", count
    ) % {"count": count}
    if not is_closed:
        return words
    return _("%(words)s: its rows may differ from the sum with which it was closed.") % {"words": words}


def unsigned_foot(user: User, asked: ReportAsked, *, now: datetime) -> Foot:
    """The closed weeks whose rows may differ from their sums, by date; one query."""
    found = unsigned_when_closed(weeks_asked(user, asked), now=now)
    return [
        (_("Not signed, week of %(day)s") % {"day": week.isoformat()}, unsigned_words(count, is_closed=True))
        for week, count in found.items()
    ]


def iso_stretch(first: date, last: date) -> str:
    """As a file writes it, which is read in any language."""
    return f"{first.isoformat()} – {last.isoformat()}"


def partial_weeks_foot(user: User, asked: ReportAsked) -> Foot:
    """What weeks that were not whole asked for in each program, and over which weeks; two queries."""
    dates = list(weeks_asked(user, asked).values_list("program_id", "week").distinct())
    programs = Program.objects.in_bulk({program_id for program_id, _week in dates})
    return partial_weeks_lines((programs[program_id], week) for program_id, week in dates)


def partial_weeks_lines(
    dates: Iterable[tuple[Program, date]], *, stretch: Callable[[date, date], str] = iso_stretch
) -> Foot:
    """By program and policy, from the first day of the first to the last day of the last of these weeks."""
    known: dict[tuple[str, str], list[date]] = defaultdict(list)
    for program, week in dates:
        known[program.name, program.policy_on(week).partial_week_policy].append(week)
    return [
        (
            _("Weeks not whole, %(program)s") % {"program": program},
            f"{stretch(min(on), max(on) + SIX_DAYS)}: {_asked_for(policy)}",
        )
        for (program, policy), on in sorted(known.items(), key=lambda one: (one[0][0], min(one[1])))
    ]


def _asked_for(policy: str) -> str:
    """ "a seventh for each day", after a colon."""
    label = str(PartialWeekPolicy(policy).label)
    return label[:1].lower() + label[1:]


def policies_foot(user: User, asked: ReportAsked, *, now: datetime) -> Foot:
    """The policies that the counted records keep, program by program, and when all this was read; one query."""
    weeks = weeks_asked(user, asked)
    rows = (
        AttendanceRecord.objects.filter(
            booking__admission_id__in=weeks.values("admission_id"),
            booking__week__gte=asked.first - SIX_DAYS,
            booking__week__lte=asked.last,
        )
        .order_by()
        .values_list("booking__admission__program__name", "session__site__time_zone", "policy")
        .annotate(earliest=Min("starts_at"), latest=Max("starts_at"))
    )
    days: dict[tuple[str, str], list[date]] = defaultdict(list)
    for program, zone, policy, earliest, latest in rows:
        days[program, policy_words(policy)] += [local_date(at, ZoneInfo(zone)) for at in (earliest, latest)]
    lines = [
        (_("Policy, %(program)s") % {"program": program}, f"{iso_stretch(min(on), max(on))}: {words}")
        for (program, words), on in sorted(days.items(), key=lambda one: (one[0][0], min(one[1])))
    ]
    nothing = [(_("Policy in force"), _("Nothing was counted in these dates."))]
    return [*(lines or nothing), (_("Made"), now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))]


def policy_words(policy: dict[str, object]) -> str:
    """ "breaks out; late and early to the minute; nothing past 15 min late; rounded to the minute"."""
    grace, cutoff = int(str(policy.get("grace_minutes") or 0)), policy.get("late_cutoff_minutes")
    parts = [_("breaks out")]
    if grace:
        parts.append(_("late and early forgiven up to %(grace)s") % {"grace": f"{grace} min"})
    else:
        parts.append(_("late and early to the minute"))
    if cutoff is not None:
        parts.append(_("nothing past %(cutoff)s late") % {"cutoff": f"{cutoff} min"})
    if policy.get("rounding") in (Rounding.DOWN_15, Rounding.NEAREST_15):
        label = str(Rounding(str(policy["rounding"])).label)
        parts.append(_("rounded %(how)s") % {"how": label[:1].lower() + label[1:]})
    return "; ".join(parts)


def once(*feet: Sequence[tuple[str, str]]) -> Foot:
    """All of them, one after the other."""
    return [line for foot in feet for line in foot]
