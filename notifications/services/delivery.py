"""Handing outbox rows over: claimed by a conditional UPDATE, sent outside any transaction, marked by their claim."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, close_old_connections
from django.db.models import F

from notifications.channels.email import EmailTransport
from notifications.enums import MessageState
from notifications.errors import DeliveryFailed, TransportUnavailable
from notifications.models import Message
from notifications.services.truth import Drop, Postpone, Say, Verdict, what_holds

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LEASE = timedelta(minutes=6)
"""Longer than a task may live (its hard limit is five minutes), and so than any exchange with a mail server."""

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long to wait after the first, second ... failure; one more, and the message has failed."""

SETTLE_ATTEMPTS = 3

BUDGET = timedelta(minutes=3)
"""No new message is begun after this long, so that a sweep ends before its task is ended."""


@dataclass
class Delivered:
    """What a sweep did."""

    sent: int = 0
    failed: int = 0
    retried: int = 0
    dropped: int = 0
    postponed: int = 0


def deliver_due(*, clock: Clock, limit: int = 500) -> Delivered:
    """Hand over what is due, at most `limit` messages, oldest first.

    1. Have a connection; without one nothing is claimed, and the next sweep tries again.
    2. Claim the row; somebody else's claim is skipped, a claim whose lease has run out is taken over.
    3. Ask what still holds: drop, postpone, or say it as it is now.
    4. Send, then mark by the claim. A failure waits longer each time and holds up nobody else's message.

    A process that dies between 2 and 4 leaves a claim; once its lease has run out a later sweep sends the message, the
    same Message-ID on it: never lost, at most one copy a crash.
    """
    delivered, started = Delivered(), clock()
    due = list(Message.objects.due(started).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    if not due:
        return delivered
    with EmailTransport() as transport:
        for pk in due:
            if clock() - started > BUDGET:
                break
            try:
                transport.open()
            except TransportUnavailable as error:
                logger.warning("no mail server: %s; %s messages wait", error.code, len(due))
                break
            message = claim(pk, now=clock())
            if message is None:
                continue
            try:
                _deliver(message, transport, delivered, clock=clock)
            except DeliveryFailed as error:
                _count_failure(message, error, delivered, now=clock())
    return delivered


def claim(pk: int, *, now: datetime) -> Message | None:
    """The message, claimed until the lease ends; None where it is no longer due or somebody else was faster."""
    token = uuid.uuid4().hex
    won = (
        Message.objects.due(now)
        .filter(pk=pk)
        .update(state=MessageState.CLAIMED, claimed_by=token, lease_until=now + LEASE, attempts=F("attempts") + 1)
    )
    return Message.objects.select_related("reminder", "user").get(pk=pk) if won else None


def _deliver(message: Message, transport: EmailTransport, delivered: Delivered, *, clock: Clock) -> None:
    verdict = _ask(message, now=clock())
    if isinstance(verdict, Drop):
        delivered.dropped += _settle(message, state=MessageState.DROPPED, last_error=verdict.code)
        return
    if isinstance(verdict, Postpone):
        delivered.postponed += _settle(
            message, state=MessageState.PENDING, due_at=verdict.due_at, attempts=message.attempts - 1
        )
        return
    said = _take_over(message, verdict)
    transport.send(message)
    delivered.sent += _settle(message, state=MessageState.SENT, sent_at=clock(), last_error="", **said)
    logger.info("message %s sent", message.pk)


def _ask(message: Message, *, now: datetime) -> Verdict:
    try:
        return what_holds(message, now=now)
    except (KeyError, ValueError) as error:  # a row that cannot be put into words (an unknown zone) stops nobody else's
        raise DeliveryFailed(type(error).__name__) from error


def _count_failure(message: Message, error: DeliveryFailed, delivered: Delivered, *, now: datetime) -> None:
    logger.warning("message %s was not taken: %s", message.pk, error.code)
    if error.permanent or message.attempts > len(BACKOFF):
        delivered.failed += _settle(message, state=MessageState.FAILED, last_error=error.code)
        return
    due_at = now + BACKOFF[message.attempts - 1]
    delivered.retried += _settle(message, state=MessageState.PENDING, due_at=due_at, last_error=error.code)


def _take_over(message: Message, say: Say) -> dict[str, str]:
    """Put what holds now into the message, and answer the columns to be kept that this changed."""
    changed = {name: value for name, value in say.kept().items() if getattr(message, name) != value}
    for name, value in say.columns().items():
        setattr(message, name, value)
    return changed


def _settle(message: Message, **columns: object) -> int:
    """End one's claim. A claim that was lost meanwhile settles nothing.

    A database that is busy is asked again: a message that was sent and not marked would be sent twice.
    """
    mine = Message.objects.filter(pk=message.pk, state=MessageState.CLAIMED, claimed_by=message.claimed_by)
    for patience in reversed(range(SETTLE_ATTEMPTS)):
        try:
            settled = mine.update(claimed_by="", lease_until=None, **columns)
        except OperationalError:
            if not patience:
                raise
            close_old_connections()
            continue
        if not settled:
            logger.warning("message %s: the claim was lost", message.pk)
        return settled
    return 0
