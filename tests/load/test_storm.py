"""A small storm of each kind: everything holds with the locks, and the faults show without them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.scratch import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]

SHOWN = ("the last seat", "one booking moved five ways")


def test_races_and_a_short_storm_hold_and_the_control_breaks(tmp_path: Path) -> None:
    out = tmp_path / "storm.json"
    words = ["--rounds", "1", "--seconds", "3", "--clients", "24", "--out", str(out), "--only", *SHOWN]
    run = subprocess.run(
        [sys.executable, "-m", "tests.load", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    races = {name: {"rounds": 1, "broken": 0, "server_errors": 0, "control_broken": 1} for name in SHOWN}
    storm = {"rounds": 1, "broken": 0, "server_errors": 0, "control_broken": None}
    assert {row.pop("name"): row for row in json.loads(out.read_text())} == races | {"the storm of 24 clients": storm}
