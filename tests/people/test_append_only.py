"""What is only ever added to is append-only in the database itself: the trail, and what was amended."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from attendance.evidence_guard import AMENDMENTS, REVISIONS
from attendance.models import Amendment, AttendanceRecord, WeekRevision
from attendance.services.amending import amend
from attendance.services.closing import close_due_weeks
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.weeks import recount_patient
from people.append_only import GUARDED
from people.models import TrailEntry
from people.services.trail import record
from people.trail_guard import TRAIL
from scheduling.make_up_guard import MAKE_UPS
from tests.cast import NOW, Cast, at


def amended(cast: Cast) -> None:
    """A trail, an amendment, and a closed week."""
    record("opened_patient", cast.ana, actor=cast.cory, now=NOW, patient_id=cast.ana.pk)
    session, after = cast.session("2026-11-18 18:00"), at("2026-11-18 21:05")
    booking = cast.booked(cast.ana, session)
    save_rows(session, [RosterRow(booking.pk, "present")], actor=cast.dana, now=after)
    sign_roster(session, actor=cast.dana, now=after)
    row = RosterRow(booking.pk, "no_show")
    amend(AttendanceRecord.objects.get(), row, "Another Ana", actor=cast.dana, now=after)
    recount_patient(cast.ana.pk, now=after)
    close_due_weeks(now=after)
    assert WeekRevision.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_trailentry SET action = 'other'",
        "DELETE FROM people_trailentry",
        "UPDATE attendance_amendment SET reason = 'other'",
        "DELETE FROM attendance_amendment",
        "UPDATE attendance_weekrevision SET reason = 'other'",
        "DELETE FROM attendance_weekrevision",
    ],
)
def test_neither_update_nor_delete_passes(cast: Cast, statement: str) -> None:
    amended(cast)
    before = _kept()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert _kept() == before
    assert len(before[1]) == 1


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["people_trailentry", "attendance_amendment", "attendance_weekrevision"])
def test_truncate_does_not_pass_either(cast: Cast, table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


@pytest.mark.parametrize("table", [TRAIL, MAKE_UPS, AMENDMENTS, REVISIONS])
def test_a_migrate_puts_lost_triggers_back_and_the_doctor_knows(cast: Cast, table: Any, capsys: Any) -> None:
    table.lift(connection)
    with pytest.raises(CommandError, match=f"missing on {table.table}\\."):
        call_command("doctor")
    call_command("migrate", verbosity=0)
    call_command("doctor")
    assert capsys.readouterr().out == "".join(f"{one.says}\n" for one in GUARDED)


def test_every_guarded_table_stands_guarded(db: None) -> None:
    assert [one.table for one in GUARDED if one.stands(connection)] == [
        "people_trailentry",
        "scheduling_booking",
        "attendance_amendment",
        "attendance_weekrevision",
    ]


def _kept() -> list[list[tuple[Any, ...]]]:
    return [
        list(TrailEntry.objects.values_list("pk", "action")),
        list(Amendment.objects.values_list("pk", "reason")),
        list(WeekRevision.objects.values_list("pk", "reason")),
    ]
