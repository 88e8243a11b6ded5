"""gunicorn and Celery themselves, on PostgreSQL and Redis, ended by `kill -9` while rosters are signed over HTTP.

What was answered is there as a whole; of what was not answered, everything or nothing; and once both are back, every
roster is signed, every week counted and every message sent.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F, Q
from django.utils import timezone
from knox.models import AuthToken

from attendance.enums import FlagKind
from attendance.models import AttendanceRecord, Flag, RecountMark, Roster, TreatmentWeek
from attendance.services import weeks
from attendance.services.roster import RosterRow, save_rows, sign_roster
from bench.clinic import Clinic, bookings, clinic, sessions
from notifications.enums import MessageState
from notifications.models import Message
from notifications.services import delivery
from people.enums import Role
from people.models import Membership, TrailEntry, User
from scheduling.models import Booking, Session
from tests.attendance.killed_machine import Machine, wait_until
from tests.attendance.standing_still import STANDS
from tests.load.clients import Call, Reply, ask
from tests.notifications.mailserver import Post, mail_server
from tests.shared_database import shared_database

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

PEOPLE = 3
AT_ONCE = 6
ANSWERED = (1, 3)
"""After how many answers of so many signatures asked for together everything is killed."""
REMINDED = 5
MARKS_TAKEN_UP = 'DELETE FROM "attendance_recountmark"'
WEEKS_COUNTED = 'INSERT INTO "attendance_treatmentweek" .* DO UPDATE'

UNSIGNED = {
    "session": "scheduled",
    "signed": False,
    "version": 1,
    "marks": ["present", "present", "no_show"],
    "grace": [0, 0, 0],
    "credited": [180, 168, 0],
    "counted": [180, 168, 0],
    "trail": 0,
}
SIGNED = UNSIGNED | {
    "session": "signed",
    "signed": True,
    "version": 2,
    "grace": [12, 12, 12],
    "credited": [180, 180, 0],
    "counted": [180, 180, 0],
    "trail": 1,
}


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def machine(post: Post, tmp_path: Path) -> Iterator[Machine]:
    url = str(settings.REDIS_URL)
    broker = redis.Redis.from_url(url)
    broker.flushdb()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.attendance.killed_settings",
        "STEADYWEEK_VAR_DIR": str(tmp_path),
        "DATABASE_URL": shared_database(tmp_path),
        "REDIS_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "SAID": str(tmp_path / "said"),
    }
    yield Machine(tmp_path, environment)
    broker.flushdb()
    broker.close()


# --- the clinic ---


@dataclass(frozen=True)
class Evening:
    """Rosters of three, all marked and none signed, of sessions that ended today; since then the grace changed."""

    sessions: list[Session]
    coordinator: User
    token: str

    def sign(self, address: str, session: Session, *, stands_at: int = 0) -> Reply | None:
        """The answer, or None where there was none, or where it broke off."""
        path = f"sessions/{session.pk}/roster/sign/" + (f"?stands_at={stands_at}" if stands_at else "")
        connection = HTTPConnection(address, timeout=60)
        try:
            return ask(connection, Call(self.token, path))
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()


def _evening(count: int) -> Evening:
    """So many rosters; some of the people are to be reminded of tomorrow as well."""
    now = timezone.now().replace(microsecond=0)
    place = clinic(patients=count * PEOPLE, now=now)
    # Where it is early afternoon now: everything happens on one day, and nobody's night keeps a message back.
    place.site.time_zone = f"Etc/GMT{now.hour - 13:+d}"
    place.site.save()
    coordinator = User.objects.create(email="coordinator@example.org", name="Cory", password=make_password(None))
    Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=place.site)
    held = sessions(place, [now - timedelta(hours=4)] * count, capacity=PEOPLE, minutes=180)
    tomorrow = sessions(place, [now + timedelta(hours=23)], capacity=REMINDED)
    bookings(
        [
            *((admission, held[at // PEOPLE]) for at, admission in enumerate(place.admissions)),
            *((admission, tomorrow[0]) for admission in place.admissions[:REMINDED]),
        ],
        made_at=now - timedelta(days=3),
    )
    Session.objects.filter(pk__in=[row.pk for row in held]).update(seats_taken=PEOPLE)
    for session in held:
        _marked(session, coordinator, now=now)
    _another_grace(place)
    return Evening(held, coordinator, AuthToken.objects.create(coordinator)[1])


def _marked(session: Session, actor: User, *, now: datetime) -> None:
    here, late, missing = Booking.objects.filter(session=session).order_by("pk").values_list("pk", flat=True)
    rows = [
        RosterRow(here, "present"),
        RosterRow(late, "present", arrived_at=session.starts_at + timedelta(minutes=12)),
        RosterRow(missing, "no_show"),
    ]
    save_rows(session, rows, actor=actor, now=now)


def _another_grace(place: Clinic) -> None:
    place.program.grace_minutes = 12
    place.program.save()


def _state(session_id: int) -> dict[str, Any]:
    """All that a signature writes."""
    roster = Roster.objects.get(session=session_id)
    records = list(AttendanceRecord.objects.filter(session=session_id).order_by("booking"))
    counted = Booking.objects.filter(session=session_id).order_by("pk").values_list("counted_minutes", flat=True)
    return {
        "session": Session.objects.get(pk=session_id).state,
        "signed": roster.signed_at is not None,
        "version": roster.version,
        "marks": [record.status for record in records],
        "grace": [record.policy["grace_minutes"] for record in records],
        "credited": [record.credited_minutes for record in records],
        "counted": list(counted),
        "trail": TrailEntry.objects.filter(action="roster_signed", subject_id=session_id).count(),
    }


def _leases_run_out() -> None:
    """What a killed worker had claimed is taken up again once its claim has run out; minutes pass here."""
    claimed = TreatmentWeek.objects.exclude(claimed_until=None)
    claimed.update(claimed_until=F("claimed_until") - weeks.LEASE)
    Message.objects.exclude(lease_until=None).update(lease_until=F("lease_until") - delivery.LEASE)


# --- what must hold ---


def test_a_signature_is_whole_or_not_there_wherever_gunicorn_is_killed(machine: Machine) -> None:
    """Signatures stand still at points spread over all of their statements and commits, each in a request of its own;
    then the master and the workers are killed together.
    """
    evening = _evening(24)
    first, *others = evening.sessions
    with ThreadPoolExecutor(len(others)) as clients:
        with machine.web(threads=len(others)) as address:
            assert _status(evening.sign(address, first, stands_at=10_000)) == 200
            passed = int(machine.said[0].removeprefix("passed "))
            points = range(1, passed + 1, -(-passed // len(others)))
            calls = [
                clients.submit(evening.sign, address, session, stands_at=point)
                for session, point in zip(others, points, strict=False)
            ]
            wait_until(lambda: machine.said.count(STANDS) == len(calls), "not all of them stood still")
        assert [call.result() for call in calls] == [None] * len(calls)

    found = [_state(session.pk) for session in others[: len(calls)]]
    signed = found.index(SIGNED)
    assert signed > 8, "it was killed between too few statements for this to say anything"
    assert found == [UNSIGNED] * signed + [SIGNED] * (len(found) - signed)
    with machine.worker(), machine.web() as address:
        assert {_status(evening.sign(address, session)) for session in evening.sessions} == {200}
        _everything_is_done(evening)


def test_signed_rosters_survive_web_and_worker_killed_together(machine: Machine) -> None:
    evening = _evening(AT_ONCE * len(ANSWERED))
    for number, answered in enumerate(ANSWERED):
        batch = evening.sessions[number * AT_ONCE : (number + 1) * AT_ONCE]
        with ThreadPoolExecutor(AT_ONCE) as clients:
            with machine.worker(), machine.web() as address:
                calls = [clients.submit(evening.sign, address, session) for session in batch]
                wait_until(lambda: sum(call.done() for call in calls) >= answered, "too few answers")  # noqa: B023
            replies = [call.result() for call in calls]
        found = [_state(session.pk) for session in batch]
        acknowledged = [state for state, reply in zip(found, replies, strict=True) if reply is not None]
        assert {_status(reply) for reply in replies} <= {200, None}
        assert acknowledged == [SIGNED] * len(acknowledged)
        assert [state for state in found if state not in (UNSIGNED, SIGNED)] == []
        _leases_run_out()
    with machine.worker(), machine.web() as address:
        assert {_status(evening.sign(address, session)) for session in evening.sessions} == {200}
        _everything_is_done(evening)


def test_a_worker_killed_while_it_counts_and_sends_loses_and_doubles_nothing(machine: Machine, post: Post) -> None:
    """It is killed with the marks taken up and not deleted while the mail server holds the third mail; then with weeks
    claimed and half written.
    """
    evening = _evening(2)
    for session in evening.sessions:
        sign_roster(session, actor=evening.coordinator, now=timezone.now())
    post.stalls_at = 3
    with machine.worker(stands_before=MARKS_TAKEN_UP):
        wait_until(lambda: machine.said.count(STANDS) == 1 and post.stalled.is_set(), "it did not stand still")
    post.stalls_at = -1
    assert RecountMark.objects.exists()
    assert Counter(Message.objects.values_list("state", flat=True)) == {"sent": 2, "claimed": 1, "pending": 2}

    _leases_run_out()
    with machine.worker(stands_before=WEEKS_COUNTED):
        wait_until(lambda: machine.said.count(STANDS) == 2, "it did not stand still")
    assert TreatmentWeek.objects.exclude(claimed_until=None).exists()
    assert set(TreatmentWeek.objects.values_list("credited_minutes", flat=True)) == {0}

    _leases_run_out()
    with machine.worker():
        _everything_is_done(evening)
    copies = Counter(post.message_ids)
    assert set(copies) == set(Message.objects.values_list("message_id", flat=True))
    assert sorted(copies.values()) in ([1, 1, 1, 1, 1], [1, 1, 1, 1, 2])


def _status(reply: Reply | None) -> int | None:
    return None if reply is None else reply.status


def _everything_is_done(evening: Evening) -> None:
    """Every roster is signed whole, and the worker counts, flags and sends what is left: each thing once."""
    assert [_state(session.pk) for session in evening.sessions] == [SIGNED] * len(evening.sessions)
    credited = Counter({180: 2 * len(evening.sessions), 0: len(evening.sessions)})
    today = Q(week=Booking.objects.filter(session=evening.sessions[0])[0].week)

    def is_done() -> bool:
        return (
            Counter(TreatmentWeek.objects.filter(today).values_list("credited_minutes", flat=True)) == credited
            and not TreatmentWeek.objects.exclude(stale_at=None).exists()
            and not RecountMark.objects.exists()
            and Flag.objects.filter(kind=FlagKind.FIRST_ABSENCE).count() == len(evening.sessions)
            and Counter(Message.objects.values_list("state", flat=True)) == {MessageState.SENT: REMINDED}
        )

    wait_until(is_done, "the worker did not finish what the killed one had begun")
    assert AttendanceRecord.objects.count() == PEOPLE * len(evening.sessions)
