"""The trail is append-only in the database itself."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from people import trail_guard
from people.models import TrailEntry
from people.services.trail import record
from tests.cast import NOW, Cast


@pytest.mark.parametrize(
    "statement",
    ["UPDATE people_trailentry SET action = 'other'", "DELETE FROM people_trailentry"],
)
def test_neither_update_nor_delete_passes(cast: Cast, statement: str) -> None:
    record("opened_patient", cast.ana, actor=cast.cory, now=NOW, patient_id=cast.ana.pk)
    before = list(TrailEntry.objects.values_list("pk", "action"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(TrailEntry.objects.values_list("pk", "action")) == before


@pytest.mark.postgres
def test_truncate_does_not_pass_either(cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_trailentry")


def test_a_migrate_puts_lost_triggers_back_and_the_doctor_knows(cast: Cast, capsys: Any) -> None:
    trail_guard.lift(connection)
    with pytest.raises(Exception, match="missing"):
        call_command("doctor")
    trail_guard.restore_guards()
    call_command("doctor")
    assert capsys.readouterr().out == "The trail is append-only.\n"
