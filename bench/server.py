"""A real gunicorn on loopback, and clients that keep their connections."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import local

WORKERS = 2
THREADS = 4
_thread = local()


@contextmanager
def server(application: str = "config.wsgi", *, workers: int = WORKERS, threads: int = THREADS) -> Iterator[str]:
    """The product served as in production, by workers of some threads each; `host:port`."""
    address = f"127.0.0.1:{_free_port()}"
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    words = [application, "--bind", address, "--workers", str(workers), "--threads", str(threads)]
    process = subprocess.Popen([gunicorn, *words, "--log-level", "warning"])
    try:
        wait_until_healthy(address, seconds=60)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def post(address: str, path: str, said: Mapping[str, object], headers: Mapping[str, str]) -> int:
    """The status of a POST of JSON, over this thread's own connection."""
    body = json.dumps(said)
    for attempt in (1, 2):
        connection = _connection(address)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            response.read()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()  # an idle one that the server gave up
            if attempt == 2:
                raise
        else:
            return response.status
    raise AssertionError("never reached")


def _connection(address: str) -> http.client.HTTPConnection:
    if getattr(_thread, "address", None) != address:
        _thread.address, _thread.connection = address, http.client.HTTPConnection(address, timeout=60)
    connection: http.client.HTTPConnection = _thread.connection
    return connection


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_healthy(address: str, *, seconds: float) -> None:
    """Until its health check passes. Raises TimeoutError where it never does."""
    deadline = time.monotonic() + seconds
    while True:
        connection = http.client.HTTPConnection(address, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        if time.monotonic() > deadline:
            raise TimeoutError(f"no server at {address} after {seconds:.0f} s")
        time.sleep(0.2)
