"""A figure beside its floor, and the table of them."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """What was measured: `ratio` is always better when higher.

    For a rate it is value over floor, for a time floor over value. `n` is how many rows, requests or bookings one
    measurement handles, `peak_mb` the most memory that the measuring process ever held.
    """

    name: str
    value: float
    floor: float
    ratio: float
    unit: str
    n: int
    database: str = ""
    peak_mb: int = 0


def of_times(name: str, seconds: Sequence[float], floor_seconds: Sequence[float], *, n: int) -> Figure:
    """Of repeated times, which are better when lower: their medians, in milliseconds."""
    value, floor = statistics.median(seconds) * 1000, statistics.median(floor_seconds) * 1000
    return Figure(name, round(value, 3), round(floor, 3), round(floor / value, 3), "ms", n)


def of_rates(name: str, seconds: Sequence[float], floor_seconds: Sequence[float], *, each: int, what: str) -> Figure:
    """Of repeated times in which `each` things were done: the medians of how many a second."""
    value, floor = each / statistics.median(seconds), each / statistics.median(floor_seconds)
    return Figure(name, round(value, 1), round(floor, 1), round(value / floor, 3), f"{what}/s", each)


def table(figures: Iterable[Figure]) -> str:
    """The figures in columns, for a terminal."""
    head = ("figure", "database", "value", "floor", "unit", "ratio", "n", "peak MB")
    rows = [
        (
            one.name,
            one.database,
            f"{one.value:,}",
            f"{one.floor:,}",
            one.unit,
            f"{one.ratio:.3f}",
            f"{one.n:,}",
            str(one.peak_mb),
        )
        for one in figures
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    texts = {0, 1, 4}
    lines = [
        "  ".join(
            cell.ljust(width) if column in texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    ]
    return "\n".join([lines[0], "-" * sum(widths, 2 * (len(widths) - 1)), *lines[1:]])


def write(figures: Iterable[Figure], path: Path) -> None:
    """The figures as JSON: a list of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n", encoding="utf-8")
