"""The Message-ID that every attempt of one e-mail carries (RFC 5322, section 3.6.4)."""

import uuid
from email.utils import parseaddr
from functools import lru_cache


def new_message_id(sender: str) -> str:
    """A new one, from the domain of the sender's address."""
    return f"<{uuid.uuid4().hex}@{_domain(sender)}>"


@lru_cache(maxsize=8)
def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
