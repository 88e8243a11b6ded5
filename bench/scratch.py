"""Databases of the benchmarks' own, and the environment in which the product uses them."""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copyfile, rmtree
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import needs

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "var" / "bench"


@dataclass(frozen=True)
class Database:
    """A scratch database: what kind it is, and the environment that names it."""

    kind: str
    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that works on it; nothing of ours is left from outside."""
        ours = ("DATABASE_URL", "REDIS_URL", "DEBUG", "RATE_LIMITS", "STEADYWEEK_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "RATE_LIMITS": "no",
            "STEADYWEEK_VAR_DIR": str(self.folder),
        }

    def run(self, *words: str) -> None:
        """Run Python with these words on the database. Raises CalledProcessError where it fails."""
        subprocess.run([sys.executable, *words], cwd=ROOT, env=self.environment, check=True, stdout=subprocess.DEVNULL)


def kinds() -> list[str]:
    """SQLite, and PostgreSQL where one answers."""
    return ["sqlite", "postgresql"] if needs.postgres_url() else ["sqlite"]


@dataclass(frozen=True)
class Seed:
    """The demo's network of so many patients with so many weeks behind them."""

    patients: int
    weeks: int


@contextmanager
def database(kind: str, name: str, *, seed: Seed | None = None) -> Iterator[Database]:
    """A new database, migrated and perhaps seeded, gone afterwards: a copy of one that is made once a run."""
    with _made(kind, name) as scratch:
        _copy(_seeded(kind, seed) if seed else _migrated(kind), scratch)
        yield scratch


@cache
def _migrated(kind: str) -> Database:
    """Kept until this process ends."""
    scratch = _templates.enter_context(_made(kind, "migrated"))
    if kind == "postgresql":
        _on_the_server("CREATE DATABASE {}", scratch)
    scratch.run("manage.py", "migrate", "--verbosity", "0")
    return scratch


@cache
def _seeded(kind: str, seed: Seed) -> Database:
    scratch = _templates.enter_context(_made(kind, f"seeded_{seed.patients}"))
    _copy(_migrated(kind), scratch)
    begun = time.monotonic()
    words = ("--patients", str(seed.patients), "--weeks", str(seed.weeks), "--seed", "7")
    scratch.run("manage.py", "seed_demo", *words)
    print(f"  {seed.patients:,} patients and {seed.weeks} weeks seeded in {time.monotonic() - begun:.0f} s", flush=True)
    return scratch


_templates = ExitStack()
atexit.register(_templates.close)


@contextmanager
def _made(kind: str, name: str) -> Iterator[Database]:
    """The place for a database; what comes to be there is gone afterwards."""
    folder = SCRATCH / f"{kind}-{name}-{os.getpid()}"
    folder.mkdir(parents=True)
    if kind == "postgresql":
        address = urlsplit(needs.postgres_url() or "")
        url = address._replace(path=f"/steadyweek_bench_{name}_{os.getpid()}").geturl()
    else:
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
    scratch = Database(kind, url, folder)
    try:
        yield scratch
    finally:
        if kind == "postgresql":
            _on_the_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", scratch)
        rmtree(folder, ignore_errors=True)


def _copy(source: Database, target: Database) -> None:
    if source.kind == "postgresql":
        _on_the_server("CREATE DATABASE {} TEMPLATE {}", target, source)
    else:
        copyfile(source.folder / "bench.sqlite3", target.folder / "bench.sqlite3")


def _on_the_server(statement: str, *named: Database) -> None:
    address = urlsplit(needs.postgres_url() or "")
    maintenance = address._replace(scheme="postgresql", path="/postgres").geturl()
    names = [sql.Identifier(urlsplit(one.url).path.removeprefix("/")) for one in named]
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*names))
