"""A report as a value: what was asked for, the tables that answer it, and what stands at their foot."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from people.domain.sentences import gettext_noop

Cell = str | int | date | None
Row = Sequence[Cell]
Told = Callable[[Sequence[int]], None]
"""Hears, chunk by chunk, whom the rows that follow are about, by patient id."""

LONGEST = timedelta(weeks=106)
"""Two years of weeks, and a little: what one report or page holds."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is run as a formula by spreadsheets."""


def range_refusal(first: date, last: date) -> str | None:
    """Why nothing can be reported over these dates, to be said of the last one; None where it can."""
    if last < first:
        return gettext_noop("The last day lies before the first.")
    if last - first > LONGEST:
        return gettext_noop("At most two years at once.")
    return None


@dataclass(frozen=True)
class ReportAsked:
    """Which report, over which dates (both included), narrowed to what; `patient_ids` empty means everybody seen."""

    kind: str
    first: date
    last: date
    program_id: int | None = None
    site_id: int | None = None
    patient_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For a row or the trail: ids and dates, no names."""
        return {
            "report": self.kind,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "program": self.program_id,
            "site": self.site_id,
            "patients": list(self.patient_ids),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        return cls(
            kind=said["report"],
            first=date.fromisoformat(said["from"]),
            last=date.fromisoformat(said["to"]),
            program_id=said["program"],
            site_id=said["site"],
            patient_ids=tuple(said["patients"]),
        )

    @property
    def days(self) -> tuple[date, ...]:
        """Each date, in order."""
        return tuple(self.first + timedelta(days=offset) for offset in range((self.last - self.first).days + 1))

    def file_name(self, ending: str) -> str:
        """A neutral name: what it holds and from when to when, never whose."""
        return f"{self.kind}-{self.first.isoformat()}-{self.last.isoformat()}.{ending}"


@dataclass(frozen=True)
class ReportTable:
    """A table whose rows are read as they are asked for. `name` is that of its sheet."""

    name: str
    columns: Sequence[str]
    rows: Iterator[Row]


@dataclass(frozen=True)
class Report:
    """Tables one after the other, and once their rows are through, the definitions and policies at the foot."""

    asked: ReportAsked
    tables: Iterable[ReportTable]
    foot: Callable[[], Sequence[tuple[str, str]]]


def defused(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
