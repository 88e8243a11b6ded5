"""A process of its own for the crash tests: `seed N`, `deliver INSTANT` or `report`; it answers in JSON."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django


def seed(count: str) -> Any:
    """That many people to be told of one evening, queued and due."""
    from notifications.services.reminders import queue_due
    from tests.cast import Cast, at

    cast = Cast()
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    for _ in range(int(count)):
        cast.booked(cast.patient(), session)
    return queue_due(now=at("2026-11-18 18:00"))


def deliver(instant: str) -> Any:
    """One sweep, as if it were that instant."""
    from notifications.services.delivery import deliver_due

    now = datetime.fromisoformat(instant)
    return vars(deliver_due(clock=lambda: now))


def report() -> Any:
    """Every message: its Message-ID, state and attempts, oldest first."""
    from notifications.models import Message

    return list(Message.objects.order_by("due_at", "pk").values_list("message_id", "state", "attempts"))


ACTIONS: dict[str, Callable[..., Any]] = {"seed": seed, "deliver": deliver, "report": report}

if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))
