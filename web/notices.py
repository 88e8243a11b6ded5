"""Notices for the next page: what was done, with a way back, or why nothing was."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

UNDO = "undo:"


def say_done(request: HttpRequest, text: str, *, undo_url: str = "") -> None:
    """Something was done. With `undo_url` the notice offers "Undo", a POST to that address of ours."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo_url}" if undo_url else "")


def say_bad(request: HttpRequest, text: str) -> None:
    """Something was refused, and nothing was written."""
    messages.error(request, text)


def say_info(request: HttpRequest, text: str) -> None:
    """Something that is good to know."""
    messages.info(request, text)


def look_of_notice(message: Message) -> str:
    """`done`, `bad` or `info`."""
    return {messages.SUCCESS: "done", messages.ERROR: "bad"}.get(message.level, "info")


def undo_url_of(message: Message) -> str:
    """The address that undoes what the notice tells of, or nothing."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
