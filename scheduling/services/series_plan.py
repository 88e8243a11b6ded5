"""What an edit would do, worked out without writing anything: the same for the preview and for the edit itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from people.errors import InvalidInput
from scheduling.enums import SessionState
from scheduling.models import Booking, Session, SessionSeries
from scheduling.services.series_changes import Scope, SeriesEdit, check_edit, wanted_of
from scheduling.services.series_pairing import kept, recurred, reopened
from scheduling.services.series_targets import Outline
from scheduling.services.session_plan import refuse_fixed, target_of_one


def outline_of(series: SessionSeries, edit: SeriesEdit, *, now: datetime) -> Outline:
    """Work out the targets. Raises InvalidInput by field; SessionStarted, RosterSigned or SessionCancelled for an
    occurrence that can no longer be changed."""
    check_edit(edit)
    rows = list(rows_of(series))
    if edit.scope is Scope.THIS:
        return Outline((target_of_one(_named(rows, edit.occurrence), edit, now=now),), None)
    if edit.scope is Scope.FOLLOWING:
        refuse_fixed(_named(rows, edit.occurrence), now=now)
    wanted = wanted_of(series, edit)
    marked = _marked(series)
    inside = [row for row in rows if not _is_fixed(row, marked, now=now) and _in_scope(row, edit)]
    if not wanted.recurs_anew:
        targets = [kept(row, wanted) for row in inside if row.is_live]
        waiting = [row for row in inside if row.is_shut_out]
        targets += [reopened(row, wanted, row.occurrence_local, row.starts_at, row.ends_at) for row in waiting]
    else:
        targets = recurred(series, wanted, rows, inside, edit=edit, now=now)
    return Outline(tuple(target for target in targets if target.differs or target.change == "kept"), wanted)


def rows_of(series: SessionSeries) -> Iterable[Session]:
    """The series' sessions with what a plan reads of them."""
    rows: Iterable[Session] = (
        series.sessions.select_related("program", "site", "room", "closed_by")
        .prefetch_related("counselors")
        .order_by("occurrence_local")
    )
    return rows


def _marked(series: SessionSeries) -> set[int]:
    rows = Booking.objects.filter(session__series=series, marked_at__isnull=False)
    return set(rows.values_list("session_id", flat=True))


def _is_fixed(session: Session, marked: set[int], *, now: datetime) -> bool:
    """Begun, over, signed or marked: no edit touches it."""
    return session.starts_at <= now or session.state == SessionState.SIGNED or session.pk in marked


def _named(rows: Sequence[Session], local: str | None) -> Session:
    found = next((row for row in rows if row.occurrence_local == local), None)
    if found is None:
        raise InvalidInput({"occurrence": _("The series has no such occurrence.")})
    return found


def _in_scope(row: Session, edit: SeriesEdit) -> bool:
    return edit.scope is Scope.ALL or (row.occurrence_local or "") >= (edit.occurrence or "")
