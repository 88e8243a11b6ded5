"""A database that processes of a test's own share with it, or with each other."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db import connection


def shared_database(folder: Path) -> str:
    """Its URL: on PostgreSQL the tests' own database; on SQLite, where that lives in memory, a copy of it in a file.

    Only for a test outside a transaction (`django_db(transaction=True)`).
    """
    if connection.vendor != "postgresql":
        file = folder / "shared.sqlite3"
        connection.ensure_connection()
        with closing(sqlite3.connect(file)) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{file}"
    settings = connection.settings_dict
    user = quote(settings["USER"] or "postgres")
    return f"postgres://{user}@{settings['HOST'] or '127.0.0.1'}:{settings['PORT'] or 5432}/{settings['NAME']}"
