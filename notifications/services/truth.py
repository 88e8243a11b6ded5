"""Whether a message that is about to leave is still true: asked just before each attempt."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from notifications.enums import MessageKind
from notifications.models import Message
from notifications.services.reminders import appointments_of

WITHHELD = "…"
"""What stands in the place of a link's secret."""


@dataclass(frozen=True)
class Say:
    """Send it, in these words, to this contact. `secret` is what of the body lets its holder act: a link's token."""

    contact: str
    sender_name: str
    language: str
    subject: str
    body: str
    secret: str = field(default="", repr=False)

    def columns(self) -> dict[str, str]:
        """The message's columns of the same names, as they are sent."""
        columns = asdict(self)
        del columns["secret"]
        return columns

    def kept(self) -> dict[str, str]:
        """The same as they lie in the outbox, before and after: without the secret."""
        return {**self.columns(), "body": without(self.secret, self.body)}


@dataclass(frozen=True)
class Postpone:
    """Its time has not come: quiet hours began meanwhile."""

    due_at: datetime


@dataclass(frozen=True)
class Drop:
    """It is no longer true, or no longer wanted; `code` says why."""

    code: str


def without(secret: str, body: str) -> str:
    """The body as it may lie in a table, and be shown to whoever sees the message."""
    return body.replace(secret, WITHHELD) if secret else body


Verdict = Say | Postpone | Drop


Judge = Callable[[Message, datetime], Verdict]
JUDGES: dict[str, Judge] = {}
"""Who says what holds, by the kind of message."""


def what_holds(message: Message, *, now: datetime) -> Verdict:
    """What to do with a message, from the rows as they stand now. Raises KeyError for a kind that nobody judges."""
    return JUDGES[message.kind](message, now)


def as_written(message: Message) -> Say:
    """The message in the words in which it lies in the outbox."""
    return Say(message.contact, message.sender_name, message.language, message.subject, message.body)


def judge_reminder(message: Message, now: datetime) -> Verdict:
    """A reminder of an appointment."""
    if message.reminder is None:  # the appointment has another time, which is told on its own
        return Drop("moved")
    appointment = next(appointments_of([message.reminder.subject_id]), None)
    if appointment is None or not appointment.live:
        return Drop("cancelled")
    if appointment.email_enabled is False or not appointment.contact:
        return Drop("unwanted")
    due_at = appointment.due_at(now=now)
    if due_at is None:
        return Drop("too_late")
    if due_at > now:
        return Postpone(due_at)
    text = appointment.text()
    return Say(appointment.contact, appointment.sender_name, appointment.language, text.subject, text.body)


JUDGES[MessageKind.APPOINTMENT] = judge_reminder
