"""What is new to somebody about one appointment: how they knew it beside how it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

BY_VIDEO = "telehealth"

MOMENTS = ("starts_at", "ends_at", "held_until")

URGENT_WITHIN = timedelta(hours=12)
"""What begins so soon is told in quiet hours too."""


@dataclass(frozen=True)
class Standing:
    """An appointment as somebody knows it, or as it is; `live` while it takes place and is theirs, `goes_on` while it
    takes place at all. `held_until` says until when it is only offered to them."""

    live: bool
    starts_at: datetime
    ends_at: datetime
    site: int
    room: int | None
    mode: str
    goes_on: bool = True
    held_until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return {name: _kept(value) for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What `as_json` made."""
        moments = {name: datetime.fromisoformat(kept[name]) for name in MOMENTS if kept.get(name)}
        return cls(**{**kept, **moments})


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class News(StrEnum):
    """One thing that is new about an appointment, in the order in which it is said."""

    ADDED = "added"
    CANCELLED = "cancelled"
    MOVED = "moved"
    ENDS = "ends"
    BY_VIDEO = "by_video"
    IN_PERSON = "in_person"
    OTHER_SITE = "other_site"
    OTHER_ROOM = "other_room"


@dataclass(frozen=True)
class Told:
    """All that is new about one appointment."""

    news: tuple[News, ...]
    before: Standing
    after: Standing

    @property
    def on(self) -> datetime:
        """The time by which the person knows it: the old one, unless it is new to them."""
        return self.after.starts_at if self.news[0] is News.ADDED else self.before.starts_at

    @property
    def begins_at(self) -> datetime:
        """The first moment at which somebody who was not told would be in the wrong place."""
        times = [one.starts_at for one in (self.before, self.after) if one.live]
        return min(times, default=self.after.starts_at)

    @property
    def is_offer(self) -> bool:
        """Whether an answer is waited for."""
        return self.after.live and self.after.held_until is not None

    @property
    def too_late_at(self) -> datetime:
        """When telling them is of no use any more: an offer has its own end."""
        ends = self.after.held_until if self.is_offer else None
        return self.begins_at if ends is None else min(self.begins_at, ends)


def difference(before: Standing, after: Standing, *, now: datetime) -> Told | None:
    """What to tell somebody who knew it as `before`; None where nothing is new, or it is too late to matter.

    What has begun by the old time and by the new is past. Of one that is off, or new, nothing more is said.
    """
    if not any(one.live and one.starts_at > now for one in (before, after)):
        return None
    if before.live and not after.live:
        return Told((News.CANCELLED,), before, after)
    if after.live and not before.live:
        return Told((News.ADDED,), before, after)
    news = tuple(_news(before, after))
    return Told(news, before, after) if news else None


def _news(before: Standing, after: Standing) -> Iterable[News]:
    if before.starts_at != after.starts_at:
        yield News.MOVED
    elif before.ends_at != after.ends_at:
        yield News.ENDS
    if (before.mode == BY_VIDEO) != (after.mode == BY_VIDEO):
        yield News.BY_VIDEO if after.mode == BY_VIDEO else News.IN_PERSON
    elif after.mode == BY_VIDEO:
        return
    elif before.site != after.site:
        yield News.OTHER_SITE
    elif before.room != after.room:
        yield News.OTHER_ROOM


def exchanged(told: Iterable[Told], given_up: Iterable[Told]) -> list[Told]:
    """The same, with one appointment that was exchanged for another said as one that moved.

    `given_up` are those whose booking ended in an exchange. Where more than one was exchanged at once, nobody can
    say which became which, and each is told for itself.
    """
    listed = list(told)
    old = [one for one in given_up if one in listed]
    new = [one for one in listed if one.news == (News.ADDED,)]
    if len(old) == len(new) == 1:
        before, after = old[0].before, new[0].after
        news = tuple(_news(before, after)) or (News.MOVED,)
        listed = [one for one in listed if one not in (old[0], new[0])]
        listed.append(Told(news, before, after))
    return sorted(listed, key=lambda one: (one.on, one.news))
