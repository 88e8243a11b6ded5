"""A process of its own for the crash tests: `seed N`, `change N`, `tell INSTANT [STALLS_AT]`, `deliver INSTANT` or
`report`; it answers in JSON."""

import json
import sys
import time
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


def change(count: str) -> Any:
    """That many people booked on an evening that is called off."""
    from scheduling.services.sessions import cancel_session
    from tests.cast import NOW, Cast

    cast = Cast()
    session = cast.session("2026-11-24 18:00", capacity=30, room=False, counselor=False)
    for _ in range(int(count)):
        cast.booked(cast.patient(), session)
    cancel_session(session, actor=None, now=NOW)
    return int(count)


def tell(instant: str, stalls_at: str = "0") -> Any:
    """One sweep over the changes; it stalls inside the transaction of that message, its rows written."""
    from notifications.models import Message
    from notifications.services.change_notices import queue_changes

    written, save = 0, Message.save

    def stalling(message: Message, *args: Any, **options: Any) -> None:
        nonlocal written
        save(message, *args, **options)
        written += 1
        if written == int(stalls_at):
            sys.stdout.write("stalled\n")
            sys.stdout.flush()
            time.sleep(60)

    Message.save = stalling  # type: ignore[assignment, method-assign]
    return queue_changes(now=datetime.fromisoformat(instant))


def report() -> Any:
    """Every message: its Message-ID, state and attempts, oldest first."""
    from notifications.models import Message

    return list(Message.objects.order_by("due_at", "pk").values_list("message_id", "state", "attempts"))


ACTIONS: dict[str, Callable[..., Any]] = {
    "seed": seed,
    "change": change,
    "tell": tell,
    "deliver": deliver,
    "report": report,
}

if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))
