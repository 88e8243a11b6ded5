"""Clients in processes of their own, all let go at the same moment."""

import http.client
import json
import multiprocessing
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.pool import Pool
from typing import Any

PROCESSES = 4


@dataclass(frozen=True)
class Call:
    """One request, by the token of whoever makes it."""

    token: str
    path: str
    said: dict[str, Any] | list[Any] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True)
class Reply:
    """What was answered: the status, and the problem's code or the row's status ("booked", "session_full")."""

    status: int
    word: str
    body: Any = None


class Crowd:
    """A few processes with many connections each; `at_once` lets one request go from every connection together."""

    def __init__(self, address: str, *, most: int, processes: int = PROCESSES) -> None:
        self.address, self.processes = address, processes
        context = multiprocessing.get_context("spawn")
        self._barrier = context.Barrier(processes)
        self._pool: Pool = context.Pool(processes, initializer=_start, initargs=(self._barrier, address, most))

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.terminate()
        self._pool.join()

    def at_once(self, calls: Sequence[Call]) -> list[Reply]:
        """The replies in the order of the calls."""
        shares = [list(calls[start :: self.processes]) for start in range(self.processes)]
        answered = self._pool.map(_share, shares, chunksize=1)
        replies: list[Reply] = [Reply(0, "")] * len(calls)
        for start, share in enumerate(answered):
            replies[start :: self.processes] = share
        return replies

    def one_after_the_other(self, calls: Sequence[Call]) -> list[Reply]:
        """The same calls, each after the other's answer."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            return [ask(connection, call) for call in calls]
        finally:
            connection.close()


def ask(connection: http.client.HTTPConnection, call: Call) -> Reply:
    """One request and its reply; once more where an idle connection was given up by the server."""
    headers = {"Authorization": f"Bearer {call.token}", "Content-Type": "application/json"}
    body = None if call.method == "GET" else json.dumps(call.said)
    for attempt in (1, 2):
        try:
            connection.request(call.method, f"/api/v1/{call.path}", body, headers)
            response = connection.getresponse()
            text = response.read()
            break
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if attempt == 2:
                raise
    found = json.loads(text) if text and "json" in (response.headers.get("Content-Type") or "") else {}
    return Reply(response.status, str(found.get("code") or found.get("status") or response.status), found)


_barrier: Any = None
_connections: list[http.client.HTTPConnection] = []


def _start(barrier: Any, address: str, most: int) -> None:
    global _barrier
    _barrier = barrier
    _connections.extend(http.client.HTTPConnection(address, timeout=60) for _ in range(most))
    for connection in _connections:
        connection.connect()


def _share(calls: list[Call]) -> list[Reply]:
    replies = [Reply(0, "")] * len(calls)
    here = threading.Barrier(len(calls) + 1)

    def run(position: int) -> None:
        here.wait(timeout=60)
        try:
            replies[position] = ask(_connections[position], calls[position])
        except OSError as error:
            replies[position] = Reply(0, type(error).__name__)

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(calls))]
    for thread in threads:
        thread.start()
    _barrier.wait(timeout=60)
    here.wait(timeout=60)
    for thread in threads:
        thread.join()
    return replies
