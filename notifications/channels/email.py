"""E-mail, over one open connection of Django's backend."""

import smtplib
from email.utils import formataddr, parseaddr
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from notifications.errors import DeliveryFailed, TransportUnavailable
from notifications.models import Message

PERMANENT = 500
"""SMTP answers from here on mean that the same again would end the same (RFC 5321, section 4.2.1)."""


class EmailTransport:
    """Sends messages one by one. After a failure the next message starts with a fresh connection.

    The same Message-ID goes with every attempt of a message, so that a copy that a crash left can be told for one.
    """

    def __init__(self) -> None:
        self.connection: Any = get_connection()
        self.is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def open(self) -> None:
        """Have a connection. Raises TransportUnavailable where there is none to be had."""
        if self.is_open:
            return
        try:
            self.connection.open()
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise TransportUnavailable(_code(error)) from error
        self.is_open = True

    def send(self, message: Message) -> None:
        """Hand one message over. Raises DeliveryFailed with a code, never with what the server wrote."""
        try:
            taken = self.connection.send_messages([_envelope(message, self.connection)])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryFailed(f"refused_{max(codes)}", permanent=min(codes) >= PERMANENT) from error
        except (ValueError, UnicodeError) as error:  # an address that no header can hold
            raise DeliveryFailed(_code(error), permanent=True) from error
        except Exception as error:
            self._close()
            raise DeliveryFailed(_code(error)) from error
        if not taken:
            raise DeliveryFailed("not_taken")

    def _close(self) -> None:
        self.is_open = False
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException):
            self.connection = get_connection()


def _envelope(message: Message, connection: Any) -> EmailMessage:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    sender = formataddr((message.sender_name, address)) if message.sender_name else settings.DEFAULT_FROM_EMAIL
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=sender,
        to=[message.contact],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )


def _code(error: Exception) -> str:
    """The kind of error, and the server's number where it gave one."""
    number = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}_{number}" if number else type(error).__name__
