"""What stands in the way of something, named whole: every session that takes the room, the counselor or the patient."""

from collections.abc import Iterable
from typing import Any, Literal

from scheduling.models import Session

What = Literal["room", "counselor", "patient", "travel"]
MOST_NAMED = 50


def conflict(what: What, session: Session) -> dict[str, Any]:
    """One of a refusal's `conflicts`: what is taken, by which session (with its site), from when to when there."""
    zone = session.site.zone
    return {
        "what": what,
        "id": str(session.pk),
        "starts_at": session.starts_at.astimezone(zone).isoformat(),
        "ends_at": session.ends_at.astimezone(zone).isoformat(),
    }


def conflicts_with(pairs: Iterable[tuple[What, int]]) -> list[dict[str, Any]]:
    """The conflicts of sessions by their ids, soonest first, each thing once; in one query."""
    wanted = set(pairs)
    if not wanted:
        return []
    rows = Session.objects.select_related("site").in_bulk({pk for _what, pk in wanted})
    named = sorted(wanted, key=lambda one: (rows[one[1]].starts_at, one[1], one[0]))
    return [conflict(what, rows[pk]) for what, pk in named[:MOST_NAMED]]
