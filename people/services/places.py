"""A site's hours and rooms, and the public holidays that are proposed to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.opening import HoursError, keep_hours, read_hours
from people.errors import InvalidInput
from people.models import Room, Site, User
from people.services.trail import record

HOURS_WORDS = {
    "weekday": _("There is no such day of the week."),
    "too_many": _("A day has four times of opening at most."),
    "overlap": _("Times of one day must not overlap."),
    "time": _("Write a time, such as 08:30."),
}


def checked_hours(kept: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, list[list[str]]]:
    """Hours as the column keeps them, in order. Raises InvalidInput where they cannot be."""
    try:
        return keep_hours(read_hours(kept))
    except HoursError as error:
        raise InvalidInput({"opening_hours": HOURS_WORDS[error.why]}) from error


def save_hours(site: Site, hours: dict[str, list[list[str]]], *, actor: User | None, now: datetime) -> Site:
    """Write hours that were checked, under the site's lock; whether sessions lie outside is asked before."""
    before = site.opening_hours
    site.opening_hours = hours
    site.save(update_fields=["opening_hours"])
    record("opening_hours_changed", site, actor=actor, now=now, before={"hours": before}, after={"hours": hours})
    return site


def save_room(
    site: Site, room: Room | None, *, name: str, seats: int, active: bool = True, actor: User | None, now: datetime
) -> Room:
    """A new room of the site, or another name, number of seats or use of one.

    Raises InvalidInput for no name, one that another room has, and no seats.
    """
    errors: dict[str, Any] = {}
    if not name.strip():
        errors["name"] = _("Give the room a name.")
    if not 1 <= seats <= 1000:
        errors["seats"] = _("A room has at least one seat.")
    if errors:
        raise InvalidInput(errors)
    taken = InvalidInput({"name": _("Another room has this name.")})
    with refusing({"room_name_once": lambda: taken, "people_room.site_id": lambda: taken}), transaction.atomic():
        before = _facts(room) if room is not None else None
        row = room if room is not None else Room(site=site)
        row.name, row.seats, row.active = name.strip()[:80], seats, active
        row.save()
        record("room_changed", row, actor=actor, now=now, before=before, after=_facts(row))
    return row


def _facts(room: Room) -> dict[str, Any]:
    return {"site": room.site_id, "name": room.name, "seats": room.seats, "active": room.active}
