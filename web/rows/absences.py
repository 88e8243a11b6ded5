"""What a discharge or a leave does, as lists; and the leave that there is."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from people.models import Leave
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.services.absences import Consequences
from web import format as figures
from web.rows.sessions import day_of, times_of
from web.rows.tracks import GapRow, days_of, gap_row, when_of


@dataclass(frozen=True)
class TouchedRow:
    """One booking that goes, stays or comes back."""

    day: str
    times: str
    note: str


@dataclass(frozen=True)
class ConsequencesView:
    """Everything that the change does."""

    cancelled: Sequence[TouchedRow]
    kept: Sequence[TouchedRow]
    ended: Sequence[tuple[str, str]]
    booked_again: Sequence[TouchedRow]
    not_booked: Sequence[GapRow]


@dataclass(frozen=True)
class LeaveRow:
    """A stretch of leave."""

    pk: int
    days: str
    reason: str
    is_over: bool


def consequences_view(done: Consequences) -> ConsequencesView:
    """The lists of a discharge or a leave."""
    return ConsequencesView(
        cancelled=_touched(done.cancelled),
        kept=_touched(done.kept),
        ended=[(when_of(row.series), days_of(row)) for row in done.ended],
        booked_again=_touched(done.booked_again),
        not_booked=[gap_row(gap) for gap in done.not_booked],
    )


def leave_rows(rows: Iterable[Leave], *, today: dt.date) -> list[LeaveRow]:
    """The leave of an admission."""
    return [
        LeaveRow(row.pk, figures.day_range(row.starts_on, row.ends_on), row.reason, row.ends_on < today) for row in rows
    ]


def _touched(rows: Iterable[Booking]) -> list[TouchedRow]:
    return [
        TouchedRow(
            figures.short_day(day_of(row.session)),
            times_of(row.session),
            _("On the waiting list") if row.status == BookingStatus.WAITLISTED else "",
        )
        for row in rows
    ]
