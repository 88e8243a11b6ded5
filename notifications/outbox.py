"""The development outbox: e-mail that the embedded mode writes to files instead of sending it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

BETWEEN = b"\n" + b"-" * 79 + b"\n"
"""What Django's file-based backend writes between two messages of one connection."""


@dataclass(frozen=True)
class OutboxMail:
    """One e-mail as it would have gone out."""

    message_id: str
    sender: str
    to: str
    subject: str
    date: datetime | None
    body: str


def read_outbox(*, limit: int = 100) -> list[OutboxMail]:
    """The latest e-mails in the outbox, newest first; empty where nothing was ever written."""
    mails: list[OutboxMail] = []
    for path in _files_newest_first():
        parts = [part for part in path.read_bytes().split(BETWEEN) if part.strip()]
        mails.extend(_read(part) for part in reversed(parts))
        if len(mails) >= limit:
            break
    return mails[:limit]


def _files_newest_first() -> Iterator[Path]:
    folder = Path(settings.OUTBOX_DIR)
    if folder.is_dir():
        # One file a connection; its name tells the second only.
        yield from sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _read(raw: bytes) -> OutboxMail:
    mail: EmailMessage = message_from_bytes(raw, policy=policy.default)
    date = mail["Date"]
    return OutboxMail(
        message_id=str(mail["Message-ID"] or ""),
        sender=str(mail["From"] or ""),
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        date=parsedate_to_datetime(str(date)) if date else None,
        body=mail.get_content() if mail.get_content_maintype() == "text" else "",
    )
