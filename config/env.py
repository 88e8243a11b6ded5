"""Settings from the environment: typed, documented, and refused with a sentence when they are wrong.

Every variable that the product reads is declared in `SETTINGS`; the README's table is checked against it.
Nothing outside `config/` reads the environment.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

PREFIX = "STEADYWEEK_"


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, what it may hold, what it is when absent, and what it is for."""

    name: str
    kind: str
    default: str
    purpose: str


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", "url", "SQLite under var/", "where the data lives: `postgres://user@host:5432/name`"),
    Setting("REDIS_URL", "url", "none: files under var/", "broker and cache: `redis://host:6379/0`"),
    Setting("SECRET_KEY", "text", "made up in development", "signs sessions; required in production"),
    Setting("ALLOWED_HOSTS", "list", "this machine's names", "host names that the server answers to"),
    Setting("DEBUG", "yes or no", "on in development", "shows errors and the development outbox"),
    Setting("EMAIL_URL", "url", "files under var/outbox/", "`smtp://user:password@host:25`, `smtp+tls://…`"),
    Setting("TWILIO_BASE_URL", "url", "none", "where text messages are handed over"),
    Setting("SECURE_SSL_REDIRECT", "yes or no", "on in production", "sends plain HTTP to HTTPS"),
    Setting("RATE_LIMITS", "yes or no", "on", "limits sign-in attempts and API requests"),
    Setting("STEADYWEEK_VAR_DIR", "path", "var/", "where the embedded mode keeps its files"),
    Setting("STEADYWEEK_BASE_URL", "url", "http://127.0.0.1:8000", "the address that links in messages start with"),
    Setting("STEADYWEEK_HORIZON_WEEKS", "number", "12", "how many weeks ahead series become sessions"),
    Setting("STEADYWEEK_FEED_GZIP", "yes or no", "on", "compresses calendar feeds for clients that ask for it"),
    Setting("STEADYWEEK_FROM_EMAIL", "text", "appointments@localhost", "the neutral sender of e-mail"),
)

_env = environ.Env()


def check_environment(variables: Mapping[str, str] = os.environ) -> None:
    """Refuse names with our prefix that nobody reads: a typing error must not pass silently."""
    known = {setting.name for setting in SETTINGS}
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in known:
            raise ImproperlyConfigured(
                f"{name} is not a setting of Steadyweek. See the table of settings in README.md."
            )


def _read(name: str, reader: Callable[[], Any], expected: str) -> Any:
    try:
        return reader()
    except (ValueError, TypeError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} must be {expected}, but it is {os.environ.get(name)!r}.") from error


def text(name: str, default: str | None = None) -> str | None:
    """The variable as text, or the default where it is absent or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """A yes or a no: `1`, `true`, `yes`, `on` and their opposites."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, but it is {value!r}.")


def number(name: str, *, default: int, least: int, most: int) -> int:
    """A whole number between `least` and `most`, both included."""
    if not os.environ.get(name):
        return default
    value: int = _read(name, lambda: int(os.environ[name]), f"a whole number from {least} to {most}")
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, but it is {value}.")
    return value


def names(name: str, *, default: list[str]) -> list[str]:
    """A list of names separated by commas."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def database(name: str) -> dict[str, Any] | None:
    """The database that a URL names, as Django's settings want it; None where the variable is absent."""
    if not os.environ.get(name):
        return None
    parsed: dict[str, Any] = _read(
        name, lambda: _env.db_url(name), "a database URL such as postgres://user@host:5432/name"
    )
    if parsed.get("ENGINE") not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
        raise ImproperlyConfigured(f"{name} must name a PostgreSQL or an SQLite database.")
    return parsed


def redis(name: str) -> str | None:
    """The address of a Redis server; None where the variable is absent."""
    value = text(name)
    if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"{name} must be a Redis URL such as redis://host:6379/0.")
    return value


def email(name: str) -> dict[str, Any] | None:
    """Where e-mail goes, as Django's settings want it; None where the variable is absent."""
    if not os.environ.get(name):
        return None
    parsed: dict[str, Any] = _read(name, lambda: _env.email_url(name), "an e-mail URL such as smtp://host:25")
    return parsed
