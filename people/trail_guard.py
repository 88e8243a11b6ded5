"""The triggers that make the trail append-only, on both databases.

SQLite drops a table's triggers silently when a migration remakes the table, so they are put back after every migrate;
`manage.py doctor` says whether they stand.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "people_trailentry"
MESSAGE = "the trail is append-only"

POSTGRES_CREATE = f"""
CREATE OR REPLACE FUNCTION people_trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$;
CREATE OR REPLACE TRIGGER people_trail_no_change BEFORE UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION people_trail_refuse();
CREATE OR REPLACE TRIGGER people_trail_no_truncate BEFORE TRUNCATE ON {TABLE}
  FOR EACH STATEMENT EXECUTE FUNCTION people_trail_refuse();
"""
POSTGRES_DROP = f"""
DROP TRIGGER IF EXISTS people_trail_no_change ON {TABLE};
DROP TRIGGER IF EXISTS people_trail_no_truncate ON {TABLE};
"""
SQLITE_CREATE = [
    f"CREATE TRIGGER IF NOT EXISTS people_trail_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for verb in ("UPDATE", "DELETE")
]
SQLITE_DROP = [f"DROP TRIGGER IF EXISTS people_trail_no_{verb}" for verb in ("update", "delete")]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on the trail's table; does nothing where they stand already."""
    statements = [POSTGRES_CREATE] if connection.vendor == "postgresql" else SQLITE_CREATE
    _execute(connection, statements)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off. Only the tests' own fixture calls this, to empty the tables between tests."""
    statements = [POSTGRES_DROP] if connection.vendor == "postgresql" else SQLITE_DROP
    _execute(connection, statements)


def stands(connection: BaseDatabaseWrapper) -> bool:
    """Whether both triggers are on the table."""
    query = (
        "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'people\\_trail\\_no\\_%%' AND tgenabled = 'O'"
        if connection.vendor == "postgresql"
        else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'people_trail_no_%%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [])
        return bool(cursor.fetchone()[0] == 2)


def restore_guards(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """After every migrate: put back what a remade table has lost."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        install(connection)


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
