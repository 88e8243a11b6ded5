"""A worker killed in the middle of a report: another takes it up after the lease, and the file is whole."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.services.report_runs import LEASE
from tests.cast import NOW
from tests.notifications.reading import ROOT
from tests.shared_database import shared_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SAID = ["tests.attendance.report_process"]


def test_killed_in_the_middle_the_report_is_made_whole_by_the_next(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "STEADYWEEK_VAR_DIR": str(tmp_path),
        "DATABASE_URL": shared_database(tmp_path),
    }

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", *SAID, *words]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(*words: str) -> Any:
        process = start(*words)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return json.loads(output)

    assert run("seed") == 3
    victim = start("make", NOW.isoformat(), "4")
    assert victim.stdout is not None
    assert victim.stdout.readline() == "stalled\n"
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    state, attempts, pieces = run("read")
    assert (state, attempts, len(pieces)) == ("running", 1, 4)

    # While the lease lasts it may still be at work; afterwards the whole is made anew.
    assert run("make", (NOW + timedelta(minutes=1)).isoformat()) == 0
    assert run("make", (NOW + LEASE + timedelta(seconds=1)).isoformat()) == 1
    state, attempts, pieces = run("read")
    lines = "".join(pieces).splitlines()
    assert (state, attempts) == ("done", 2)
    assert [line.split(",")[0] for line in lines[:6]] == [
        "\ufeffWeekly hours",
        "Person",
        "Patient 1",
        "Patient 3",
        "Patient 5",
        "",
    ]
    assert lines[-1].startswith("Made,2026-11-18")
    assert run("make", (NOW + timedelta(hours=1)).isoformat()) == 0
