"""`python -m bench`: measure, print the table, write var/bench.json.

Each benchmark runs in a process of its own, on each database in turn: SQLite, and PostgreSQL where one answers.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from bench.figures import Figure, table, write
from bench.scratch import ROOT, Database, Seed, database, kinds
from bench.sizes import FULL, QUICK, Sizes

BENCHMARKS = ("feed", "booking", "roster", "reminders", "board", "storm", "series", "reports", "closing", "history")
SEEDED = ("board", "closing", "history")
"""Those that measure a whole network of the demo's; the same network is seeded once a run."""


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when every benchmark came to its end."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Each figure beside its floor.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {' '.join(BENCHMARKS)} (all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="one database only")
    parser.add_argument("--patients", type=int, help="how many the board has")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench.json")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    sizes = QUICK if asked.quick else FULL
    if asked.patients:
        sizes = replace(sizes, patients=asked.patients, boards=(asked.patients,))
    begun = time.monotonic()
    figures: list[Figure] = []
    for figure in _measure(asked.names or BENCHMARKS, asked.database or kinds(), sizes):
        figures.append(figure)
        write(figures, asked.out)  # after each, so that what was measured outlives an interruption
    print(f"\n{table(figures)}\n\nA ratio is better when higher. {time.monotonic() - begun:.0f} s; {asked.out}")
    return 0


def _measure(names: tuple[str, ...] | list[str], databases: list[str], sizes: Sizes) -> Iterator[Figure]:
    for kind in databases:
        for name in BENCHMARKS:
            if name not in names:
                continue
            for size in _sizes_of(name, sizes):
                print(f"{name} on {kind} ...", flush=True)
                seed = Seed(size.patients, size.history_weeks) if name in SEEDED else None
                with database(kind, name, seed=seed) as scratch:
                    yield from _figures(scratch, name, size)


def _sizes_of(name: str, sizes: Sizes) -> list[Sizes]:
    """The board's cost against its history is measured for clinics of several sizes, anything else for one."""
    return [replace(sizes, patients=people) for people in sizes.boards] if name == "history" else [sizes]


def _figures(scratch: Database, name: str, sizes: Sizes) -> Iterator[Figure]:
    answer = scratch.folder / "figures.json"
    scratch.run("-m", "bench.one", name, json.dumps(asdict(sizes)), str(answer))
    for figure in json.loads(answer.read_text()):
        yield Figure(**figure | {"database": scratch.kind})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
