"""A process of its own for the crash tests: `seed`, `sign SESSION` or `sweep SESSION`; it answers in JSON.

It forks a child for each point of the work, and the child kills itself there by SIGKILL: before the first statement,
before the second ... before COMMIT, after it. What is in the database after each is what the process answers.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import django

MOST_POINTS = 400
PAST_EVERY_LEASE = timedelta(minutes=6)
"""What a killed worker had claimed is taken up by a later sweep once its claim has run out."""


def seed() -> Any:
    """Three people marked on an evening that is over; since then the grace changed, so that signing reckons anew."""
    from attendance.services.roster import RosterRow, save_rows
    from attendance.services.weeks import ensure_weeks
    from tests.cast import Cast, at

    cast, after = Cast(), at("2026-11-18 21:05")
    session = cast.session("2026-11-18 18:00")
    here, late, missing = (cast.booked(cast.patient(), session) for _ in range(3))
    ensure_weeks(now=after)
    rows = [
        RosterRow(here.pk, "present"),
        RosterRow(late.pk, "present", arrived_at=at("2026-11-18 18:12")),
        RosterRow(missing.pk, "no_show"),
    ]
    save_rows(session, rows, actor=cast.dana, now=after)
    cast.program.grace_minutes = 12
    cast.program.save()
    return session.pk


def sign(session_id: str) -> Any:
    """Sign it, killed at every point in turn until one signature comes to its end."""
    from attendance.services.roster import sign_roster
    from people.models import User
    from scheduling.models import Session
    from tests.cast import at

    def work(_: int) -> None:
        dana = User.objects.get(email="dana@example.org")
        sign_roster(Session.objects.get(pk=session_id), actor=dana, now=at("2026-11-18 21:10"))

    return [[end, _state(session_id)] for end in _killed_everywhere(work)]


def sweep(session_id: str) -> Any:
    """The worker's sweeps, killed at every fourth point in turn until they come to their end."""
    from attendance.services import flags, marking, weeks
    from tests.cast import at

    def work(point: int) -> None:
        now = at("2026-11-18 21:11") + point * PAST_EVERY_LEASE
        weeks.ensure_weeks(now=now)
        marking.take_up_marks(now=now)
        weeks.recount_stale(now=now)
        flags.evaluate(now=now + timedelta(minutes=1))

    return [[end, _state(session_id), _weeks()] for end in _killed_everywhere(work, step=4)]


def _killed_everywhere(work: Callable[[int], None], *, step: int = 1) -> Iterator[str]:
    """ "killed" for each child that died, "done" for the one that did not; nothing else is an answer."""
    from django.db import connection

    for point in range(1, MOST_POINTS, step):
        connection.close()
        child = os.fork()
        if child == 0:
            _die_at(point)
            work(point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            yield "killed"
            continue
        yield "done" if status == 0 else f"status {status}"
        return


def _die_at(point: int) -> None:
    """Have this process kill itself at its so-manieth statement or commit; both sides of a commit count."""
    from django.db import connection

    passed = 0

    def pass_one() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        pass_one()
        return execute(sql, params, many, context)

    commit = connection._commit  # type: ignore[attr-defined]

    def counted() -> Any:
        pass_one()
        answer = commit()
        pass_one()
        return answer

    connection._commit = counted  # type: ignore[attr-defined]
    connection.execute_wrappers.append(wrapper)


def _state(session_id: str) -> Any:
    """All that a signature writes."""
    from attendance.models import AttendanceRecord, Roster
    from people.models import TrailEntry
    from scheduling.models import Booking, Session

    roster = Roster.objects.get(session=int(session_id))
    records = AttendanceRecord.objects.filter(session=int(session_id)).order_by("pk")
    return {
        "session": Session.objects.get(pk=session_id).state,
        "signed": roster.signed_at is not None,
        "version": roster.version,
        "grace": [record.policy["grace_minutes"] for record in records],
        "credited": [record.credited_minutes for record in records],
        "counted": list(
            Booking.objects.filter(session=int(session_id)).order_by("pk").values_list("counted_minutes", flat=True)
        ),
        "trail": TrailEntry.objects.filter(action="roster_signed").count(),
    }


def _weeks() -> Any:
    from attendance.models import TreatmentWeek
    from tests.cast import WEEK

    return list(TreatmentWeek.objects.filter(week=WEEK).order_by("patient").values_list("credited_minutes", flat=True))


ACTIONS: dict[str, Callable[..., Any]] = {"seed": seed, "sign": sign, "sweep": sweep}

if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))
