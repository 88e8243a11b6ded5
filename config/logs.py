"""How log lines look: JSON in production, plain in development; ids, never names or contact details."""

import logging
import re

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{30,}")
"""A feed's token, or the key of a new password, as a part of an address: nothing else in one is as long."""


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Django writes addresses as they were asked for; a feed's may be misspelt behind a token that is right."""
    if str(event.get("logger", "")).startswith("django."):
        event["event"] = _SECRET.sub("...", str(event["event"]))
    return event


def formatter() -> logging.Formatter:
    """The formatter of every handler; structlog renders standard records too."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            without_secrets,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
