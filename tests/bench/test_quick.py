"""Every benchmark from beginning to end, at sizes that say nothing about speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "feed, cold",
    "feed, unchanged (304)",
    "booking over HTTP, 4 clients",
    "a roster of 12 saved",
    "one mark of a roster of 12 saved",
    "a roster of 12 signed",
    "reminder sweep",
    "board, the page",
    "board, API, first page",
    "changes under a storm of 12 clients",
    "12 weeks of 20 series",
    "an edit of all, 12 x 12 bookings",
    "weekly hours as CSV",
    "weekly hours as XLSX",
    "closing weeks",
    "board, 8 weeks of history, against bare SQL",
    "board, 8 weeks of history, against a month",
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_benchmark_reaches_its_end_and_writes_its_figures(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--database", kind, "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    figures = json.loads(out.read_text())
    assert [(figure["name"], figure["database"]) for figure in figures] == [(name, kind) for name in NAMES]
    for figure in figures:
        assert figure["value"] > 0
        assert figure["floor"] > 0
        assert figure["peak_mb"] > 0
        better = figure["floor"] / figure["value"] if figure["unit"] == "ms" else figure["value"] / figure["floor"]
        assert figure["ratio"] == pytest.approx(better, rel=0.05, abs=0.001)


def test_an_unknown_benchmark_is_named() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "weather"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr.splitlines()[-1]) == (
        2,
        "python -m bench: error: no such benchmark: weather",
    )
