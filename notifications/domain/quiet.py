"""Quiet hours, and the moment at which a reminder is told."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.domain.time import resolve_wall

SETTLING = timedelta(hours=2)
"""Nobody is reminded of what they booked a moment ago."""


@dataclass(frozen=True)
class QuietHours:
    """Wall times between which nothing is sent, half-open; they may span midnight, and equal ends mean none."""

    begins: time
    ends: time
    zone: ZoneInfo

    def hold(self, instant: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours that it falls into."""
        local = instant.astimezone(self.zone)
        at, on = local.time(), local.date()
        if not self._covers(at):
            return instant
        ends_on = on + timedelta(days=1) if at >= self.ends else on
        ends_at = resolve_wall(datetime.combine(ends_on, self.ends), self.zone)
        # In the hour that a clock shows twice, the first of the two ends may already be behind us.
        return max(instant, ends_at)

    def _covers(self, at: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


def reminder_due_at(
    starts_at: datetime, *, before: timedelta, booked_at: datetime, quiet: QuietHours, now: datetime
) -> datetime | None:
    """When to remind of something that starts at `starts_at`; None where no moment is left.

    The time comes `before` the start, but never sooner than two hours after the booking; what is late is told
    now; quiet hours move it on. What would only be told once it has begun is not told.
    """
    time_comes = max(starts_at - before, booked_at + SETTLING)
    due_at = quiet.hold(max(time_comes, now)).astimezone(UTC)
    return due_at if due_at < starts_at else None
