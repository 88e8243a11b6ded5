"""A series at Maple Street, and how its sessions read."""

from datetime import datetime
from typing import Any

from scheduling.models import SessionSeries
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_preview import Preview
from tests.cast import DENVER, NOW, Cast


def series_of(cast: Cast, *, weeks: int = 4, now: datetime = NOW, **changes: Any) -> SessionSeries:
    """Mondays and Wednesdays at six, three hours with a break, led by Dana in room 4."""
    fields: dict[str, Any] = {
        "program": cast.program,
        "site": cast.site,
        "kind": "group",
        "title": "Process group",
        "focus": "process",
        "rrule": "FREQ=WEEKLY;BYDAY=MO,WE",
        "starts_at_local": "2026-11-16T18:00",
        "duration_minutes": 180,
        "breaks": ((90, 15),),
        "capacity": 12,
        "counselors": (cast.dana_counselor,),
        "room": cast.room,
    }
    return create_series(SeriesFields(**{**fields, **changes}), actor=None, now=now, weeks=weeks)


def seen(series: SessionSeries) -> dict[int, tuple[str, str]]:
    """Each session's id with its local start and state."""
    return {
        row.pk: (row.starts_at.astimezone(DENVER).strftime("%m-%d %H:%M"), row.state)
        for row in series.sessions.order_by("starts_at", "pk")
    }


def change(
    series: SessionSeries, scope: str = "all", occurrence: str | None = None, *, confirmed: Any = (), **changes: Any
) -> Preview:
    """Do an edit of the series."""
    edit = SeriesEdit(Scope(scope), changes, occurrence)
    return edit_series(series, edit, actor=None, now=NOW, confirmed_lost=confirmed)
