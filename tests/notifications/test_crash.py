"""A delivering process killed in mid-delivery: nothing is lost, and at most one copy more goes out (rule 7)."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications.services.delivery import LEASE
from tests.cast import at
from tests.notifications.mailserver import Post, mail_server
from tests.notifications.reading import ROOT
from tests.shared_database import shared_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

EVE = at("2026-11-18 18:00")


@dataclass(frozen=True)
class Processes:
    """Starts processes that share a database and a mail server with nobody but each other."""

    environment: dict[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.notifications.crash_process", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str) -> Any:
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return json.loads(output)

    def deliver(self, now: datetime) -> Any:
        return self.run("deliver", now.isoformat())


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def processes(post: Post, tmp_path: Path) -> Processes:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "STEADYWEEK_VAR_DIR": str(tmp_path),
        "DATABASE_URL": shared_database(tmp_path),
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
    }
    return Processes(environment)


def test_killed_in_mid_delivery_nothing_is_lost_and_one_copy_more_goes_out(post: Post, processes: Processes) -> None:
    assert processes.run("seed", "5") == 5
    post.stalls_at = 3
    victim = processes.start("deliver", EVE.isoformat())
    assert post.stalled.wait(timeout=30)
    os.kill(victim.pid, signal.SIGKILL)
    assert victim.wait(timeout=10) == -signal.SIGKILL
    victim.communicate()
    post.stalls_at = -1

    ids, states, attempts = zip(*processes.run("report"), strict=True)
    assert (states, attempts) == (("sent", "sent", "claimed", "pending", "pending"), (1, 1, 1, 0, 0))

    # While the lease lasts, the next sweep takes up the rest, and leaves alone what somebody may still be sending.
    assert processes.deliver(EVE + timedelta(minutes=1))["sent"] == 2
    assert sorted(post.message_ids) == sorted(ids)

    assert processes.deliver(EVE + LEASE)["sent"] == 1
    assert Counter(post.message_ids) == Counter([*ids, ids[2]])
    assert [row[1:] for row in processes.run("report")] == [
        ["sent", 1],
        ["sent", 1],
        ["sent", 2],
        ["sent", 1],
        ["sent", 1],
    ]

    assert processes.deliver(EVE + 2 * LEASE)["sent"] == 0
    assert len(post.mails) == 6


def test_killed_before_anything_was_handed_over_no_copy_goes_out(post: Post, processes: Processes) -> None:
    """A process that dies after its claim and before the transport: the message goes out once, later."""
    assert processes.run("seed", "2") == 2
    post.stalls_at = 1
    victim = processes.start("deliver", EVE.isoformat())
    assert post.stalled.wait(timeout=30)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    post.stalls_at = -1
    post.mails.clear()  # the server died with it, and never took the message
    for now in (EVE + timedelta(minutes=1), EVE + LEASE, EVE + 2 * LEASE):
        processes.deliver(now)
    ids = [row[0] for row in processes.run("report")]
    assert sorted(post.message_ids) == sorted(ids)


def test_a_sweep_over_changes_killed_in_its_middle_loses_and_doubles_nothing(post: Post, processes: Processes) -> None:
    assert processes.run("change", "4") == 4
    at_rest = (at("2026-11-18 09:00")).isoformat()
    victim = processes.start("tell", at_rest, "3")
    assert victim.stdout is not None
    assert victim.stdout.readline() == "stalled\n"
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert [row[1] for row in processes.run("report")] == ["pending", "pending"]
    assert processes.run("tell", at_rest) == 2
    assert processes.run("tell", at_rest) == 0
    assert processes.run("deliver", at_rest)["sent"] == 4
    assert [row[1] for row in processes.run("report")] == ["sent"] * 4
    assert len({mail["To"] for mail in post.mails}) == len(post.mails) == 4
