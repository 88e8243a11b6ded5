"""`make run` keeps web, worker and beat together: all of them run, or none."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.slow
BIN = Path(sys.executable).parent


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[psutil.Popen]:
    """The Procfile's processes under their supervisor, with data of their own, once the web server answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    procfile = tmp_path / "Procfile"
    procfile.write_text((ROOT / "Procfile").read_text().replace(".venv/bin", str(BIN)))
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "STEADYWEEK_VAR_DIR": str(tmp_path / "var")}
    command = [str(BIN / "honcho"), "start", "--procfile", str(procfile), "--app-root", str(ROOT), "--port", str(port)]
    with (tmp_path / "output").open("wb") as output:
        process = psutil.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for_web(port, process, tmp_path / "output")
            yield process
        finally:
            if process.poll() is None:
                left = process.children(recursive=True)
                process.terminate()
                process.wait(timeout=30)
                for child in filter(_runs, left):
                    child.kill()


def test_when_one_process_dies_all_stop(supervisor: psutil.Popen) -> None:
    children = supervisor.children(recursive=True)
    (beat,) = [child for child in children if child.cmdline()[-3:] == ["beat", "--loglevel", "WARNING"]]
    beat.kill()
    assert supervisor.wait(timeout=30) != 0
    assert [child for child in children if _runs(child)] == []


def test_ctrl_c_stops_all(supervisor: psutil.Popen) -> None:
    children = supervisor.children(recursive=True)
    assert len(children) >= 3
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=30) == 130
    assert [child for child in children if _runs(child)] == []


def _wait_for_web(port: int, process: psutil.Popen, output: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except urllib.error.URLError:
            assert process.poll() is None, f"a process ended by itself:\n{output.read_text()}"
            assert time.monotonic() < deadline, f"the web server does not answer:\n{output.read_text()}"
            time.sleep(0.3)


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
