"""The week as a drawing: one column a day, blocks placed by quarter-hours of the wall clock.

Blocks carry classes such as `q72 n12` (from quarter 72 of the day, 18:00, for twelve quarters); `week-grid.css` gives
those classes their place. The same entries make the list that screen readers get.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.formats import date_format
from django.utils.translation import gettext

from web import format as figures

QUARTER_MINUTES = 15
DAY_QUARTERS = 96
TALL_QUARTERS = 6
"""From an hour and a half on, a block has room for an icon above its times."""
LINE_EVERY_HOURS = 3

BlockLook = Literal["work", "travel", "done", "booked", "offered", "chosen", "open", "off"]
SESSION_LOOKS = frozenset({"done", "booked", "offered", "chosen"})

_ICONS = {"done": "check-lg", "offered": "plus-lg"}


@dataclass(frozen=True)
class GridItem:
    """Something to draw, between two instants.

    `look`: work hours, travel, a session that is `done`, `booked` or `offered`, or `chosen` in a proposal; of a
    counselor, hours that are `open` and time `off`. `label` is the reader's word for it ("Group"), `icon` a Bootstrap
    icon's name. `minutes` is what it adds to its day's sum: for a session its length unless given, else nothing.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    look: BlockLook
    label: str
    icon: str = ""
    url: str = ""
    minutes: int | None = None

    @property
    def counted_minutes(self) -> int:
        """What the item adds to the sum of its day."""
        if self.look not in SESSION_LOOKS:
            return 0
        if self.minutes is not None:
            return self.minutes
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class GridBlock:
    """The part of an item that lies in one day."""

    item: GridItem
    quarter: int
    quarters: int
    times: str
    short_times: str

    @property
    def classes(self) -> str:
        """Place and look, for the class attribute."""
        size = "is-tall" if self.quarters >= TALL_QUARTERS else "is-flat"
        return f"q{self.quarter} n{self.quarters} is-{self.item.look} {size}"

    @property
    def icon(self) -> str:
        """Done and offered have a sign of their own; the others show their kind."""
        return _ICONS.get(self.item.look, self.item.icon)

    @property
    def drawn_times(self) -> str:
        """The times as the drawing has room for them: "9–noon" rather than "9 am–noon"."""
        noon = gettext("noon")
        return (
            f"{self.short_times.split(figures.DASH)[0]}{figures.DASH}{noon}"
            if self.times.endswith(noon)
            else self.times
        )

    @property
    def is_session(self) -> bool:
        """Whether this is an appointment rather than work or travel."""
        return self.item.look in SESSION_LOOKS

    @property
    def state(self) -> str:
        """The look in a word, for the list: "done", "booked", "free to book"."""
        words = {"done": gettext("done"), "booked": gettext("booked"), "offered": gettext("free to book")}
        return words.get(self.item.look, "")


@dataclass(frozen=True)
class GridDay:
    """One column. `closed` is the word written over a day on which the site is closed, or empty."""

    on: dt.date
    weekday: str
    letter: str
    name: str
    is_today: bool
    blocks: tuple[GridBlock, ...]
    total_minutes: int
    closed: str
    now_quarter: int | None

    @property
    def total(self) -> str:
        """The sum beneath the day."""
        return figures.minutes(self.total_minutes) if self.total_minutes else figures.DASH

    @property
    def entries(self) -> tuple[GridBlock, ...]:
        """The lines of the list: everything but travel."""
        return tuple(block for block in self.blocks if block.item.look != "travel")


@dataclass(frozen=True)
class GridLine:
    """An hour that is named beside the drawing."""

    quarter: int
    label: str


@dataclass(frozen=True)
class WeekGrid:
    """A drawing of some days, from one full hour to another."""

    days: tuple[GridDay, ...]
    from_hour: int
    to_hour: int
    lines: tuple[GridLine, ...]

    @property
    def classes(self) -> str:
        """The drawing's window, for the class attribute."""
        return f"from{self.from_hour} to{self.to_hour}"


