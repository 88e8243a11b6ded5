"""What triggers in the database itself hold, on SQLite and PostgreSQL alike: above all, tables that are only added to.

SQLite drops a table's triggers silently when a migration remakes the table, so they are put back after every migrate;
`manage.py doctor` says whether they stand. Each app guards its own tables, from its `ready`.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate


class Guard(Protocol):
    """Triggers on one table, and the sentence that they make true."""

    @property
    def table(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def says(self) -> str: ...

    def install(self, connection: BaseDatabaseWrapper) -> None: ...
    def lift(self, connection: BaseDatabaseWrapper) -> None: ...
    def stands(self, connection: BaseDatabaseWrapper) -> bool: ...


@dataclass(frozen=True)
class AppendOnly:
    """One table, the prefix of its triggers' names, and what to call it ("the trail")."""

    table: str
    prefix: str
    what: str

    @property
    def says(self) -> str:
        """What the triggers make true."""
        return f"{self.what.capitalize()} is append-only."

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put the triggers on the table; does nothing where they stand already."""
        execute(connection, self._create(connection.vendor))

    def lift(self, connection: BaseDatabaseWrapper) -> None:
        """Take the triggers off. Only the tests' own fixture calls this, to empty the tables between tests."""
        execute(connection, self._drop(connection.vendor))

    def stands(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether both triggers are on the table."""
        return all_stand(connection, [f"{self.prefix}_no_{verb}" for verb in _verbs(connection.vendor)])

    def _create(self, vendor: str) -> list[str]:
        if vendor != "postgresql":
            return [
                f"CREATE TRIGGER IF NOT EXISTS {self.prefix}_no_{verb} BEFORE {verb.upper()} ON {self.table} "
                f"BEGIN SELECT RAISE(ABORT, '{self.what} is append-only'); END"
                for verb in _verbs(vendor)
            ]
        refuse = f"{self.prefix}_refuse"
        return [
            f"""
            CREATE OR REPLACE FUNCTION {refuse}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{self.what} is append-only' USING ERRCODE = 'restrict_violation'; END $$;
            CREATE OR REPLACE TRIGGER {self.prefix}_no_change BEFORE UPDATE OR DELETE ON {self.table}
              FOR EACH ROW EXECUTE FUNCTION {refuse}();
            CREATE OR REPLACE TRIGGER {self.prefix}_no_truncate BEFORE TRUNCATE ON {self.table}
              FOR EACH STATEMENT EXECUTE FUNCTION {refuse}();
            """
        ]

    def _drop(self, vendor: str) -> list[str]:
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        return [f"DROP TRIGGER IF EXISTS {self.prefix}_no_{verb}{on}" for verb in _verbs(vendor)]


GUARDED: list[Guard] = []
"""Every guard that stands on a table, in the order of the apps."""


def guard(table: Guard, *, app: AppConfig) -> None:
    """Have the table guarded from now on: after each migrate of the app, and before the doctor's eyes."""
    if table not in GUARDED:
        GUARDED.append(table)

    def restore(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
        """After every migrate: put back what a remade table has lost."""
        connection = connections[using]
        if table.table in connection.introspection.table_names():
            table.install(connection)

    post_migrate.connect(restore, sender=app, weak=False, dispatch_uid=table.prefix)


def all_stand(connection: BaseDatabaseWrapper, names: list[str]) -> bool:
    """Whether every trigger of these names is there, and enabled."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return set(names) <= {name for (name,) in cursor.fetchall()}


def execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    """One statement after the other."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _verbs(vendor: str) -> tuple[str, str]:
    return ("change", "truncate") if vendor == "postgresql" else ("update", "delete")
