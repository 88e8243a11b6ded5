"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connections
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
