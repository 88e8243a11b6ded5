"""A real mail server on loopback, which can refuse an address, put it off, break off, or stall."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What the server took, and how it behaves."""

    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)
    breaks_off_for: set[str] = field(default_factory=set)
    stalls_at: int = -1
    stalled: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    port: int = 0

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    @property
    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        if address in self.deferred:
            return "451 try again later"
        if address in self.breaks_off_for:
            assert server.transport is not None
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        while len(self.mails) == self.stalls_at:
            # The message is taken, and the client is not told: the worst moment to die.
            self.stalled.set()
            await asyncio.sleep(0.05)
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[Post]:
    """A server on a free port of loopback."""
    post = Post()
    controller = _start(post)
    try:
        yield post
    finally:
        post.stalls_at = -1
        controller.stop()


def _start(post: Post) -> Controller:
    post.port = free_port()
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    return controller


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def smtp_settings(post: Post) -> dict[str, Any]:
    """Django's settings that send there."""
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": post.port,
        "EMAIL_TIMEOUT": 5,
    }
