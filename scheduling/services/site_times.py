"""Whether a site is open for a session: its weekly hours, and its closures. A session by video needs neither door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from people.domain.opening import OpeningHours, keep_hours
from people.domain.time import Interval, local_date
from people.errors import Refusal
from people.models import Site, SiteClosure
from people.queries import closures_in
from scheduling.enums import Mode
from scheduling.errors import OutsideOpeningHours, SiteClosed
from scheduling.services.locks import lock_site

Asked = tuple[Interval, str]
"""When a session is to be, and in which mode."""

MOST_NAMED = 50


@dataclass(frozen=True)
class SiteTimes:
    """A site's hours, and its closures over a span."""

    site: Site
    hours: OpeningHours
    closures: Sequence[tuple[Interval, SiteClosure]]

    @classmethod
    def load(cls, site: Site, span: Interval) -> "SiteTimes":
        """One query."""
        return cls(site, site.open_times, [(row.interval, row) for row in closures_in(site, span)])

    @classmethod
    def locked(cls, site: Site, span: Interval) -> "SiteTimes":
        """The same under the site's lock: nobody closes it before the transaction is over."""
        return cls.load(lock_site(site.pk), span)

    def closure_at(self, interval: Interval, mode: str) -> SiteClosure | None:
        """What keeps a session from taking place then; None where nothing does."""
        for closed, row in self.closures:
            if closed.overlaps(interval) and (mode != Mode.TELEHEALTH or row.by_video_too):
                return row
        return None

    def is_outside(self, interval: Interval, mode: str) -> bool:
        """Whether the session would begin before the site opens, or end after it closes."""
        return mode != Mode.TELEHEALTH and not self.hours.covers(interval)

    def columns_at(self, interval: Interval, mode: str) -> dict[str, Any] | None:
        """The columns of a session that the doors keep from taking place then; None where it can."""
        closure = self.closure_at(interval, mode)
        return shut_columns(closure) if closure is not None or self.is_outside(interval, mode) else None

    def refusal(self, asked: Iterable[Asked]) -> Refusal | None:
        """Why not all of these can be held, naming each that cannot; None where they can."""
        listed = list(asked)
        closed = [(when, row) for when, mode in listed if (row := self.closure_at(when, mode)) is not None]
        if closed:
            return SiteClosed(
                conflicts=[
                    {**self._times(when), "what": "closure", "id": str(row.pk), "reason": row.reason}
                    for when, row in closed[:MOST_NAMED]
                ]
            )
        outside = [when for when, mode in listed if self.is_outside(when, mode)]
        if outside:
            conflicts = [{**self._times(when), "what": "opening_hours"} for when in outside[:MOST_NAMED]]
            days = {local_date(when.start, self.site.zone).weekday() for when in outside}
            kept = keep_hours({day: self.hours.hours.get(day, ()) for day in days})
            return OutsideOpeningHours(conflicts=conflicts, opening_hours=kept)
        return None

    def _times(self, when: Interval) -> dict[str, Any]:
        zone = self.site.zone
        return {
            "starts_at": when.start.astimezone(zone).isoformat(),
            "ends_at": when.end.astimezone(zone).isoformat(),
        }


def shut_columns(closure: SiteClosure | None) -> dict[str, Any]:
    """Why the doors are shut, as a session keeps it: a closure, or else the hours."""
    return {"closed_by_id": closure.pk if closure is not None else None, "outside_hours": closure is None}


def refuse_shut(site: Site, asked: Iterable[Asked]) -> None:
    """Raises SiteClosed or OutsideOpeningHours, naming every session for which the site is not open.

    Call it in the transaction that writes them.
    """
    listed = list(asked)
    if not listed:
        return
    refusal = SiteTimes.locked(site, span_of(listed)).refusal(listed)
    if refusal is not None:
        raise refusal


def span_of(asked: Sequence[Asked]) -> Interval:
    """From the first start to the last end."""
    return Interval(min(when.start for when, _mode in asked), max(when.end for when, _mode in asked))
