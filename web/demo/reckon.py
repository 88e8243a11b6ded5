"""The demo's weeks and flags, by the services that keep everybody's: counted, then closed where they are over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef

from attendance.models import TreatmentWeek
from attendance.services import flags, weeks
from scheduling.enums import SessionState
from scheduling.models import Booking

SWEEP = timedelta(minutes=10)
"""Weeks whose rosters are signed close with the next sweep after their end; others after the program's grace."""

Say = Callable[[str], None]


def reckon(*, now: datetime, history_weeks: int, say: Say) -> None:
    """Every week from the first on, in turn, so that memory holds one of them at a time."""
    say("Counting the weeks ...")
    weeks.ensure_weeks(now=now, weeks_ahead=1, weeks_back=history_weeks)
    dates = TreatmentWeek.objects.order_by("week").values_list("week", flat=True).distinct()
    for week in list(dates):
        ids = TreatmentWeek.objects.filter(week=week, stale_at__isnull=False).values_list("pk", flat=True)
        weeks.recount(list(ids), now=now)
    _close(now)
    flags.evaluate(now=now)


def _close(now: datetime) -> None:
    unsigned = Booking.objects.live().filter(
        admission=OuterRef("admission"), week=OuterRef("week"), session__state=SessionState.SCHEDULED
    )
    ended = TreatmentWeek.objects.open()
    for waits, rows in ((SWEEP, ended.filter(~Exists(unsigned))), (None, ended)):
        for grace in [waits] if waits else _graces():
            due = rows if waits else rows.filter(program__close_grace_minutes=grace // timedelta(minutes=1))
            closed_at = ExpressionWrapper(F("ends_at") + grace, output_field=DateTimeField())
            due.filter(ends_at__lte=now - grace).update(closed_at=closed_at)


def _graces() -> list[timedelta]:
    from people.models import Program

    minutes = Program.objects.order_by().values_list("close_grace_minutes", flat=True).distinct()
    return [timedelta(minutes=one) for one in minutes]
