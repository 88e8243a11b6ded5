"""The product with its locks taken out: the control that must show the fault, or the race proves nothing.

`SELECT ... FOR UPDATE` locks nothing, a seat is taken by reading and then writing, and between reading a patient's
calendar and writing the booking there is a breath, so that the fault shows on a quick machine too. The database's
constraints are dropped in the control's own database (`drop_constraints`).
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models import F, QuerySet

BREATH = 0.02


def drop_constraints() -> None:
    """Take the promises of the database out: exclusions, the seats' check, and that a booking or a make-up is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid"
            " WHERE r.relname LIKE 'scheduling_%%' AND (contype = 'x' OR conname = 'session_never_overbooked')"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute("DROP INDEX IF EXISTS booking_once, booking_makes_up_once")


def _everywhere(original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
    """Put the replacement wherever a module of ours has taken the original by name."""
    for module in list(sys.modules.values()):
        name = original.__name__
        if getattr(module, name, None) is original:
            setattr(module, name, replacement)


def _take_out_locks() -> None:
    from scheduling import queries
    from scheduling.errors import SessionFull
    from scheduling.models import Session
    from scheduling.services import locks, places, seats, session_rules

    def unlocked(rows: Any, **_: Any) -> Any:
        return rows

    QuerySet.select_for_update = unlocked  # type: ignore[method-assign, assignment]

    def take_seat(session: Session) -> bool:
        now = Session.objects.get(pk=session.pk)
        time.sleep(BREATH)
        if now.seats_left == 0:
            return False
        Session.objects.filter(pk=session.pk).update(seats_taken=F("seats_taken") + 1)
        return True

    def take_seats(wanted: Counter[int]) -> None:
        found = {row.pk: row.seats_left for row in Session.objects.filter(pk__in=wanted)}
        time.sleep(BREATH)
        if any(found[pk] < number for pk, number in wanted.items()):
            raise SessionFull(sessions=[str(pk) for pk in wanted])
        for pk, number in wanted.items():
            Session.objects.filter(pk=pk).update(seats_taken=F("seats_taken") + number)

    _everywhere(seats.take_seat, take_seat)
    _everywhere(places.take_seats, take_seats)
    for reading in (queries.calendar_of, session_rules.refuse_clashes, locks.read_booking):
        _everywhere(reading, _and_a_breath(reading))


def _and_a_breath(reading: Callable[..., Any]) -> Callable[..., Any]:
    def read(*args: Any, **options: Any) -> Any:
        answer = reading(*args, **options)
        time.sleep(BREATH)
        return answer

    return read


def application_without_locks() -> Any:
    """What gunicorn serves: `tests.load.unlocked:application_without_locks()`."""
    application = get_wsgi_application()
    import config.urls  # noqa: F401  (whatever takes the services by name is loaded first)

    _take_out_locks()
    return application
