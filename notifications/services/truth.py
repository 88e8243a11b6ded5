"""Whether a message that is about to leave is still true: asked just before each attempt."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from notifications.enums import MessageKind
from notifications.models import Message
from notifications.services.reminders import appointments_of


@dataclass(frozen=True)
class Say:
    """Send it, in these words, to this contact."""

    contact: str
    sender_name: str
    language: str
    subject: str
    body: str

    def columns(self) -> dict[str, str]:
        """The message's columns of the same names."""
        return asdict(self)


@dataclass(frozen=True)
class Postpone:
    """Its time has not come: quiet hours began meanwhile."""

    due_at: datetime


@dataclass(frozen=True)
class Drop:
    """It is no longer true, or no longer wanted; `code` says why."""

    code: str


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
