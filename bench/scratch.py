"""Databases of the benchmarks' own, and the environment in which the product uses them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
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


@contextmanager
def database(kind: str, name: str) -> Iterator[Database]:
    """A new, migrated database, gone afterwards."""
    folder = SCRATCH / f"{kind}-{name}-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        with _server_database(name) if kind == "postgresql" else _file(folder) as url:
            scratch = Database(kind, url, folder)
            scratch.run("manage.py", "migrate", "--verbosity", "0")
            yield scratch
    finally:
        rmtree(folder, ignore_errors=True)


@contextmanager
def _file(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'bench.sqlite3'}"


@contextmanager
def _server_database(name: str) -> Iterator[str]:
    address = urlsplit(needs.postgres_url() or "")
    made = f"steadyweek_bench_{name}_{os.getpid()}"
    maintenance = address._replace(scheme="postgresql", path="/postgres").geturl()

    def say(statement: str) -> None:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(made)))

    say("CREATE DATABASE {}")
    try:
        yield address._replace(path=f"/{made}").geturl()
    finally:
        say("DROP DATABASE {} WITH (FORCE)")
