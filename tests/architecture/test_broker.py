"""The queue of files of the embedded mode: whoever looks finds whole messages or none."""

import os
import subprocess
import sys
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import pytest
from kombu import Connection


def channel(folder: Path) -> Any:
    """A channel of the embedded mode, over a folder of its own."""
    (folder / "queue").mkdir(parents=True, exist_ok=True)
    options = {name: str(folder / "queue") for name in ("data_folder_in", "data_folder_out")}
    options["control_folder"] = str(folder / "control")
    return Connection(transport="config.broker:Transport", transport_options=options).channel()


def test_a_message_that_is_being_written_is_not_there_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, looks = channel(tmp_path), []
    replace = Path.replace

    def look_first(part: Path, whole: Path) -> Path:
        with suppress(Empty):
            looks.append(ours._get("q"))
        looks.append(part.stat().st_size > 0)
        return replace(part, whole)

    monkeypatch.setattr(Path, "replace", look_first)
    ours._put("q", {"body": "one"})
    assert looks == [True]
    assert ours._get("q") == {"body": "one"}
    assert list((tmp_path / "queue").iterdir()) == []


def test_two_that_meet_for_the_first_time_both_bind(tmp_path: Path) -> None:
    first, second = channel(tmp_path), channel(tmp_path)
    first._queue_bind("e", "", "", "one")
    second._queue_bind("e", "", "", "two")
    assert {row.queue for row in first.get_table("e")} == {"one", "two"}


def _write(folder: Path, seconds: float) -> None:
    ours, until = channel(folder), monotonic() + seconds
    while monotonic() < until:
        ours._put("q", {"body": "x" * 200})


def test_a_worker_reads_beside_a_writer(tmp_path: Path) -> None:
    ours, read = channel(tmp_path), 0
    writer = get_context("spawn").Process(target=_write, args=(tmp_path, 1.0))
    writer.start()
    while writer.is_alive():
        with suppress(Empty):
            assert ours._get("q") == {"body": "x" * 200}
            read += 1
    writer.join()
    assert read > 0


def test_the_embedded_mode_uses_it() -> None:
    asked = "from config.celery import app; print(type(app.connection_for_write().transport).__module__)"
    environment = {key: value for key, value in os.environ.items() if key not in {"REDIS_URL", "DATABASE_URL"}}
    run = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "config.broker"
