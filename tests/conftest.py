"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import translation

from people.append_only import GUARDED
from tests.cast import Cast

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast: Ana, Ben, Cleo, Dana, Cory, Stranger and their clinic."""
    return Cast()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A page leaves its reader's language active; the next test does not begin with it."""
    if not settings.configured:  # the domain's tests may run without Django
        yield
        return
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_lifts_the_guard() -> Iterator[None]:
    """Emptying the tables between tests is the one thing that the guarded tables' triggers must allow."""
    original = flush.Command.handle

    def handle(command: flush.Command, **options: Any) -> None:
        connection = connections[options["database"]]
        if _empty_quickly(connection):
            return
        for table in GUARDED:
            table.lift(connection)
        try:
            original(command, **options)
        finally:
            for table in GUARDED:
                table.install(connection)

    flush.Command.handle = handle  # type: ignore[method-assign, assignment]
    yield
    flush.Command.handle = original  # type: ignore[method-assign]


KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""What migrating writes, and no test changes."""


def _empty_quickly(connection: BaseDatabaseWrapper) -> bool:
    """On PostgreSQL, delete the few rows rather than truncate every table, which gives each of them new files.

    The tables are locked first, so that whoever still writes is waited for, as by TRUNCATE. Only a superuser may have
    no trigger fire; False for anybody else.
    """
    if connection.vendor != "postgresql":
        return False
    names = sorted({*connection.introspection.django_table_names(only_existing=True, include_views=False)} - KEPT)
    quoted = [connection.ops.quote_name(name) for name in names]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"LOCK TABLE {', '.join(quoted)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in quoted))  # noqa: S608 - our own tables
    return True
