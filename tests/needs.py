"""What some tests need beside Python: PostgreSQL, Redis, Chromium and gettext, and whether this machine has them."""

import os
import shutil
from urllib.parse import urlsplit

import psycopg
import redis

POSTGRES_URL = f"postgres://postgres@127.0.0.1:5432/steadyweek_{os.getpid()}"
"""Where PostgreSQL is looked for when `DATABASE_URL` names none; one database a run, so that runs do not meet."""

REDIS_URL = "redis://127.0.0.1:6379/15"
"""Where Redis is looked for when `REDIS_URL` names none."""

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def postgres_url() -> str | None:
    """The URL of a PostgreSQL that answers, or None. The database in it need not exist: its server must."""
    url = os.environ.get("DATABASE_URL") or POSTGRES_URL
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        return None
    try:
        psycopg.connect(parts._replace(scheme="postgresql", path="/postgres").geturl(), connect_timeout=3).close()
    except psycopg.OperationalError:
        return None
    return url


def redis_url() -> str | None:
    """The URL of a Redis that answers, or None."""
    url = os.environ.get("REDIS_URL") or REDIS_URL
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
            client.ping()
    except redis.RedisError:
        return None
    return url


def chromium() -> str | None:
    """The path of Chromium, or None. `CHROMIUM` in the environment goes first."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def gettext() -> str | None:
    """The path of xgettext, which finds the messages in the sources, or None."""
    return shutil.which("xgettext")


def missing() -> list[str]:
    """The names of what this machine lacks, in a fixed order."""
    found = {"PostgreSQL": postgres_url(), "Redis": redis_url(), "Chromium": chromium(), "gettext": gettext()}
    return [name for name, where in found.items() if where is None]
