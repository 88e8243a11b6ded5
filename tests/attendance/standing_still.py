"""The product's processes standing still at a point of their work, so that they can be killed there.

A request does so at its so-manieth statement or commit (`?stands_at=N` in its address; both sides of a commit count),
a worker before the first statement that the pattern `STANDS_BEFORE` fits. Each says so by a line in the file `SAID`.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

STANDS = "stands"
PATTERN = re.compile(os.environ.get("STANDS_BEFORE") or "(?!)", re.DOTALL)
_here = threading.local()


def install() -> None:
    """Watch every connection that this process makes."""
    connection_created.connect(_watch)


class StandsStillMiddleware:
    """Counts what the request does; one that comes to its end says how much that was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _here.passed, _here.at = 0, int(request.GET.get("stands_at", 0))
        response = self.get_response(request)
        if _here.at:
            _say(f"passed {_here.passed}")
        _here.at = 0
        return response


def _watch(connection: Any, **_: Any) -> None:
    if getattr(connection, "is_watched", False):
        return
    commit = connection._commit

    def watched_commit() -> Any:
        _pass("COMMIT")
        answer = commit()
        _pass("COMMITTED")
        return answer

    def wrapper(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        _pass(sql)
        return execute(sql, params, many, context)

    connection.is_watched, connection._commit = True, watched_commit
    connection.execute_wrappers.append(wrapper)


def _pass(sql: str) -> None:
    if getattr(_here, "at", 0):
        _here.passed += 1
        if _here.passed == _here.at:
            _stand_still()
    if PATTERN.match(sql):
        _stand_still()


def _stand_still() -> None:
    _say(STANDS)
    time.sleep(600)


def _say(word: str) -> None:
    with Path(os.environ["SAID"]).open("a") as said:
        said.write(word + "\n")
