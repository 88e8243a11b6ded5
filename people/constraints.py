"""Database constraints that only PostgreSQL can hold, and turning a constraint that fires into a refusal."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from people.errors import Refusal


class AddExclusion(Operation):
    """An exclusion constraint, on PostgreSQL alone (other databases keep the promise by serialised transactions).

    Deferrable, so that a whole series can be shifted in one transaction; checked at once unless told otherwise.
    `elements` is the body of EXCLUDE USING gist (...), `where` its condition.
    """

    reversible = True
    elidable = False

    def __init__(self, table: str, name: str, elements: str, where: str) -> None:
        self.table, self.name, self.elements, self.where = table, name, elements, where

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        return None

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} EXCLUDE USING gist ({self.elements}) "
            f"WHERE ({self.where}) DEFERRABLE INITIALLY IMMEDIATE"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}")

    def describe(self) -> str:
        return f"Add exclusion constraint {self.name} (PostgreSQL)"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            type(self).__name__,
            [],
            {"table": self.table, "name": self.name, "elements": self.elements, "where": self.where},
        )


@contextmanager
def refusing(refusals: Mapping[str, Callable[[], Refusal]]) -> Iterator[None]:
    """Turn a named constraint that fires inside into the refusal that the service would have given.

    Keys are constraint names, or for SQLite's unique constraints the columns that it names ("table.column"). Wrap the
    transaction, not the statement: the block is rolled back before the refusal is raised.
    """
    try:
        yield
    except IntegrityError as error:
        message = str(error)
        for name, refusal in refusals.items():
            if name in message:
                raise refusal() from error
        raise
