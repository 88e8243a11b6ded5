"""Writing very many rows quickly: prepared once, sent in batches, with keys by which rows refer to each other.

`bulk_create` spends most of its time on making and preparing objects; a demo of 10,000 patients has a million rows.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

BATCH = 5_000


class Sheet:
    """Rows of one model on their way to the database. Columns that are not named take the model's default."""

    def __init__(self, model: type[models.Model], *names: str) -> None:
        self._model = model
        fields = {field.attname: field for field in model._meta.concrete_fields}
        key = model._meta.pk.attname
        defaults = [name for name in fields if name not in {key, *names}]
        self._constants = tuple(_prepared(fields[name], _default_of(fields[name])) for name in defaults)
        self._columns = [str(fields[name].column) for name in (key, *names, *defaults)]
        self._prepare = [(at, do) for at, name in enumerate(names) if (do := _preparation(fields[name])) is not None]
        last = model._default_manager.aggregate(last=models.Max("pk"))["last"]
        self._keys = count((last or 0) + 1)
        self._rows: list[tuple[Any, ...]] = []
        self.written = 0

    def key(self) -> int:
        """The next key, for a row that others refer to before it is added."""
        return next(self._keys)

    def add(self, *values: Any, key: int | None = None) -> int:
        """Put down a row, its values in the order of the sheet's names; its key."""
        given = next(self._keys) if key is None else key
        self._rows.append((given, *values))
        return given

    def write(self) -> None:
        """Send the rows put down since the last time."""
        quote = connection.ops.quote_name
        columns, places = ", ".join(quote(name) for name in self._columns), ", ".join(["%s"] * len(self._columns))
        statement = f"INSERT INTO {quote(self._model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own models
        with connection.cursor() as cursor:
            for at in range(0, len(self._rows), BATCH):
                cursor.executemany(statement, [self._ready(row) for row in self._rows[at : at + BATCH]])
        self.written += len(self._rows)
        self._rows = []

    def _ready(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row[1:])
        for at, prepare in self._prepare:
            if values[at] is not None:
                values[at] = prepare(values[at])
        return (row[0], *values, *self._constants)

    @property
    def model(self) -> type[models.Model]:
        return self._model


def reset_sequences(written: Iterable[type[models.Model]]) -> None:
    """Let the database go on counting behind the keys that were given."""
    statements = connection.ops.sequence_reset_sql(no_style(), list(written))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def as_json(value: Any) -> str:
    """JSON text for a column that holds JSON; for rows that share one value it is made once."""
    return json.dumps(value)


def _preparation(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How a value becomes what the driver takes; None where it is that already. JSON comes as text (`as_json`)."""
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, models.DateField):
        return _day
    return None


@lru_cache(maxsize=200_000)
def _instant(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


@lru_cache(maxsize=10_000)
def _day(value: date) -> Any:
    return connection.ops.adapt_datefield_value(value)


def _default_of(field: "models.Field[Any, Any]") -> Any:
    """The value that a row takes which says nothing of it: the model's own, or the one that the database holds."""
    if field.has_default() or not field.has_db_default():
        return field.get_default()
    held = field.db_default
    return held.value if isinstance(held, models.Value) else held


def _prepared(field: "models.Field[Any, Any]", value: Any) -> Any:
    if isinstance(value, DatabaseDefault):  # where a statement names a column, the database no longer fills it in
        value = field.db_default
    if isinstance(field, models.JSONField):
        return as_json(value)
    return field.get_db_prep_save(value, connection)
