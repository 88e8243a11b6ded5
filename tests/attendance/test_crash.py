"""A signed roster survives `kill -9` of web and worker, wherever in its work it hits them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.notifications.reading import ROOT
from tests.shared_database import shared_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]

UNSIGNED = {
    "session": "scheduled",
    "signed": False,
    "version": 1,
    "grace": [0, 0, 0],
    "credited": [180, 168, 0],
    "counted": [180, 168, 0],
    "trail": 0,
}
SIGNED = {
    "session": "signed",
    "signed": True,
    "version": 2,
    "grace": [12, 12, 12],
    "credited": [180, 180, 0],
    "counted": [180, 180, 0],
    "trail": 1,
}


def test_a_signature_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    run = _processes(tmp_path)
    session = str(run("seed"))

    ends, states = zip(*run("sign", session), strict=True)
    assert set(ends[:-1]) == {"killed"}
    assert ends[-1] == "done"
    signed = states.index(SIGNED)
    assert len(ends) > 12, "it was killed between too few statements for this to say anything"
    assert list(states[:signed]) == [UNSIGNED] * signed
    assert list(states[signed:]) == [SIGNED] * (len(states) - signed)
    assert ends[signed] == "killed", "it was never killed just after its COMMIT"

    swept = run("sweep", session)
    assert [end for end, *_ in swept] == ["killed"] * (len(swept) - 1) + ["done"]
    assert all(state == SIGNED for _, state, _ in swept)
    assert swept[-1][2] == [180, 180, 0]


def _processes(folder: Path) -> Any:
    """Runs an action in a process of its own, on a database that both see."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "STEADYWEEK_VAR_DIR": str(folder),
        "DATABASE_URL": shared_database(folder),
    }

    def run(*arguments: str) -> Any:
        return json.loads(_call([sys.executable, "-m", "tests.attendance.crash_process", *arguments], environment))

    return run


def _call(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
