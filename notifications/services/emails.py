"""The row of an e-mail: the one place where a message is made."""

from datetime import datetime
from typing import Any

from django.conf import settings

from notifications.domain.message_ids import new_message_id
from notifications.enums import Channel, MessageKind
from notifications.models import Message
from notifications.texts import Text


def new_email(
    kind: MessageKind,
    text: Text,
    *,
    contact: str,
    language: str,
    now: datetime,
    due_at: datetime | None = None,
    sender_name: str = "",
    **whose: Any,
) -> Message:
    """An unwritten message, due now unless said otherwise, with a Message-ID that all its attempts share.

    `whose` names its reminder where it has one, and the patient or the account that it belongs to.
    """
    return Message(
        kind=kind,
        channel=Channel.EMAIL,
        contact=contact,
        sender_name=sender_name,
        language=language,
        subject=text.subject,
        body=text.body,
        message_id=new_message_id(settings.DEFAULT_FROM_EMAIL),
        due_at=due_at or now,
        created_at=now,
        **whose,
    )
