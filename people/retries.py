"""A transaction that the database gave up for another's sake is done again, before anybody hears of it."""

import time
from collections.abc import Callable
from functools import wraps
from random import random
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

MOST_ATTEMPTS = 6
FIRST_PAUSE = 0.02
"""Seconds; doubled at each attempt, and shortened by chance so that two victims do not meet again."""

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def is_deadlock(error: OperationalError) -> bool:
    """Whether PostgreSQL chose this transaction as the victim of a deadlock (SQLSTATE 40P01)."""
    return getattr(error.__cause__, "sqlstate", None) == "40P01"


def retrying_deadlocks(service: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """For whatever opens the outermost transaction: a deadlock rolled all of it back, so it may begin again.

    Inside another transaction the deadlock ended that one too, and goes up to whoever opened it. After the last
    attempt the error is raised, and answered 503 with Retry-After.
    """

    @wraps(service)
    def wrapper(*args: Arguments.args, **options: Arguments.kwargs) -> Answer:
        for attempt in range(1, MOST_ATTEMPTS):
            try:
                return service(*args, **options)
            except OperationalError as error:
                if connection.in_atomic_block or not is_deadlock(error):
                    raise
            time.sleep(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + random() / 2))
        return service(*args, **options)

    return wrapper
