"""Which tests run here: those whose needs this machine meets. What was left out is said in one line at the end."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import needs

DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "live_server",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
}
WANTED = "for want of "


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--only-database` leaves out what would be the same on another database."""
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only tests that use the database, and that need neither PostgreSQL nor a browser",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Give each parallel process a Redis database of its own: clearing a cache must not empty the neighbour's."""
    from django.conf import settings

    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    if not settings.configured or not settings.REDIS_URL:
        return
    parts = urlsplit(settings.REDIS_URL)
    if parts.scheme in {"redis", "rediss"}:
        base = int(parts.path.strip("/") or 0)
        mine = parts._replace(path=f"/{(base - int(worker)) % 16}").geturl()
        settings.REDIS_URL = settings.CELERY_BROKER_URL = mine
        settings.CACHES["default"]["LOCATION"] = mine


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, by name of the need, what cannot run here."""
    from django.conf import settings
    from django.db import connection

    if not settings.configured:  # the domain's tests may run without Django
        return
    if config.getoption("only_database"):
        kept = [item for item in items if _only_needs_a_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
        return
    unmet = {
        "postgres": ("PostgreSQL", connection.vendor != "postgresql"),
        "redis": ("Redis", not settings.REDIS_URL),
        "browser": ("Chromium", needs.chromium() is None),
        "gettext": ("gettext", needs.gettext() is None),
    }
    for item in items:
        for marker, (name, absent) in unmet.items():
            if absent and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{WANTED}{name}"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been imported by now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """On PostgreSQL: no commit waits for the disk, and before the database goes, what others hold open on it is ended.

    What a commit wrote is there for everybody at once, whoever is killed; only a fall of the server itself could lose
    it, and with it go the tests. A process that a test killed, or a browser's last request, may leave its session for
    a moment longer than the suite lasts; DROP DATABASE refuses while there is one.
    """
    _on_postgresql(
        django_db_blocker,
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$;"
        "SET synchronous_commit = off",
    )
    yield
    _on_postgresql(
        django_db_blocker,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def _on_postgresql(django_db_blocker: Any, statement: str) -> None:
    from django.db import connections

    with django_db_blocker.unblock():
        for connection in connections.all():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(statement)


def _only_needs_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    uses_database = item.get_closest_marker("django_db") is not None or fixtures & DATABASE_FIXTURES
    return bool(uses_database) and not any(
        item.get_closest_marker(name) for name in ("postgres", "redis", "browser", "gettext")
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many tests were left out, and what this machine would need to run them."""
    reasons = [
        report.longrepr[2].rpartition(WANTED)[2]
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and WANTED in report.longrepr[2]
    ]
    if reasons:
        counted = ", ".join(f"{name} ({count})" for name, count in sorted(Counter(reasons).items()))
        terminalreporter.write_line(f"Tests left out for want of {counted}.")