def build_week_grid(
    days: Sequence[dt.date],
    items: Iterable[GridItem],
    zone: dt.tzinfo,
    *,
    now: dt.datetime | None = None,
    closed: Mapping[dt.date, str] | None = None,
    hours: tuple[int, int] = (8, 20),
) -> WeekGrid:
    """The drawing of `days` in the wall time of `zone`.

    It shows at least `hours` and widens to whole hours for whatever lies outside. An item over midnight is drawn in
    both days and counts for the first. `now` draws a line in today's column, while it lies within the hours shown.
    """
    ordered = sorted(items, key=lambda item: (item.starts_at, item.look))
    local_now = now.astimezone(zone) if now else None
    columns = tuple(_day(on, ordered, zone, local_now, (closed or {}).get(on, "")) for on in days)
    from_hour, to_hour = _window(columns, hours)
    shown = range(from_hour * 4, to_hour * 4)
    return WeekGrid(
        days=tuple(replace(day, now_quarter=day.now_quarter if day.now_quarter in shown else None) for day in columns),
        from_hour=from_hour,
        to_hour=to_hour,
        lines=tuple(
            GridLine(hour * 4, figures.axis_hour(hour)) for hour in range(from_hour, to_hour, LINE_EVERY_HOURS)
        ),
    )


def travel_round(starts_at: dt.datetime, ends_at: dt.datetime, *, before: int, after: int) -> tuple[GridItem, ...]:
    """The travel on both sides of a stretch of work, in minutes; nothing where there is none."""
    label = gettext("Travel")
    way_there = GridItem(starts_at - dt.timedelta(minutes=before), starts_at, "travel", label)
    way_back = GridItem(ends_at, ends_at + dt.timedelta(minutes=after), "travel", label)
    return tuple(item for item in (way_there, way_back) if item.ends_at > item.starts_at)


def _day(
    on: dt.date, items: Sequence[GridItem], zone: dt.tzinfo, local_now: dt.datetime | None, closed: str
) -> GridDay:
    placed = [(item, _place(item, on, zone)) for item in items]
    is_today = local_now is not None and local_now.date() == on
    return GridDay(
        on=on,
        weekday=date_format(on, "D"),
        letter=date_format(on, "D")[:1].upper(),
        name=figures.long_day(on),
        is_today=is_today,
        blocks=tuple(_block(item, place, zone) for item, place in placed if place),
        total_minutes=sum(i.counted_minutes for i in items if i.starts_at.astimezone(zone).date() == on),
        closed=closed,
        now_quarter=_minute_of_day(local_now) // QUARTER_MINUTES if local_now and is_today else None,
    )


def _block(item: GridItem, place: tuple[int, int], zone: dt.tzinfo) -> GridBlock:
    quarter, quarters = place
    is_flat = quarters < TALL_QUARTERS
    return GridBlock(
        item=item,
        quarter=quarter,
        quarters=quarters,
        times=figures.time_range(item.starts_at, item.ends_at, zone=zone),
        short_times=figures.bare_clock(item.starts_at, zone=zone)
        if is_flat
        else figures.time_range(item.starts_at, item.ends_at, zone=zone, bare=True),
    )


def _place(item: GridItem, on: dt.date, zone: dt.tzinfo) -> tuple[int, int] | None:
    """The quarters of the day that the item covers, or None if it lies in other days."""
    starts, ends = item.starts_at.astimezone(zone), item.ends_at.astimezone(zone)
    if item.ends_at <= item.starts_at or starts.date() > on or ends.date() < on:
        return None
    first = _minute_of_day(starts) // QUARTER_MINUTES if starts.date() == on else 0
    last = -(-_minute_of_day(ends) // QUARTER_MINUTES) if ends.date() == on else DAY_QUARTERS
    if last == 0:
        return None
    return first, min(max(last - first, 1), DAY_QUARTERS - first)


def _minute_of_day(moment: dt.datetime) -> int:
    return moment.hour * 60 + moment.minute


def _window(columns: Sequence[GridDay], hours: tuple[int, int]) -> tuple[int, int]:
    blocks = [block for column in columns for block in column.blocks]
    first = min([hours[0], *(block.quarter // 4 for block in blocks)])
    last = max([hours[1], *(-(-(block.quarter + block.quarters) // 4) for block in blocks)])
    return first, last
