"""The product's own processes, ended as those of a machine that loses its power are."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.server import wait_until_healthy
from tests.notifications.mailserver import free_port
from tests.notifications.reading import ROOT

BIN = Path(sys.executable).parent
SECONDS = 90.0


@dataclass
class Machine:
    """Starts the product's processes, and ends them as a machine that loses its power does."""

    folder: Path
    environment: dict[str, str]

    @property
    def said(self) -> list[str]:
        """What those that were to stand still have said."""
        file = Path(self.environment["SAID"])
        return file.read_text().split("\n")[:-1] if file.exists() else []

    @contextmanager
    def web(self, *, threads: int = 4) -> Iterator[str]:
        """gunicorn, its master and its workers; `host:port`. Killed at the end, all of them."""
        address = f"127.0.0.1:{free_port()}"
        words = f"gunicorn config.wsgi --bind {address} --workers 2 --threads {threads} --log-level warning"
        with self._started(words):
            wait_until_healthy(address, seconds=SECONDS)
            yield address

    @contextmanager
    def worker(self, *, stands_before: str = "") -> Iterator[None]:
        """The worker with its pool and with beat. Killed at the end, all of them."""
        words = "celery --app config worker --beat --concurrency 2 --loglevel INFO"
        with self._started(words, stands_before=stands_before) as log:
            wait_until(lambda: "ready" in log.read_text(), "the worker did not start")
            yield

    @contextmanager
    def _started(self, words: str, *, stands_before: str = "") -> Iterator[Path]:
        """The file of what it prints."""
        name, *rest = shlex.split(words)
        file = self.folder / f"{name}-{time.monotonic_ns()}.log"
        with file.open("w") as log:
            process = subprocess.Popen(
                [str(BIN / name), *rest],
                cwd=ROOT,
                env=self.environment | {"STANDS_BEFORE": stands_before},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield file
            assert process.poll() is None, file.read_text()
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait for it, and fail with `what` where it never holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
