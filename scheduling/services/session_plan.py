"""What an edit of one session would do, be it of a series or not, worked out without writing anything."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from people.domain.time import parse_wall, resolve_wall
from people.errors import InvalidInput
from scheduling.enums import SessionState
from scheduling.errors import RosterSigned, SessionCancelled, SessionStarted
from scheduling.models import Session
from scheduling.services.series_changes import SeriesEdit
from scheduling.services.series_rules import breaks_at
from scheduling.services.series_targets import Target, changed_target, new_leads, shifted
from scheduling.services.session_rules import SessionFields, check_fields


def target_of_one(session: Session, edit: SeriesEdit, *, now: datetime) -> Target:
    """One session changed, moved or called off; it may be of no series."""
    refuse_fixed(session, now=now)
    if edit.cancel:
        return Target("removed", session.occurrence_local, session.starts_at, session.ends_at, session, by_series=False)
    said = edit.changes
    start, end = session.starts_at, session.ends_at
    length = end - start
    if "duration_minutes" in said:
        length = timedelta(minutes=said["duration_minutes"])
    if "starts_at_local" in said:
        try:
            start = resolve_wall(parse_wall(said["starts_at_local"]), session.site.zone)
        except ValueError:
            message = _("Write a date and a time, such as 2026-11-23T18:00.")
            raise InvalidInput({"starts_at_local": message}) from None
    if start <= now:
        raise InvalidInput({"starts_at_local": _("This time is over already.")})
    end = start + length
    breaks = (
        breaks_at(said["breaks"], start) if "breaks" in said else shifted(session.breaks, start - session.starts_at)
    )
    fields = _checked(session, said, start=start, end=end, breaks=breaks)
    clinical = check_fields(fields)
    values = {
        **{name: getattr(fields, name) for name in ("kind", "focus", "title", "capacity", "mode", "telehealth_url")},
        "starts_at": start,
        "ends_at": end,
        "breaks": breaks,
        "clinical_minutes": clinical,
        "room_id": fields.room.pk if fields.room else None,
    }
    return changed_target(session, session.occurrence_local, values, new_leads(session, said))


def refuse_fixed(session: Session, *, now: datetime) -> None:
    """Raises the refusal of a session that can no longer be changed."""
    if session.state == SessionState.CANCELLED:
        raise SessionCancelled(session=str(session.pk))
    if session.state == SessionState.SIGNED or session.bookings.filter(marked_at__isnull=False).exists():
        raise RosterSigned(session=str(session.pk))
    if session.starts_at <= now:
        raise SessionStarted(session=str(session.pk))


def _checked(session: Session, said: Any, *, start: datetime, end: datetime, breaks: list[list[str]]) -> SessionFields:
    def now_or(name: str) -> Any:
        return said.get(name, getattr(session, name))

    return SessionFields(
        program=session.program,
        site=session.site,
        kind=now_or("kind"),
        title=now_or("title"),
        starts_at=start,
        ends_at=end,
        capacity=now_or("capacity"),
        focus=now_or("focus"),
        breaks=tuple((datetime.fromisoformat(one), datetime.fromisoformat(other)) for one, other in breaks),
        counselors=tuple(said["counselors"]) if "counselors" in said else (),
        room=now_or("room"),
        mode=now_or("mode"),
        telehealth_url=now_or("telehealth_url"),
    )
