"""`python -m tests.load` (`make storm`): races and load on PostgreSQL; prints a table, writes var/storm.json.

1. Every race for some rounds over HTTP, by real processes against a real server; after each round the oracle's SQL.
   Each round is followed by the same steps one after the other, which must end as well.
2. The storm: many clients over twenty sessions for a minute, and the oracle.
3. The races again with the locks and the database's promises taken out, on a database of its own: the fault must
   show there, or the race proves nothing.

It ends with 1 where a promise broke, a client saw a 5xx, or the control showed no fault.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.scratch import ROOT, Database, database
from tests import needs


def main(words: list[str]) -> int:
    """Run it; 0 when everything held and every control showed its fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Races and load on PostgreSQL.")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60, help="how long the storm lasts; 0 leaves it out")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=[], metavar="RACE")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "storm.json")
    asked = parser.parse_args(words)
    if needs.postgres_url() is None:
        print("The storm needs PostgreSQL: DATABASE_URL names it.")
        return 1
    common = [
        "--rounds",
        str(asked.rounds),
        "--clients",
        str(asked.clients),
        *(["--only", *asked.only] * bool(asked.only)),
    ]
    print("With the locks:", file=sys.stderr)
    results = _run("storm", [*common, "--seconds", str(asked.seconds)])
    print("With the locks taken out (the fault must show):", file=sys.stderr)
    control = {row["name"]: row["broken"] for row in _run("storm_control", [*common, "--without-locks"])}
    rows = [row | {"control_broken": control.get(row["name"])} for row in results]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(rows, indent=2) + "\n")
    print(f"{_table(rows)}\n{asked.out}")
    sound = all(row["broken"] == row["server_errors"] == 0 and row["control_broken"] != 0 for row in rows)
    return 0 if sound else 1


def _run(name: str, words: list[str]) -> list[dict[str, Any]]:
    with database("postgresql", name) as scratch:
        answer = scratch.folder / "results.json"
        _python(scratch, "-m", "tests.load.one", str(answer), *words)
        found: list[dict[str, Any]] = json.loads(answer.read_text())
        return found


def _python(scratch: Database, *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, env=scratch.environment, check=True)


def _table(rows: list[dict[str, Any]]) -> str:
    head = f"{'race':32} {'rounds':>6} {'broken':>7} {'5xx':>5} {'broken without locks':>21}"
    lines = [
        f"{row['name']:32} {row['rounds']:>6} {row['broken']:>7} {row['server_errors']:>5} "
        f"{'-' if row['control_broken'] is None else row['control_broken']:>21}"
        for row in rows
    ]
    return "\n".join([head, "-" * len(head), *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
