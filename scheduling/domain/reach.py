"""When one can be where: the way from one session to the next, on a day and past midnight."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduling.domain.fit import Mode, SessionOption, Ways

Site = Hashable | None

Held = tuple[tuple[Site, datetime], ...]
"""From when on one can be at each site, as far as something of a later day begins there sooner."""


class Stay(NamedTuple):
    """A session as time at a site; None for the site where no way is asked for: by video, or because none is known."""

    start: datetime
    end: datetime
    site: Site = None
    ways: Ways = ()

    @classmethod
    def of(cls, option: SessionOption) -> "Stay":
        """The session's own."""
        start, end = option.interval.start, option.interval.end
        if not option.ways or option.mode == Mode.TELEHEALTH:
            return cls(start, end)
        return cls(start, end, option.site_id, option.ways)

    def free_at(self, site: Site) -> datetime:
        """From when on one can be at the site afterwards."""
        if self.site is None or site is None:
            return self.end
        return self.end + timedelta(minutes=next((minutes for there, minutes in self.ways if there == site), 0))

    def follows(self, other: "Stay") -> bool:
        """Whether it begins after the other, with time for the way."""
        return self.start >= other.free_at(self.site)


@dataclass(frozen=True)
class Around:
    """What lies around a day: the earliest start at each site on any later one; what ends by `harmless_until` stands in
    the way of none of those. `is_met`: something of an earlier day may stand in the way of something on this one.
    """

    later_starts: Mapping[Site, datetime]
    harmless_until: datetime | None
    is_met: bool

    def firsts(self, stays: Sequence[Stay]) -> Held:
        """The earliest start at each site, of sessions in order of time; nothing where no earlier day asks about it."""
        if not self.is_met:
            return ()
        found: dict[Site, datetime] = {}
        for stay in stays:
            found.setdefault(stay.site, stay.start)
        return tuple(found.items())

    def held_by(self, stays: Sequence[Stay]) -> Held:
        """What sessions in order of time stand in the way of."""
        if self.harmless_until is None or not stays or stays[-1].end <= self.harmless_until:
            return ()
        return self.still(*(tuple((site, stay.free_at(site)) for site in self.later_starts) for stay in stays))

    def still(self, *helds: Held) -> Held:
        """All of it together, less what no later day asks about."""
        free_from: dict[Site, datetime] = {}
        for held in helds:
            for site, free in held:
                free_from[site] = max(free, free_from.get(site, free))
        if not free_from:
            return ()
        return tuple(
            (site, free_from[site])
            for site, first in self.later_starts.items()
            if site in free_from and free_from[site] > first
        )


def around(days: Sequence[Iterable[Stay]]) -> list[Around]:
    """What lies around each of the days, in their order."""
    listed = [list(stays) for stays in days]
    ways = [minutes for stays in listed for stay in stays for _site, minutes in stay.ways]
    longest = timedelta(minutes=max(ways, default=0))
    starts: list[dict[Site, datetime]] = [{} for _ in listed]
    for place in range(len(listed) - 1, 0, -1):
        starts[place - 1] = dict(starts[place])
        for stay in listed[place]:
            known = starts[place - 1].get(stay.site, stay.start)
            starts[place - 1][stay.site] = min(known, stay.start)
    found, is_met = [], False
    for stays, later in zip(listed, starts, strict=True):
        harmless_until = min(later.values()) - longest if later else None
        found.append(Around(later, harmless_until, is_met))
        is_met = is_met or (harmless_until is not None and any(stay.end > harmless_until for stay in stays))
    return found


def is_free(held: Held, firsts: Held) -> bool:
    """Whether one can be everywhere by the first start there."""
    if not held:
        return True
    free_from = dict(held)
    return all(site not in free_from or start >= free_from[site] for site, start in firsts)
