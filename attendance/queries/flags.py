"""Flags as lists and pages show them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, QuerySet

from attendance.models import Flag, Outreach, TreatmentWeek
from people.enums import Role
from people.models import Membership, User


def flags_for_display(user: User) -> QuerySet[Flag]:
    """Every flag that one sees, newest first, with what a list shows of it."""
    return Flag.objects.visible_to(user).select_related("patient", "session__site", "admission__site", "assigned_to")


def with_steps(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """Each with what was done about it, oldest first; one query more."""
    steps = Outreach.objects.select_related("by", "assignee").order_by("at", "pk")
    return flags.prefetch_related(Prefetch("steps", queryset=steps))


def who_may_take(flags: Iterable[Flag]) -> dict[int, list[User]]:
    """To whom each flag, by its id, can be given: the coordinators and directors of its site, by name, and the
    person's own counselor. One query, where the flags have read admission, counselor and session.
    """
    listed = list(flags)
    sites = {flag.pk: about.site_id for flag in listed if (about := flag.session or flag.admission) is not None}
    by_site: dict[int, dict[int, User]] = defaultdict(dict)
    rows = Membership.objects.filter(
        site__in=set(sites.values()), role__in=(Role.COORDINATOR, Role.DIRECTOR), user__is_active=True
    )
    for row in rows.select_related("user").order_by("user__name", "user_id"):
        by_site[row.site_id][row.user_id] = row.user
    found: dict[int, list[User]] = {}
    for flag in listed:
        counselor = flag.admission.primary_counselor if flag.admission else None
        own = counselor.user if counselor is not None else None
        takers = dict(by_site[sites[flag.pk]]) if flag.pk in sites else {}
        if own is not None and own.is_active:
            takers[own.pk] = own
        found[flag.pk] = list(takers.values())
    return found


def flags_for_week(weeks: Iterable[TreatmentWeek]) -> dict[int, list[Flag]]:
    """The flags of each week, by its id, that are not resolved; one query."""
    listed = list(weeks)
    flags = (
        Flag.objects.active()
        .filter(admission_id__in={week.admission_id for week in listed}, week__in={week.week for week in listed})
        .order_by("raised_at", "pk")
    )
    known: dict[tuple[int | None, date], list[Flag]] = defaultdict(list)
    for flag in flags:
        known[flag.admission_id, flag.week].append(flag)
    return {week.pk: known.get((week.admission_id, week.week), []) for week in listed}
