"""Flags as lists and pages show them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from attendance.models import Flag, TreatmentWeek
from people.models import User


def flags_for_display(user: User) -> QuerySet[Flag]:
    """Every flag that one sees, newest first, with what a list shows of it."""
    return Flag.objects.visible_to(user).select_related("patient", "session__site", "assigned_to")


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
